/** One of several, as a line that names the one. */
import type { ChoiceWords } from '../../../shared/words/fields';
import { RadioField } from '../components/form';
import { Fold } from './fold';

export function FoldedChoice<T extends string>(props: { name: string; value: T; words: ChoiceWords<T> }) {
  const { name, value, words } = props;
  const { label, hint, options } = words;
  return (
    <Fold name={label} chosen={options.find((option) => option.value === value)?.label ?? value}>
      <RadioField name={name} value={value} label={label} isLabelHidden hint={hint} options={options} />
    </Fold>
  );
}
