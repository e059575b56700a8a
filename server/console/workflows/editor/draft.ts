/**
 * The editor's form as a definition. Every field is named by its place (`steps.2.email.subject`), so the form itself
 * carries all that isn't saved and nothing half-edited is kept on the server. A draft has a definition's shape; the
 * values of its fields may still be invalid.
 */
import {
  apiEventName,
  apiEventType,
  findProperty,
  isApiEventType,
  isChoiceType,
  isTriggerType,
  SHOWN_SOURCES,
  shownSourceOf,
  sourceOf,
  typesFrom,
  type TriggerType,
} from '../../../../shared/catalogue';
import { oneOf } from '../../../../shared/one-of';
import {
  comparesNumbers,
  EMAIL_KINDS,
  FREQUENCIES,
  needsValue,
  operatorsFor,
  START_AFTER_ATTEMPTS,
  WAIT_UNITS,
  type BranchPath,
  type Condition,
  type Definition,
  type EmailContent,
  type ExitEvent,
  type Step,
} from '../../../../shared/workflow';
import { ANOTHER } from './offers';
import type { Removed } from './operations';

type Fields = { [name: string]: Fields | string };

const DEEPEST = 24;
const KEY = /^([a-z][a-z_]*|\d{1,3})$/;

/** Fields whose names aren't places in a definition are left out. */
export function readDraft(form: Readonly<Record<string, unknown>>): Definition {
  const fields = nest(form);
  const trigger = group(fields.trigger);
  const event = text(trigger.event);
  const type = chosenType(event, { source: text(trigger.source), apiEvent: text(trigger.api_event).trim() });
  return {
    name: text(fields.name),
    trigger: {
      ...ofSource(type, text(trigger.days)),
      event: type,
      frequency: choice(FREQUENCIES, text(trigger.frequency)),
      conditions: readConditions(type, trigger.conditions),
      ...readAttempt(type, text(trigger.start_after_attempt)),
    },
    exit_events: items(fields.exit_events).map(readExitEvent),
    ...(text(fields.only_while) === 'no' ? { only_while: false } : {}),
    steps: readSteps(type, fields.steps),
  };
}

/** What was removed last, as the page carries it along; null where nothing can be put back. */
export function readRemoved(form: Readonly<Record<string, unknown>>): Removed | null {
  const fields = group(nest(form).removed);
  const place = text(fields.place);
  if (!PLACE.test(place)) return null;
  const { event } = readDraft(form).trigger;
  const [step] = readSteps(event, fields.steps);
  const [path] = readPaths(event, fields.paths);
  if (step) return { place, item: { step } };
  return path ? { place, item: { path } } : null;
}
const PLACE = /^[a-z]+(\.\w+)+$/;

/** The fields that readRemoved reads it from again. */
export function removedFields({ place, item }: Removed): [name: string, value: string][] {
  const [name, value] = 'step' in item ? ['removed.steps.0', item.step] : ['removed.paths.0', item.path];
  return [['removed.place', place], ...flatten(name, value)];
}

function flatten(name: string, value: unknown): [name: string, value: string][] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, part]) => flatten(`${name}.${key}`, part));
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isPlain ? [[name, String(value)]] : [];
}

/** A source that was chosen just now wins over the event of another, which the form still holds. */
function chosenType(event: string, chosen: { source: string; apiEvent: string }): TriggerType {
  const type: TriggerType = isTriggerType(event) ? event : 'customer.created';
  const source = oneOf(SHOWN_SOURCES, chosen.source) ?? shownSourceOf(type);
  if (source === 'api') return apiEventType(chosen.apiEvent || (isApiEventType(type) ? apiEventName(type) : ''));
  return shownSourceOf(type) === source ? type : (typesFrom(source)[0] ?? type);
}

/** Stripe's own is left out, as in definitions from before there were others. */
function ofSource(type: TriggerType, days: string): Pick<Definition['trigger'], 'source' | 'days'> {
  const source = sourceOf(type);
  if (source === 'stripe') return {};
  return source === 'schedule' ? { source, days: days === '' ? DEFAULT_DAYS : numberOf(days) } : { source };
}

const DEFAULT_DAYS = 7;

/** Which failure begins it: of payments only, and the first where none is chosen. */
function readAttempt(type: TriggerType, value: string): Pick<Definition['trigger'], 'start_after_attempt'> {
  const attempt = START_AFTER_ATTEMPTS.find((one) => String(one) === value);
  return type === 'invoice.payment_failed' && attempt !== undefined && attempt > 1
    ? { start_after_attempt: attempt }
    : {};
}

