/** What a definition changes in another, in words. Pure. */
import { entryOf } from '../../shared/catalogue';
import { ALWAYS, ONLY_WHILE } from '../../shared/words/only-while';
import { nameField } from '../../shared/words/problems';
import { EMAIL_KIND_LABELS } from '../../shared/words/statuses';
import {
  ATTEMPT_LABELS,
  describeCondition,
  DIFF_LABELS,
  MATCH_LABELS,
  nameDays,
  nameDuration,
  nameFrequency,
  nameStep,
} from '../../shared/words/workflows';
import { isScheduleType } from '../../shared/schedules';
import { definitionSchema, stepsOf, type Definition, type PlacedStep, type Step } from '../../shared/workflow';
import { align } from './diff-lines';

export interface DefinitionChange {
  kind: 'added' | 'removed' | 'moved' | 'changed';
  /** "Step 2: Email “Welcome”", as it stands in the newer one, or stood. */
  title: string;
  /** Of what was changed. A field that isn't there is empty. */
  fields: FieldChange[];
}

export interface FieldChange {
  label: string;
  from: string;
  to: string;
}

/** In reading order of the newer one, then what was removed. */
export function compareDefinitions(before: Definition, after: Definition): DefinitionChange[] {
  const [old, fresh] = [partsOf(before), partsOf(after)];
  const oldByKey = new Map(old.map((part) => [part.key, part]));
  const stays = staying(old, fresh);
  const changes = fresh.flatMap((part): DefinitionChange[] => {
    const was = oldByKey.get(part.key);
    if (!was) return [{ kind: 'added', title: part.title, fields: fieldChanges({}, part.fields) }];
    const fields = fieldChanges(was.fields, part.fields);
    const kind = stays.has(part.key) ? 'changed' : 'moved';
    return kind === 'moved' || fields.length > 0 ? [{ kind, title: part.title, fields }] : [];
  });
  const left = new Set(fresh.map(({ key }) => key));
  const removed = old.filter(({ key }) => !left.has(key));
  return [...changes, ...removed.map(({ title }): DefinitionChange => ({ kind: 'removed', title, fields: [] }))];
}

/** Whether they do the same: what is left out means its default. */
export const isSame = (one: Definition, other: Definition): boolean => normal(one) === normal(other);

function normal(definition: Definition): string {
  const { success, data } = definitionSchema.safeParse(definition);
  const { only_while, trigger, ...rest } = success ? data : definition;
  const { source, start_after_attempt, ...about } = trigger;
  return JSON.stringify({
    ...rest,
    only_while: only_while ?? true,
    trigger: { ...about, source: source ?? 'stripe', start_after_attempt: start_after_attempt ?? 1 },
  });
}

type Fields = Record<string, string>;

interface Part {
  key: string;
  title: string;
  /** The list that it stands in. */
  list: string;
  fields: Fields;
}

function partsOf(definition: Definition): Part[] {
  const { name } = definition;
  return [
    { key: 'workflow', title: DIFF_LABELS.workflow, list: '', fields: { [DIFF_LABELS.name]: name } },
    { key: 'trigger', title: DIFF_LABELS.trigger, list: '', fields: triggerFields(definition) },
    ...stepsOf(definition).map((placed) => ({
      key: `step ${placed.step.id}`,
      title: `${nameField(placed.path.join('.'))}: ${nameStep(placed.step)}`,
      list: listOf(placed),
      fields: stepFields(placed.step),
    })),
  ];
}

/** Known by the ids of branch and path: their places change. */
function listOf({ inside, siblings }: PlacedStep): string {
  if (!inside) return 'steps';
  const path = inside.paths.find(({ steps }) => steps === siblings);
  return `${inside.id} ${path?.id ?? 'else'}`;
}

/** Those that stand in the same list, in the same order. */
function staying(old: readonly Part[], fresh: readonly Part[]): Set<string> {
  const lists = [...new Set(fresh.map(({ list }) => list))];
  const keysIn = (parts: readonly Part[], list: string) =>
    parts.filter((one) => one.list === list).map(({ key }) => key);
  return new Set(
    lists.flatMap((list) =>
      align(keysIn(old, list), keysIn(fresh, list)).flatMap(({ kind, text }) => (kind === 'same' ? [text] : [])),
    ),
  );
}

function fieldChanges(before: Fields, after: Fields): FieldChange[] {
  const labels = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return labels.flatMap((label) => {
    const [from, to] = [before[label] ?? '', after[label] ?? ''];
    return from === to ? [] : [{ label, from, to }];
  });
}

function triggerFields({ trigger, only_while, exit_events }: Definition): Fields {
  const { event, days, conditions, frequency, start_after_attempt } = trigger;
  return {
    [DIFF_LABELS.event]: entryOf(event).label,
    ...(isScheduleType(event) ? { [nameDays(event)]: String(days ?? '') } : {}),
    [DIFF_LABELS.frequency]: nameFrequency(frequency, event),
    ...(event === 'invoice.payment_failed' ? { [DIFF_LABELS.attempt]: ATTEMPT_LABELS[start_after_attempt ?? 1] } : {}),
    [DIFF_LABELS.triggerConditions]: conditions.map((one) => describeCondition(one)).join('\n'),
    [DIFF_LABELS.onlyWhile]: only_while === false ? ALWAYS : (ONLY_WHILE[event] ?? ''),
    [DIFF_LABELS.exits]: exit_events
      .map((exit) => `${entryOf(exit.event).label} ${MATCH_LABELS[exit.match]}`)
      .join('\n'),
  };
}

function stepFields(step: Step): Fields {
  switch (step.kind) {
    case 'wait':
      return { [DIFF_LABELS.wait]: nameDuration(step) };
    case 'filter':
      return { [DIFF_LABELS.conditions]: step.conditions.map((one) => describeCondition(one)).join('\n') };
    case 'branch':
      return Object.fromEntries(
        step.paths.map(({ name, conditions }, n) => [
          nameField(`paths.${n}`),
          [...(name ? [`“${name}”`] : []), ...conditions.map((one) => describeCondition(one))].join('\n'),
        ]),
      );
    case 'email':
      return {
        [DIFF_LABELS.kind]: EMAIL_KIND_LABELS[step.email.kind],
        [DIFF_LABELS.subject]: step.email.subject,
        [DIFF_LABELS.previewText]: step.email.preview_text,
        [DIFF_LABELS.body]: step.email.body,
      };
    case 'update_contact':
      return { [DIFF_LABELS.userGroup]: step.user_group ?? '' };
    case 'exit':
      return {};
  }
}
