/** What is wrong with a workflow, in words that name the field as the editor shows it. */
import { capitalize } from '../capitalize';

/** Of what has parts. */
const HOLDERS: Record<string, string> = {
  steps: 'step',
  conditions: 'condition',
  paths: 'path',
  exit_events: 'exit event',
};
const FIELDS: Record<string, string> = {
  name: 'name',
  event: 'event',
  source: 'source',
  days: 'number of days',
  frequency: '“How often”',
  start_after_attempt: '“Starts with”',
  property: 'property',
  key: 'name',
  operator: 'comparison',
  value: 'value',
  match: '“For”',
  only_while: '“Only while”',
  amount: 'wait',
  unit: 'unit',
  email: 'email',
  kind: 'kind',
  subject: 'subject',
  preview_text: 'preview text',
  body: 'body',
  user_group: 'user group',
  id: 'id',
  steps: 'steps',
  conditions: 'conditions',
  paths: 'paths',
  exit_events: 'exit events',
  else: '“Otherwise”',
  trigger: 'trigger',
};

/** `steps.1.paths.0.steps.2.email.subject` is "Subject of step 3 of path 1 of step 2"; empty for the whole. */
export function nameField(param: string): string {
  const keys = param === '' ? [] : param.split('.');
  let inside = '';
  let last = '';
  const enter = (name: string) => (inside = inside === '' ? name : `${name} of ${inside}`);
  for (let n = 0; n < keys.length; n++) {
    const [key = '', index] = [keys[n], keys[n + 1]];
    const isLast = n === keys.length - 1;
    if (index !== undefined && /^\d+$/.test(index)) {
      if (key === 'else') enter('“Otherwise”');
      enter(`${HOLDERS[key === 'else' ? 'steps' : key] ?? FIELDS[key] ?? key} ${Number(index) + 1}`);
      n++;
    } else if (isLast) last = FIELDS[key] ?? `“${key}”`;
    else if (key === 'trigger') enter('the trigger');
  }
  return capitalize([last, inside].filter(Boolean).join(' of '));
}

export interface WordedProblem {
  param: string;
  /** What is expected, as the end of a sentence ("must not be empty"), or a sentence of its own. */
  message: string;
  /** Place in the field's text, counted from 1; null where it has none. */
  line: number | null;
  column: number | null;
}

/** At its own field: "Must not be empty". */
export const describeAtField = ({ message, line, column }: WordedProblem): string =>
  `${capitalize(message)}${line === null ? '' : ` (line ${line}, column ${column})`}`;

/** Anywhere: "Subject of step 2 must not be empty". */
export function describeProblem(problem: WordedProblem): string {
  const { param, message } = problem;
  const words = describeAtField(problem);
  if (NAMES_ITSELF.test(message)) return words;
  // A list that needs an entry: who needs it is what has the list.
  const field = nameField(message.startsWith('needs ') ? param.replace(/\.?\w+$/, '') : param) || 'Workflow';
  const isSentence = /^[A-Z]/.test(message);
  return isSentence ? `${field}: ${words}` : `${field} ${message.charAt(0)}${words.slice(1)}`;
}
const NAMES_ITSELF = /^An active workflow /;

/** All of them, as one text: "Name must not be empty. Wait of step 2 must be at most 365 days." */
export function describeProblems(problems: readonly WordedProblem[]): string {
  const shown = problems.slice(0, MOST_NAMED).map((problem) => describeProblem(problem).replace(/\.?$/, '.'));
  const more = problems.length - shown.length;
  return [...shown, ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
}
const MOST_NAMED = 20;

/** What a schema's own refusal says, where it has no words for it. */
export interface SchemaIssue {
  code?: string;
  expected?: string;
  origin?: string;
  minimum?: number | bigint;
  maximum?: number | bigint;
  values?: readonly unknown[];
  keys?: readonly string[];
  discriminator?: string;
}

export function describeSchemaIssue({
  code,
  expected,
  origin,
  minimum,
  maximum,
  values,
  keys,
  discriminator,
}: SchemaIssue): string {
  switch (code) {
    case 'invalid_type':
      return `must be ${TYPES[expected ?? ''] ?? 'of another type'}`;
    case 'too_small':
      return origin === 'number' ? `must be at least ${minimum}` : `must have at least ${minimum} entries`;
    case 'too_big':
      return origin === 'number' ? `must be at most ${maximum}` : `must have at most ${maximum} entries`;
    case 'invalid_value':
      return nameValues((values ?? []).map(String));
    case 'unrecognized_keys':
      return `has no ${(keys ?? []).map((key) => `“${key}”`).join(', ')}`;
    case 'invalid_union':
      return discriminator ? 'is none of the kinds there are' : 'must be a text, a number, true or false';
    default:
      return 'is not valid';
  }
}

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/** "must be one of draft, open, paid": of long lists the first. */
export const nameValues = (values: readonly string[]): string =>
  values.length > MOST_VALUES
    ? `must be one of the known values, such as ${values.slice(0, 3).join(', ')}`
    : `must be one of ${values.join(', ')}`;
const MOST_VALUES = 16;
