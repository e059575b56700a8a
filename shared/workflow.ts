/**
 * What a workflow is: a trigger, steps, and events that end a run early. Both sides read and check definitions with
 * the schemas here; `server/workflows/next-step.ts` decides what a run does next.
 */
import { z } from 'zod';
import { apiEventName, apiEventType, faultOfApiEventName, isApiEventType, type ApiEventType } from './api-events';
import {
  CHOICE_TYPES,
  sourceOf,
  TRIGGER_SOURCES,
  TRIGGER_TYPES,
  type ChoiceType,
  type KnownTriggerType,
  type PropertyType,
} from './catalogue';
import { WORKFLOW_NAME_LENGTH } from './limits';
import { SCHEDULE_DAYS } from './schedules';
import { userGroupSchema } from './user-group';

export const FREQUENCIES = ['every_time', 'one_at_a_time', 'once_per_subject', 'once_per_contact'] as const;
/**
 * `one_at_a_time` is per invoice or subscription where the event names one, else per contact; `once_per_subject` once for
 * each of them, for ever.
 */
export type Frequency = (typeof FREQUENCIES)[number];

export const OPERATORS = [
  'is_set',
  'is_not_set',
  'is',
  'is_not',
  'contains',
  'does_not_contain',
  'starts_with',
  'greater',
  'greater_or_equal',
  'less',
  'less_or_equal',
  'before',
  'after',
  'is_true',
  'is_false',
] as const;
export type Operator = (typeof OPERATORS)[number];

const PRESENCE = ['is_set', 'is_not_set'] as const;
const TEXT = ['is', 'is_not', 'contains', 'does_not_contain', 'starts_with', ...PRESENCE] as const;
const NUMBER = ['is', 'is_not', 'greater', 'greater_or_equal', 'less', 'less_or_equal', ...PRESENCE] as const;
const OPERATORS_BY_TYPE: Record<PropertyType, readonly Operator[]> = {
  text: TEXT,
  number: NUMBER,
  money: NUMBER,
  date: ['before', 'after', ...PRESENCE],
  boolean: ['is_true', 'is_false', ...PRESENCE],
  metadata: PRESENCE,
  any: [...new Set<Operator>(['is', 'is_not', 'greater', 'less', ...OPERATORS])],
};
/** The operators for a property of this type, the commonest first. */
export const operatorsFor = (type: PropertyType): readonly Operator[] => OPERATORS_BY_TYPE[type];

const OF_NUMBERS: readonly Operator[] = ['greater', 'greater_or_equal', 'less', 'less_or_equal'];
const OF_DATES: readonly Operator[] = ['before', 'after'];

/** Whether the value of such a condition must be a number. */
export const comparesNumbers = (type: PropertyType, operator: Operator): boolean =>
  type === 'number' || type === 'money' || (type === 'any' && OF_NUMBERS.includes(operator));
/** Whether the value of such a condition must be a date. */
export const comparesDates = (type: PropertyType, operator: Operator): boolean =>
  type === 'date' || (type === 'any' && OF_DATES.includes(operator));

/** Whether a condition with this operator carries a value to compare with. */
export const needsValue = (operator: Operator): boolean =>
  !['is_set', 'is_not_set', 'is_true', 'is_false'].includes(operator);

const text = (max: number) => z.string().max(max, `must have at most ${max} characters`);
const stepId = z.string().regex(/^[a-z0-9_-]{1,40}$/i, 'must be 1 to 40 letters, digits, - or _');

/** `event.amount_due`, `contact.plan`, `event.metadata.order_id`. */
const conditionSchema = z.strictObject({
  property: text(200).regex(
    /^(event|contact|subject)\.[A-Za-z0-9_]+(\.[^\s]+)?$/,
    'must be event., contact. or subject. and a name',
  ),
  operator: z.enum(OPERATORS),
  /** Left out by is_set, is_not_set, is_true and is_false. Dates are ISO 8601; money is in minor units. */
  value: z.union([text(500), z.number(), z.boolean()]).optional(),
});
export type Condition = z.infer<typeof conditionSchema>;
/** All of them must hold. */
const conditions = z.array(conditionSchema).max(20, 'must have at most 20 conditions');

