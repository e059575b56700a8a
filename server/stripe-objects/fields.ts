/**
 * Reading fields of objects that come from outside: each returns null unless the value is what it should be, and never
 * throws. Numbers stay in what JSON, SQLite and PostgreSQL hold exactly.
 */
export type Fields = Readonly<Record<string, unknown>>;

const NO_FIELDS: Fields = Object.freeze({});

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : NO_FIELDS;

/** The objects of an array, or of Stripe's list object. */
export function listOf(value: unknown): Fields[] {
  const entries = Array.isArray(value) ? value : fieldsOf(value).data;
  return Array.isArray(entries) ? entries.map(fieldsOf) : [];
}

/** The first text that isn't blank. */
export function text(...values: unknown[]): string | null {
  const found = values.find((value) => typeof value === 'string' && value.trim() !== '') as string | undefined;
  return found === undefined ? null : clean(found);
}

/** NUL and lone surrogates, which not every database takes, become U+FFFD. */
const clean = (value: string): string => value.replace(/[\0\p{Cs}]/gu, '\ufffd');

/** The first plausible id, given as such or as the expanded object. Stripe lets merchants choose ids of plans and such. */
export function id(...values: unknown[]): string | null {
  for (const value of values) {
    const candidate = typeof value === 'string' ? value : fieldsOf(value).id;
    if (typeof candidate === 'string' && /^[^\s\p{C}]{1,255}$/u.test(candidate)) return candidate;
  }
  return null;
}

export const bool = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);

/** The first whole number; money is in minor units. */
export function whole(...values: unknown[]): number | null {
  return (values.find((value) => Number.isSafeInteger(value)) as number | undefined) ?? null;
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

/** Stripe's flat map of texts; empty when there is none. */
export const metadata = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fieldsOf(value)).flatMap(([key, entry]) =>
      typeof entry === 'string' ? [[clean(key), clean(entry)]] : [],
    ),
  );
