/** What an update of a contact changed, field by field, as long as its payload is kept. */
import type { ReactNode } from 'react';
import { findProperty, type PropertyValue } from '../../../shared/catalogue';
import { nameProperty } from '../../../shared/words/workflows';
import { None, Time } from '../components/values';

const UPDATED = 'lifecycle.contact_updated';

type Properties = Readonly<Record<string, PropertyValue>>;

export function changeFacts(type: string, { changed, was, is }: Properties): (readonly [string, ReactNode])[] {
  if (type !== UPDATED) return [];
  return Object.keys(mapOf(changed)).map((name) => [
    nameProperty(name),
    <span key={name}>
      <Value name={name} value={mapOf(was)[name]} /> → <Value name={name} value={mapOf(is)[name]} />
    </span>,
  ]);
}

const mapOf = (value: PropertyValue | undefined) => (typeof value === 'object' && value !== null ? value : {});

/** Money stands in minor units: its currency is the contact's, which the event doesn't say. */
function Value({ name, value }: { name: string; value: string | number | boolean | undefined }) {
  if (value === undefined) return <None words="empty" />;
  const type = findProperty(UPDATED, `event.is.${name}`)?.type;
  if (type === 'date' && typeof value === 'string') return <Time at={value} />;
  return type === 'money' ? `${String(value)} (minor units)` : String(value);
}