const oneLine = (max: number) => text(max).regex(/^[^\r\n]*$/, 'must be one line');

export const EMAIL_KINDS = ['transactional', 'marketing'] as const;

export const emailContentSchema = z.strictObject({
  kind: z.enum(EMAIL_KINDS),
  subject: oneLine(500).min(1, 'must not be empty'),
  preview_text: oneLine(500).default(''),
  /** Markdown with Liquid merge tags. */
  body: text(50_000).min(1, 'must not be empty'),
});
export type EmailContent = z.infer<typeof emailContentSchema>;

export const WAIT_UNITS = ['minutes', 'hours', 'days'] as const;

export type WaitStep = { id: string; kind: 'wait'; amount: number; unit: (typeof WAIT_UNITS)[number] };
export type FilterStep = { id: string; kind: 'filter'; conditions: Condition[] };
export type BranchPath = { id: string; name: string; conditions: Condition[]; steps: Step[] };
export type BranchStep = { id: string; kind: 'branch'; paths: BranchPath[]; else: Step[] };
export type EmailStep = {
  id: string;
  kind: 'email';
  /** The mailing list that a marketing email is about: goes only to who is on it. Left out: it is about none. */
  list?: string;
  email: EmailContent;
};
export type UpdateContactStep = { id: string; kind: 'update_contact'; user_group: string | null };
type ExitStep = { id: string; kind: 'exit' };
export type Step = WaitStep | FilterStep | BranchStep | EmailStep | UpdateContactStep | ExitStep;

const steps: z.ZodType<Step[]> = z.lazy(() => z.array(stepSchema).max(50, 'must have at most 50 steps'));

export const stepSchema: z.ZodType<Step> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.strictObject({
      id: stepId,
      kind: z.literal('wait'),
      amount: z
        .number()
        .int('must be a whole number')
        .min(1, 'must be at least 1')
        .max(525_600, 'must be at most 365 days'),
      unit: z.enum(WAIT_UNITS),
    }),
    z.strictObject({ id: stepId, kind: z.literal('filter'), conditions: conditions.min(1, 'needs a condition') }),
    z.strictObject({
      id: stepId,
      kind: z.literal('branch'),
      paths: z
        .array(
          z.strictObject({ id: stepId, name: text(100), conditions: conditions.min(1, 'needs a condition'), steps }),
        )
        .min(1, 'needs a path')
        .max(10, 'must have at most 10 paths'),
      else: steps,
    }),
    z.strictObject({
      id: stepId,
      kind: z.literal('email'),
      list: z.string().min(1, 'must be the id of a mailing list').max(255).optional(),
      email: emailContentSchema,
    }),
    z.strictObject({
      id: stepId,
      kind: z.literal('update_contact'),
      user_group: userGroupSchema,
    }),
    z.strictObject({ id: stepId, kind: z.literal('exit') }),
  ]),
);

/** One of these, or an event of a program, which goes by a name of its own. */
function eventOf<T extends KnownTriggerType>(types: readonly T[]) {
  return z.unknown().transform((value, { issues }): T | ApiEventType => {
    if (typeof value === 'string' && isApiEventType(value)) {
      const fault = faultOfApiEventName(apiEventName(value));
      if (fault !== null) issues.push({ code: 'custom', message: fault, input: value });
      return value;
    }
    const known = types.find((type) => type === value);
    if (known === undefined) issues.push({ code: 'invalid_value', values: [...types], input: value });
    return known ?? z.NEVER;
  });
}

/** What may end a run: scheduled notices are one workflow's own. */
export type ExitType = ChoiceType | ApiEventType;

const exitEventSchema = z.strictObject({
  event: eventOf<ChoiceType>(CHOICE_TYPES),
  /** `object`: the same invoice or subscription as the trigger's; an event that names neither ends the contact's runs. */
  match: z.enum(['contact', 'object']),
});
export type ExitEvent = z.infer<typeof exitEventSchema>;

/** Branches within branches. */
export const MAX_DEPTH = 20;

