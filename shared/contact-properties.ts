/** Properties of the merchant's own that the API gives contacts: their types, their names, and what a value may be. */
import { sampleOf, type Property, type PropertyType } from './properties';
import { readYesNo } from './yes-no';

export const CONTACT_PROPERTY_TYPES = ['string', 'number', 'boolean', 'date'] as const;
export type ContactPropertyType = (typeof CONTACT_PROPERTY_TYPES)[number];

/** Dates are ISO 8601 UTC. */
export type ContactPropertyValue = string | number | boolean;

export interface ContactProperty {
  name: string;
  type: ContactPropertyType;
}

export const MOST_CONTACT_PROPERTIES = 200;
/** Characters of a value. */
const PROPERTY_VALUE_LENGTH = 1_000;

const PROPERTY_NAME = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;

/** What every contact has, as the API names it. */
export const BUILT_IN_PROPERTIES: readonly ContactProperty[] = [
  { name: 'firstName', type: 'string' },
  { name: 'lastName', type: 'string' },
  { name: 'email', type: 'string' },
  { name: 'source', type: 'string' },
  { name: 'subscribed', type: 'boolean' },
  { name: 'userGroup', type: 'string' },
  { name: 'userId', type: 'string' },
  { name: 'createdAt', type: 'date' },
];
/** Names with a meaning of their own in the API's bodies. */
const RESERVED = new Set([
  ...BUILT_IN_PROPERTIES.map(({ name }) => name),
  ...['id', 'mailingLists', 'optInStatus', 'eventName', 'eventProperties', 'constructor', 'prototype'],
]);

/** What is wrong with a name; undefined: nothing. */
export function faultOfPropertyName(name: string): string | undefined {
  if (!PROPERTY_NAME.test(name))
    return 'must be a name of letters, digits and _, at most 100, that begins with a letter';
  return RESERVED.has(name) ? 'is a name that is taken' : undefined;
}

/** The type that a value of a property not known yet gives it. */
export const typeOfValue = (value: ContactPropertyValue): ContactPropertyType =>
  typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'string';

/** As conditions and merge tags name them, under `contact.`. */
export const offeredContactProperties = (known: readonly ContactProperty[]): Property[] =>
  known.map(({ name, type }) => ({
    name: `properties.${name}`,
    type: offeredType(type),
    description: 'What your programs stored with the contact.',
    sample: sampleOf(offeredType(type), name),
  }));

const offeredType = (type: ContactPropertyType): PropertyType => (type === 'string' ? 'text' : type);

/** What previews show of them, by name. */
export const sampleValues = (known: readonly ContactProperty[]): Record<string, ContactPropertyValue> =>
  Object.fromEntries(known.map(({ name, type }) => [name, sampleOf(offeredType(type), name)]));

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2}))?$/;

/** The value as it is kept, or what is expected of it. A date is ISO 8601 or epoch milliseconds. */
export function readPropertyValue(
  type: ContactPropertyType,
  value: unknown,
): { value: ContactPropertyValue } | { expected: string } {
  switch (type) {
    case 'string':
      if (typeof value === 'string' && value.length <= PROPERTY_VALUE_LENGTH) return { value };
      return { expected: `must be text of at most ${PROPERTY_VALUE_LENGTH} characters` };
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? { value } : { expected: 'must be a number' };
    case 'boolean':
      return typeof value === 'boolean' ? { value } : { expected: 'must be true or false' };
    case 'date': {
      const isWritten = typeof value === 'number' || (typeof value === 'string' && ISO_DATE.test(value));
      const at = isWritten ? new Date(value) : new Date(NaN);
      if (!Number.isNaN(at.getTime())) return { value: at.toISOString() };
      return { expected: 'must be a date in ISO 8601 (with its time zone where it has a time), or epoch milliseconds' };
    }
  }
}

/** The same of a value that a file or a form has as text; not blank. */
export function readPropertyText(
  type: ContactPropertyType,
  text: string,
): { value: ContactPropertyValue } | { expected: string } {
  if (type === 'number')
    return readPropertyValue(type, /^[+-]?\d*\.?\d+(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : text);
  if (type === 'boolean') return readPropertyValue(type, readYesNo(text));
  return readPropertyValue(type, text);
}
