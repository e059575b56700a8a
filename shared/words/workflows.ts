/** The parts of a workflow as its editor and its runs name them. */
import { apiEventName, isApiEventType } from '../api-events';
import { entryOf, type ShownSource, type TriggerType } from '../catalogue';
import { capitalize, readable, uncapitalize } from '../capitalize';
import { isContactEventType } from '../contact-events';
import { KNOWN_VALUES } from '../known-values';
import { DAYS_AFTER, type ScheduleType } from '../schedules';
import type { Condition, ExitEvent, Frequency, Operator, START_AFTER_ATTEMPTS, Step, WaitStep } from '../workflow';
import { BILLING_LABELS, CONTACT_LABELS } from './fields';
import { gistOfTemplate } from './template-gist';

export const STEP_LABELS: Record<Step['kind'], string> = {
  email: 'Send email',
  wait: 'Wait',
  filter: 'Go on only if',
  branch: 'Branch',
  update_contact: 'Set user group',
  exit: 'End here',
};

/** Where what starts a workflow comes from: what it is called, and when it comes. */
export const TRIGGER_SOURCE_WORDS: Record<ShownSource, { label: string; hint: string }> = {
  stripe: { label: 'Stripe', hint: 'Comes with a single event that Stripe sends.' },
  lifecycle: {
    label: 'Lifecycle',
    hint: 'Comes when a subscription takes a turn, such as a trial that converts.',
  },
  contacts: { label: 'Contacts', hint: 'Comes when something happens to a contact, whoever did it.' },
  schedule: { label: 'Schedule', hint: 'Comes some days before or after a date, such as a renewal.' },
  api: { label: 'API', hint: 'Comes when a program of yours sends it: POST /api/v1/events/send.' },
};

/** Whether events of this name have come. */
export const API_EVENT_HINTS = {
  known: 'The eventName that your program sends. What came with it is offered in conditions and emails.',
  unknown: 'The eventName that your program sends. What comes with it is offered here once it has come.',
  /** As many are known as are kept. */
  full: ' As many names are known as are kept: the one not seen for longest makes room for a new one, see Settings → Properties.',
};

/** Of an event that programs send, where it ends runs. */
export const API_EXIT_WORDS = { option: 'An event by its name…', name: 'Event name' } as const;
/** The same, where it starts a new workflow. */
export const API_START_WORDS = { option: 'An event of a program', name: 'Event name' } as const;

/** What the number of days of a scheduled trigger counts. */
export const nameDays = (type: ScheduleType): string => (DAYS_AFTER.includes(type) ? 'Days after' : 'Days before');

const FREQUENCY_LABELS: Record<Frequency, string> = {
  every_time: 'Every time',
  one_at_a_time: 'One at a time (per invoice or subscription)',
  once_per_subject: 'Once per invoice or subscription, ever',
  once_per_contact: 'Once per contact',
};

/** What can be chosen for such a trigger: events of contacts and of programs are about no invoice or subscription. */
export function offeredFrequencies(trigger: TriggerType): Partial<Record<Frequency, string>> {
  if (!isApiEventType(trigger) && !isContactEventType(trigger)) return FREQUENCY_LABELS;
  const { once_per_subject: _, ...rest } = FREQUENCY_LABELS;
  return { ...rest, one_at_a_time: 'One at a time per contact' };
}
export const nameFrequency = (frequency: Frequency, trigger: TriggerType): string =>
  offeredFrequencies(trigger)[frequency] ?? FREQUENCY_LABELS[frequency];

/** What starts or ends runs; of a program's, the name may not be written yet. */
export const nameTrigger = (type: TriggerType): string =>
  isApiEventType(type) && apiEventName(type) === '' ? 'Choose an event' : entryOf(type).label;

/** Of `start_after_attempt`. */
export const ATTEMPT_LABELS: Record<(typeof START_AFTER_ATTEMPTS)[number], string> = {
  1: 'The first failed attempt',
  2: 'The second failed attempt',
  3: 'The third failed attempt',
};
export const ATTEMPT_HINT =
  'Stripe tries again by itself, and often recovers the payment before anybody has to be asked.';