/** Asked before the schema, which would go down as far as it leads. */
export function isTooDeep(definition: unknown): boolean {
  let level: unknown[] = [definition];
  // A branch is three deep in its list: step, paths, path.
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > 4 * (MAX_DEPTH + 2)) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : []));
  }
  return false;
}

/** Stripe often recovers a payment by itself first. */
export const START_AFTER_ATTEMPTS = [1, 2, 3] as const;
const attemptSchema = z.union(
  START_AFTER_ATTEMPTS.map((attempt) => z.literal(attempt)),
  'must be 1, 2 or 3',
);

const DAYS = `must be a whole number from ${SCHEDULE_DAYS.min} to ${SCHEDULE_DAYS.max}`;

/** Of `source: api` the name may be given as programs send it; it is kept as the log has it. */
function withPrefix(trigger: unknown): unknown {
  if (typeof trigger !== 'object' || trigger === null) return trigger;
  const { source, event } = trigger as { source?: unknown; event?: unknown };
  const isBare = source === 'api' && typeof event === 'string' && !isApiEventType(event);
  return isBare ? { ...trigger, event: apiEventType(event) } : trigger;
}

const triggerSchema = z.preprocess(
  withPrefix,
  z
    .strictObject({
      /** Whose event it is; left out: Stripe's. */
      source: z.enum(TRIGGER_SOURCES).optional(),
      event: eventOf<KnownTriggerType>(TRIGGER_TYPES),
      conditions: conditions.default([]),
      frequency: z.enum(FREQUENCIES).default('every_time'),
      /** Of a schedule, and only there: days before its date, or after it (DAYS_AFTER in schedules.ts). */
      days: z.int(DAYS).min(SCHEDULE_DAYS.min, DAYS).max(SCHEDULE_DAYS.max, DAYS).optional(),
      /** Of invoice.payment_failed: begins with the first failure whose attempt_count is at least this; left out: 1. */
      start_after_attempt: attemptSchema.optional(),
    })
    .superRefine(({ source = 'stripe', event, days }, check) => {
      const own = sourceOf(event);
      const refuse = (field: string, message: string) => check.addIssue({ code: 'custom', path: [field], message });
      if (source !== own) refuse('source', `must be ${own} for ${event}`);
      if (own === 'schedule' && days === undefined) refuse('days', DAYS);
      if (own !== 'schedule' && days !== undefined) refuse('days', 'is only for scheduled triggers');
    }),
);

export const definitionSchema = z.strictObject({
  name: text(WORKFLOW_NAME_LENGTH).trim().min(1, 'must not be empty'),
  trigger: triggerSchema,
  exit_events: z.array(exitEventSchema).max(20).default([]),
  /** Ends runs, and keeps back emails, once what they say of their subject is no longer so (words/only-while.ts); left out: true. */
  only_while: z.boolean().optional(),
  steps,
});
export type Definition = z.infer<typeof definitionSchema>;

export interface PlacedStep {
  step: Step;
  /** Its path in the definition: `['steps', 2, 'paths', 0, 'steps', 1]`. */
  path: (string | number)[];
  /** The steps of its own list and its place there; what follows the list's end is what follows `inside`. */
  siblings: Step[];
  index: number;
  /** The branch whose path holds it. */
  inside: BranchStep | null;
}

/** Every step of a definition, in reading order: a branch before what its paths hold. */
export function stepsOf(definition: Pick<Definition, 'steps'>): PlacedStep[] {
  const walk = (siblings: Step[], path: (string | number)[], inside: BranchStep | null): PlacedStep[] =>
    siblings.flatMap((step, index) => {
      const placed: PlacedStep = { step, path: [...path, index], siblings, index, inside };
      if (step.kind !== 'branch') return [placed];
      const branches = step.paths.flatMap((one, n) => walk(one.steps, [...placed.path, 'paths', n, 'steps'], step));
      return [placed, ...branches, ...walk(step.else, [...placed.path, 'else'], step)];
    });
  return walk(definition.steps, ['steps'], null);
}

export const findStep = (definition: Pick<Definition, 'steps'>, id: string): PlacedStep | undefined =>
  stepsOf(definition).find(({ step }) => step.id === id);
