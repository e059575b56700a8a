/** What a condition asks for, and what is made of the answers. Pure. */
import { EMAIL_EDITOR_WORDS as WORDS } from '../../../../shared/words/email-editor';
import { nameOf, readComparison, writeComparison, type Comparison } from './labels';
import type { PanelField, Values } from './panel';

/** `paths` are the properties on offer. */
export function conditionFields(expression: string, paths: readonly string[]): PanelField[] {
  const first: Comparison = { path: paths[0] ?? '', operator: '', value: '' };
  const comparison = expression === '' ? first : readComparison(expression);
  const known = comparison && !paths.includes(comparison.path) ? [comparison.path, ...paths] : paths;
  const isOwn = (values: Values) => values.property === '';
  return [
    {
      name: 'property',
      label: WORDS.property,
      value: comparison?.path ?? '',
      options: [
        ...known.map((path) => ({ value: path, label: `${nameOf(path)} (${path})` })),
        { value: '', label: WORDS.ownExpression },
      ],
    },
    {
      name: 'operator',
      label: WORDS.comparison,
      value: comparison?.operator ?? '',
      options: Object.entries(WORDS.is).map(([value, label]) => ({ value, label })),
      isShown: (values) => !isOwn(values),
    },
    {
      name: 'value',
      label: WORDS.value,
      value: comparison?.value ?? '',
      isShown: (values) => !isOwn(values) && values.operator !== '',
    },
    { name: 'liquid', label: WORDS.liquid, value: expression, isShown: isOwn },
  ];
}

/** The expression, or what is wrong. */
export function expressionOf(values: Values): { expression: string } | { problems: Values } {
  const { property = '', operator = '', value = '', liquid = '' } = values;
  if (property !== '') {
    if (operator !== '' && value.trim() === '') return { problems: { value: WORDS.emptyText } };
    return {
      expression: writeComparison({
        path: property,
        operator: operator as Comparison['operator'],
        value: value.trim(),
      }),
    };
  }
  if (liquid.trim() === '' || /[{}%]/.test(liquid)) return { problems: { liquid: WORDS.emptyExpression } };
  return { expression: liquid.trim() };
}
