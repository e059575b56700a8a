/** Events that other programs send: they stand in the log as `api.<name>`, and may start workflows. */
import { sampleOf, type Property, type PropertyType } from './properties';

export type ApiEventType = `api.${string}`;

const PREFIX = 'api.';
export const API_EVENT_NAME_LENGTH = 100;

export const isApiEventType = (type: string): type is ApiEventType => type.startsWith(PREFIX);
/** `name` as the program has it. */
export const apiEventType = (name: string): ApiEventType => `${PREFIX}${name}`;
export const apiEventName = (type: ApiEventType): string => type.slice(PREFIX.length);

/** What is wrong with a name; null for a good one. */
export function faultOfApiEventName(name: string): string | null {
  if (name.trim() === '') return 'must not be empty';
  if (name.length > API_EVENT_NAME_LENGTH) return `must have at most ${API_EVENT_NAME_LENGTH} characters`;
  return name !== name.trim() || /\p{Cc}/u.test(name) ? 'must be one line without blanks around it' : null;
}

/** Those that conditions and merge tags can name; others are only in the payload. */
const NAME = /^[A-Za-z0-9_]{1,100}$/;

/** A property whose type has not been seen: it may be asked anything. */
export const apiEventProperty = (name: string, type: PropertyType = 'any'): Property | undefined =>
  NAME.test(name)
    ? { name, type, description: 'What your program sends with the event.', sample: sampleOf(type, name) }
    : undefined;

/** ISO 8601, with a day at least. */
const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

export function typeOfApiValue(value: string | number | boolean): PropertyType {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  return DATE.test(value) && !Number.isNaN(Date.parse(value)) ? 'date' : 'text';
}

export const MOST_API_EVENTS = 200;
export const MOST_API_EVENT_PROPERTIES = 50;

/** By name; of one that was seen with two types, `any`. */
export type ApiEventProperties = Readonly<Record<string, PropertyType>>;

/** What is known of an event's properties after one more of it; the same object where it told nothing new. */
export function learnProperties(
  known: ApiEventProperties,
  given: Readonly<Record<string, string | number | boolean>>,
): ApiEventProperties {
  let learned = known;
  let count = Object.keys(known).length;
  for (const [name, value] of Object.entries(given)) {
    if (!NAME.test(name) || name === '__proto__') continue;
    const before = Object.hasOwn(known, name) ? known[name] : undefined;
    const type = before === undefined ? typeOfApiValue(value) : widen(before, typeOfApiValue(value));
    if (type === before || (before === undefined && ++count > MOST_API_EVENT_PROPERTIES)) continue;
    learned = { ...learned, [name]: type };
  }
  return learned;
}

function widen(before: PropertyType, type: PropertyType): PropertyType {
  if (before === type) return before;
  return [before, type].every((one) => one === 'text' || one === 'date') ? 'text' : 'any';
}

/** As the editor offers them, by name. */
export const offeredProperties = (known: ApiEventProperties): Property[] =>
  Object.keys(known)
    .sort()
    .flatMap((name) => apiEventProperty(name, known[name]) ?? []);
