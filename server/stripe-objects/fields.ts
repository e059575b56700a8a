/**
 * Reading fields of objects that come from outside: each returns null unless the value is what it should be, and never
 * throws. Numbers stay in what JSON, SQLite and PostgreSQL hold exactly.
 */
export type Fields = Readonly<Record<string, unknown>>;

const NO_FIELDS: Fields = Object.freeze({});

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : NO_FIELDS;

/** Beyond what Stripe sends: lists come with at most 100 objects (https://docs.stripe.com/pagination), texts are shorter. */
const MAX_ENTRIES = 1_000;
const MAX_TEXT = 5_000;

/** The objects of an array, or of Stripe's list object. */
export function listOf(value: unknown): Fields[] {
  const entries = Array.isArray(value) ? value : fieldsOf(value).data;
  return Array.isArray(entries) ? entries.slice(0, MAX_ENTRIES).map(fieldsOf) : [];
}

/** The first text that isn't blank, cut where it is longer than any of Stripe's. */
export function text(...values: unknown[]): string | null {
  for (const value of values) if (typeof value === 'string' && /\S/.test(value)) return clean(cut(value, MAX_TEXT));
  return null;
}

const cut = (value: string, length: number) => (value.length > length ? value.slice(0, length) : value);

/** NUL and lone surrogates, which not every database takes, become U+FFFD. */
const clean = (value: string): string =>
  value.isWellFormed() && !value.includes('\0') ? value : value.replace(/[\0\p{Cs}]/gu, '\ufffd');

/** Nearly all are plain: found at once, where categories of characters take most of the time of reading an object. */
const PLAIN = /^\w{1,255}$/;
const PLAUSIBLE = /^[^\s\p{C}]{1,255}$/u;

/** The first plausible id, given as such or as the expanded object. Stripe lets merchants choose ids of plans and such. */
export function id(...values: unknown[]): string | null {
  for (const value of values) {
    const candidate = typeof value === 'string' ? value : fieldsOf(value).id;
    if (typeof candidate === 'string' && (PLAIN.test(candidate) || PLAUSIBLE.test(candidate))) return candidate;
  }
  return null;
}

/** The id that a field refers to; empty where it refers to nothing, null where the field isn't there. */
export const reference = (value: unknown): string | null => (value === undefined ? null : (id(value) ?? ''));

export const bool = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);

/** The first whole number; money is in minor units. */
export function whole(...values: unknown[]): number | null {
  for (const value of values) if (Number.isSafeInteger(value)) return value as number;
  return null;
}

export const currency = (...values: unknown[]): string | null =>
  text(...values.filter(isCurrency))?.toLowerCase() ?? null;

const isCurrency = (value: unknown) => typeof value === 'string' && /^[a-z]{3}$/i.test(value);

const END_OF_YEAR_9999 = 253_402_300_799;

/** Epoch seconds. */
export function seconds(...values: unknown[]): number | null {
  const found = whole(...values);
  return found !== null && found >= 0 && found <= END_OF_YEAR_9999 ? found : null;
}

/** Epoch seconds as ISO 8601 UTC. */
export function date(...values: unknown[]): string | null {
  const found = seconds(...values);
  return found === null ? null : new Date(found * 1000).toISOString();
}

/** What Stripe allows of metadata: https://docs.stripe.com/metadata */
const MAX_KEYS = 50;
const MAX_KEY = 40;
const MAX_VALUE = 500;

/**
 * Stripe's flat map of texts; empty when there is none. Read no further than Stripe's own limits: a map of 40,000 keys
 * would cost every event, run and email about it tens of milliseconds.
 */
export function metadata(value: unknown): Record<string, string> {
  const map = fieldsOf(value);
  const kept: [string, string][] = [];
  let looked = 0;
  for (const key in map) {
    if (++looked > MAX_KEYS) break;
    const entry = map[key];
    if (typeof entry === 'string' && key.length <= MAX_KEY) kept.push([clean(key), clean(cut(entry, MAX_VALUE))]);
  }
  return Object.fromEntries(kept);
}