/** Where a condition names what isn't in the list. */
export const ANOTHER_PROPERTY = {
  option: 'Another property…',
  name: { label: 'Name in your program', placeholder: 'seats', fault: 'A name has letters, digits and _ only' },
  key: { label: 'Key', placeholder: 'order_id', fault: 'A key has no blanks' },
} as const;

export const OPERATOR_LABELS: Record<Operator, string> = {
  is_set: 'has any value',
  is_not_set: 'has no value',
  is: 'is',
  is_not: 'is not',
  contains: 'contains',
  does_not_contain: 'does not contain',
  starts_with: 'starts with',
  greater: 'is greater than',
  greater_or_equal: 'is at least',
  less: 'is less than',
  less_or_equal: 'is at most',
  before: 'is before',
  after: 'is after',
  is_true: 'is true',
  is_false: 'is false',
};

/** The longest wait, a year. */
export const WAIT_LIMITS: Record<WaitStep['unit'], { amount: number; words: string }> = {
  minutes: { amount: 525_600, words: 'must be at most 525,600 minutes, which is 365 days' },
  hours: { amount: 8_760, words: 'must be at most 8,760 hours, which is 365 days' },
  days: { amount: 365, words: 'must be at most 365 days' },
};
export const WAIT_HINT = 'At most 365 days.';

/** One step of a certain workflow: "Wait 1 day", "Email “Welcome”". */
export function nameStep(step: Step): string {
  switch (step.kind) {
    case 'wait':
      return `Wait ${nameDuration(step)}`;
    case 'email':
      return `Email “${gistOfTemplate(step.email.subject)}”`;
    default:
      return STEP_LABELS[step.kind];
  }
}

export const nameDuration = ({ amount, unit }: WaitStep): string =>
  `${amount} ${amount === 1 ? unit.slice(0, -1) : unit}`;

/** Whose event ends a run. */
export const MATCH_LABELS: Record<ExitEvent['match'], string> = {
  contact: 'of the same contact',
  object: 'of the same invoice or subscription',
};

/** What isn't called as it is spelled. Nouns, so that they fit a sentence: "Earlier renewal date". */
const PROPERTY_NAMES: Readonly<Record<string, string>> = {
  mrr: BILLING_LABELS.mrr,
  ltv: BILLING_LABELS.ltv,
  ltv_currency: 'Lifetime value currency',
  renews_at: 'Renewal date',
  trial_ends_at: 'Trial end',
  customer_since: 'Customer since',
  first_payment_at: BILLING_LABELS.first_payment_at,
  last_payment_at: BILLING_LABELS.last_payment_at,
  delinquent: 'Overdue',
  by: 'Done by',
};

const OWN = 'properties.';
/** As it is listed under Event or Contact: a contact's own property is spelled as programs spell it. */
export const nameProperty = (name: string): string =>
  name.startsWith(OWN) ? name.slice(OWN.length) : (nameChange(name) ?? PROPERTY_NAMES[name] ?? readable(name));

/** Of an update: headings of the fields. */
export const CHANGE_GROUPS: Readonly<Record<string, string>> = {
  changed: 'Changed',
  was: 'Earlier value',
  is: 'New value',
};

/** "Plan changed", "Earlier plan", "New plan": of an update. `nameOwn` spells one of the merchant's own. */
function nameChange(name: string, nameOwn = nameProperty): string | undefined {
  const [, part, field] = /^(changed|was|is)\.(.+)$/.exec(name) ?? [];
  if (field === undefined) return undefined;
  const isOwn = field.startsWith(OWN);
  const words = isOwn ? nameOwn(field) : uncapitalize(nameProperty(field));
  switch (part) {
    case 'changed':
      return `${isOwn ? words : capitalize(words)} changed`;
    case 'was':
      return `Earlier ${words}`;
    case 'is':
      return `New ${words}`;
    default:
      return undefined;
  }
}

