/** What may be saved as a draft but can't be run: conditions that nothing meets, waits without end. Pure. */
import { findProperty, type Property, type PropertyValue, type TriggerType } from '../../shared/catalogue';
import { nameValues } from '../../shared/words/problems';
import { WAIT_LIMITS } from '../../shared/words/workflows';
import { needsValue, stepsOf, type Condition, type Definition } from '../../shared/workflow';
import { matches } from './match';
import { problem, type DefinitionProblem } from './problem';

/** Why it may not be active; judges what is well-shaped of it. */
export function findImpossible(definition: Definition): DefinitionProblem[] {
  const { event, conditions } = definition.trigger;
  if (definition.steps.length === 0) return [problem(null, 'steps', 'An active workflow needs at least one step.')];
  const steps = stepsOf(definition).flatMap(({ step, path }) => {
    const at = path.join('.');
    if (step.kind === 'wait' && step.amount > WAIT_LIMITS[step.unit].amount)
      return [problem(step.id, `${at}.amount`, WAIT_LIMITS[step.unit].words)];
    if (step.kind === 'filter') return impossibleConditions(event, step.conditions, `${at}.conditions`, step.id);
    if (step.kind !== 'branch') return [];
    return step.paths.flatMap((one, n) =>
      impossibleConditions(event, one.conditions, `${at}.paths.${n}.conditions`, step.id),
    );
  });
  return [...impossibleConditions(event, conditions, 'trigger.conditions', null), ...steps];
}

function impossibleConditions(
  event: TriggerType,
  conditions: readonly Condition[],
  at: string,
  stepId: string | null,
): DefinitionProblem[] {
  return conditions.flatMap((condition, index) => {
    const property = findProperty(event, condition.property);
    if (!property || isUnfinished(condition)) return [];
    const refused = refusedValue(property, condition);
    if (refused !== null) return [problem(stepId, `${at}.${index}.value`, refused)];
    const before = conditions
      .slice(0, index)
      .map((one, n) => ({ one, number: n + 1 }))
      .filter(({ one }) => one.property === condition.property && !isUnfinished(one) && !refusedValue(property, one));
    const together = before.map(({ one }) => one);
    if (!isPossible(property, together) || isPossible(property, [...together, condition])) return [];
    const rivals = before.filter(({ one }) => !isPossible(property, [one, condition]));
    const numbers = (rivals.length > 0 ? rivals : before).map(({ number }) => number).join(' and ');
    return [problem(stepId, `${at}.${index}`, `can’t hold together with condition ${numbers}`)];
  });
}

/** Refused by itself: see validate.ts. */
const isUnfinished = ({ operator, value }: Condition): boolean =>
  needsValue(operator) && (value === undefined || value === '');

/** Of a property whose values are known: why none of them can meet the condition. */
function refusedValue(property: Property, condition: Condition): string | null {
  const { values } = property;
  if (!values || condition.value === undefined) return null;
  const isExact = condition.operator === 'is' || condition.operator === 'is_not';
  const asked: Condition = isExact ? { ...condition, operator: 'is' } : condition;
  return isPossible(property, [asked]) ? null : isExact ? nameValues(values) : `fits no value: ${nameValues(values)}`;
}

/** Whether any value of the property meets all of these, which are about it. */
const isPossible = (property: Property, conditions: readonly Condition[]): boolean =>
  candidates(property, conditions).some((value) => matches(conditions, scopeOf(conditions[0]?.property ?? '', value)));

/** If any value meets the conditions, one of these does. */
function candidates(
  { type, values }: Pick<Property, 'type' | 'values'>,
  conditions: readonly Condition[],
): PropertyValue[] {
  if (values) return [null, ...values];
  const given = conditions.flatMap(({ value }) => (value === undefined ? [] : [value]));
  switch (type) {
    case 'number':
    case 'money':
      // Counts and minor units: whole numbers.
      return [null, 0, ...given.flatMap((value) => aroundOf(Number(value)))];
    case 'date':
      return [null, ...[EPOCH, ...given.map((value) => Date.parse(String(value)))].flatMap(datesAround)];
    case 'boolean':
      return [null, true, false];
    case 'metadata':
      return [null, { key: 'value' }];
    case 'text':
      return [null, OTHER, ...textsOf(conditions)];
    case 'any':
      return [...ANY.flatMap((one) => candidates({ type: one }, conditions)), ...between(given.map(Number))];
  }
}

const ANY = ['text', 'number', 'date', 'boolean'] as const;
const EPOCH = 0;
/** No merchant writes it. */
const OTHER = '\u0001';

const aroundOf = (value: number): number[] => [
  Math.floor(value) - 1,
  Math.floor(value),
  Math.ceil(value),
  Math.ceil(value) + 1,
];

/** What programs send has fractions. */
function between(values: readonly number[]): number[] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted.slice(1).map((value, n) => (value + (sorted[n] ?? value)) / 2);
}

const datesAround = (time: number): string[] =>
  [time - 1, time, time + 1].flatMap((at) => {
    const date = new Date(at);
    return Number.isNaN(date.getTime()) ? [] : [date.toISOString()];
  });

/** Each text by itself, with something after it, and before all that it must contain. */
function textsOf(conditions: readonly Condition[]): string[] {
  const texts = conditions.flatMap(({ value }) => (value === undefined ? [] : [String(value)]));
  const wanted = conditions.flatMap(({ operator, value }) =>
    (operator === 'contains' || operator === 'starts_with') && value !== undefined ? [String(value)] : [],
  );
  return texts.flatMap((text) => [text, `${text}${OTHER}`, [text, ...wanted].join(OTHER)]);
}

function scopeOf(path: string, value: PropertyValue) {
  const [root = '', name = '', ...key] = path.split('.');
  const isOfKey = key.length > 0 && value !== null && typeof value !== 'object';
  const properties = { [name]: isOfKey ? { [key.join('.')]: value } : value };
  return { event: {}, contact: {}, [root]: properties };
}
