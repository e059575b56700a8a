/** Which mailing list a marketing email is about. Nothing where there are none. */
import type { EmailStep } from '../../../../shared/workflow';
import { SelectField } from '../../components/form';
import { domId, useEditor } from './context';

export function ListChoice({ place, step }: { place: string; step: EmailStep }) {
  const { lists, problems } = useEditor();
  if (lists.length === 0 && !step.list) return null;
  const isGone = step.list !== undefined && !lists.some(({ id }) => id === step.list);
  return (
    <SelectField
      id={domId(`${place}.list`)}
      name={`${place}.list`}
      label="Mailing list"
      hint="Of marketing email: who is not on the list doesn’t get it."
      defaultValue={step.list ?? ''}
      error={problems[`${place}.list`]}
      options={[
        { value: '', label: 'None: goes to all subscribed contacts' },
        ...lists.map(({ id, name }) => ({ value: id, label: name })),
        ...(isGone ? [{ value: step.list ?? '', label: 'A deleted list: nothing is sent' }] : []),
      ]}
    />
  );
}