function nest(form: Readonly<Record<string, unknown>>): Fields {
  const root = emptyGroup();
  for (const [name, value] of Object.entries(form)) {
    const keys = name.split('.');
    if (typeof value !== 'string' || keys.length > DEEPEST || !keys.every((key) => KEY.test(key))) continue;
    const last = keys.pop() ?? '';
    let place: Fields | undefined = root;
    for (const key of keys) {
      const next: Fields | string = (place[key] ??= emptyGroup());
      place = typeof next === 'string' ? undefined : next;
      if (!place) break;
    }
    if (place) place[last] = value.replaceAll('\r\n', '\n');
  }
  return root;
}

/** Without a prototype: a field may be called `constructor`. */
const emptyGroup = (): Fields => Object.create(null) as Fields;
const group = (field: Fields | string | undefined): Fields => (typeof field === 'object' ? field : emptyGroup());
const text = (field: Fields | string | undefined): string => (typeof field === 'string' ? field : '');
const items = (field: Fields | string | undefined): Fields[] =>
  Object.entries(group(field))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => group(item));
/** The first of `values` when `value` is none of them. */
const choice = <T extends string>(values: readonly [T, ...T[]], value: string): T => oneOf(values, value) ?? values[0];

const readExitEvent = (fields: Fields): ExitEvent => {
  const event = text(fields.event);
  // It names no invoice or subscription.
  if (isApiEventType(event))
    return { event: apiEventType(text(fields.api_event).trim() || apiEventName(event)), match: 'contact' };
  return {
    event: isChoiceType(event) ? event : 'invoice.paid',
    match: choice(['contact', 'object'], text(fields.match)),
  };
};

const readSteps = (type: TriggerType, field: Fields | string | undefined): Step[] =>
  items(field).map((step) => readStep(type, step));

const readPaths = (type: TriggerType, field: Fields | string | undefined): BranchPath[] =>
  items(field).map((path) => ({
    id: text(path.id),
    name: text(path.name),
    conditions: readConditions(type, path.conditions),
    steps: readSteps(type, path.steps),
  }));

const readConditions = (type: TriggerType, field: Fields | string | undefined): Condition[] =>
  items(field).map((one) => readCondition(type, one));

function readStep(type: TriggerType, fields: Fields): Step {
  const id = text(fields.id);
  const kind = choice(['exit', 'wait', 'filter', 'branch', 'email', 'update_contact'], text(fields.kind));
  switch (kind) {
    case 'wait':
      return { id, kind, amount: numberOf(text(fields.amount)), unit: choice(WAIT_UNITS, text(fields.unit)) };
    case 'filter':
      return { id, kind, conditions: readConditions(type, fields.conditions) };
    case 'branch':
      return {
        id,
        kind,
        paths: readPaths(type, fields.paths),
        else: readSteps(type, fields.else),
      };
    case 'email':
      return {
        id,
        kind,
        ...(text(fields.list) ? { list: text(fields.list) } : {}),
        email: readEmail(group(fields.email)),
      };
    case 'update_contact':
      return { id, kind, user_group: text(fields.user_group) || null };
    case 'exit':
      return { id, kind };
  }
}

const readEmail = (fields: Fields): EmailContent => ({
  kind: choice(EMAIL_KINDS, text(fields.kind)),
  subject: text(fields.subject),
  preview_text: text(fields.preview_text),
  body: text(fields.body),
});

/** An operator that doesn't fit the property (another one was chosen just now) becomes the commonest that does. */
function readCondition(event: TriggerType, fields: Fields): Condition {
  const path = text(fields.property);
  const key = text(fields.key).trim();
  const isMap = findProperty(event, path)?.type === 'metadata';
  const ofMap = isMap && key !== '' ? `${path}.${key}` : path;
  const property = path === ANOTHER.event ? `${path}${key}` : ofMap;
  // Before it is named it may become anything.
  const type = property === ANOTHER.contact ? 'any' : (findProperty(event, property)?.type ?? 'text');
  const offered = operatorsFor(type);
  const operator = offered.find((candidate) => candidate === fields.operator) ?? offered[0] ?? 'is_set';
  return needsValue(operator)
    ? { property, operator, value: valueOf(comparesNumbers(type, operator), text(fields.value)) }
    : { property, operator };
}

const valueOf = (isNumber: boolean, value: string): string | number =>
  isNumber && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;

const numberOf = (value: string): number => (value.trim() === '' ? NaN : Number(value));