const WHOSE: Record<string, string> = { contact: 'Contact’s ', subject: 'Current ' };

/** Quoted, or "seats is greater than 3" would read as a slip of grammar. */
const quoteOwn = (name: string): string => `“${nameProperty(name)}”`;

/** "Contact’s plan is Pro". `writeDay` writes a date; left out, it stays as it is kept. */
export function describeCondition(
  { property, operator, value }: Condition,
  writeDay: (day: string) => string = (day) => day,
): string {
  const [root = '', ...names] = property.split('.');
  const name = names.join('.');
  const change = root === 'event' ? nameChange(name, quoteOwn) : undefined;
  if (change && operator === 'is_true') return change;
  if (change && operator === 'is_false') return change.replace(/changed$/, 'did not change');
  const words = change ?? (name.startsWith(OWN) ? quoteOwn(name) : wordField(name));
  const whose = WHOSE[root] ?? '';
  return [
    whose ? `${whose}${words}` : capitalize(words),
    OPERATOR_LABELS[operator],
    ...(value === undefined ? [] : [describeValue(operator, value, writeDay)]),
  ].join(' ');
}

/** Of what is chosen and not named yet: "…". */
const wordField = (name: string): string =>
  name === '' || name === 'properties'
    ? '…'
    : uncapitalize(PROPERTY_NAMES[name] ?? name.replaceAll('.', ' ').replaceAll('_', ' '));

function describeValue(operator: Operator, value: NonNullable<Condition['value']>, writeDay: (day: string) => string) {
  if ((operator === 'before' || operator === 'after') && !Number.isNaN(Date.parse(String(value))))
    return writeDay(String(value));
  if (value === '') return '…';
  return STRIPES_WORDS.has(value) ? String(value).replaceAll('_', ' ') : value;
}
const STRIPES_WORDS: ReadonlySet<unknown> = new Set(Object.values(KNOWN_VALUES).flat());

/** What the changes of a draft are said to be in. */
export const DIFF_LABELS = {
  workflow: 'Workflow',
  name: 'Name',
  trigger: 'Trigger',
  event: 'Event',
  frequency: 'How often',
  attempt: 'Starts with',
  triggerConditions: 'Only if all of these hold',
  onlyWhile: 'Sends',
  exits: 'Ends early when',
  wait: 'Wait',
  conditions: 'All of these hold',
  kind: 'Kind',
  subject: 'Subject',
  previewText: 'Preview text',
  body: 'Body',
  userGroup: CONTACT_LABELS.user_group,
} as const;

/** The draft of a workflow that is published. */
export const DRAFT_WORDS = {
  label: 'Unpublished changes',
  lead: 'Runs follow the published version until you publish these.',
  publish: 'Publish',
  discard: 'Discard changes…',
  discardConfirm: 'Discard changes',
  discardHint: 'The workflow goes back to what is published. This can’t be undone.',
  nothing: 'empty',
} as const;

export const CHANGE_LABELS: Record<'added' | 'removed' | 'moved' | 'changed', string> = {
  added: 'Added',
  removed: 'Removed',
  moved: 'Moved',
  changed: 'Changed',
};

/** Of a workflow whose event is off in the settings. */
export const EVENT_OFF_WORDS = {
  active: 'Active, but it won’t start',
  turnOn: 'Turn on this event',
  /** On the page of an event that was ignored for it. */
  ignored: 'This type is off: its events are only logged.',
  onSince: 'This type was off when the event came, and is on now. Replay it below to make up for it.',
} as const;

/** Above all that keeps a draft from what was asked for. */
export const REFUSED_WORDS = {
  save: 'Not saved yet',
  activate: 'Not activated yet',
  publish: 'Not published yet',
  rehearse: 'Not rehearsed yet',
} as const;
/** Above what is wrong with what was saved. */
export const OBSTACLE_WORDS = {
  activate: 'This keeps it from being activated',
  publish: 'This keeps it from being published',
} as const;
