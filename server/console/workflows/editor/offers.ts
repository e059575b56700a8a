/** What conditions and merge tags can name, typed by what has come. */
import {
  CONTACT_PROPERTIES,
  entryOf,
  findProperty,
  isApiEventType,
  type Property,
  type TriggerType,
} from '../../../../shared/catalogue';
import { offeredContactProperties } from '../../../../shared/contact-properties';
import { listContactProperties } from '../../../audience/contact-properties';
import type { Db } from '../../../db/schema';
import type { Tenant } from '../../../db/tenant';
import { findApiEventProperties, listApiEventNames } from '../../../workflows/api-event-names';

export interface Offers {
  trigger: TriggerType;
  /** The names of programs' events that have come so far. */
  apiEvents: readonly string[];
  /** Of the trigger's event. */
  event: readonly Property[];
  /** Those every contact may have, and the merchant's own as `properties.seats`. */
  contact: readonly Property[];
}

/** The value of the option under which any name can be written. */
export const ANOTHER = { event: 'event.', contact: 'contact.properties' } as const;
export const isAnother = (option: string): boolean => option === ANOTHER.event || option === ANOTHER.contact;

export async function findOffers(db: Db, tenant: Tenant, trigger: TriggerType): Promise<Offers> {
  const isOfProgram = isApiEventType(trigger);
  const own = offeredContactProperties(await listContactProperties(db, tenant));
  return {
    trigger,
    apiEvents: await listApiEventNames(db, tenant),
    event: isOfProgram
      ? await findApiEventProperties(db, tenant, trigger)
      : entryOf(trigger).properties.flatMap((property) => byKey(property, own)),
    contact: [...CONTACT_PROPERTIES.filter(({ name }) => name !== 'properties'), ...own, ...FREE],
  };
}

/** Each of its known keys by itself, the merchant's own among them. */
function byKey(property: Property, own: readonly Property[]): Property[] {
  const { name, keyed, keyType, description } = property;
  if (!keyed) return [property];
  const typed = own.map((one) => ({ ...one, type: keyType === 'any' ? one.type : (keyType ?? 'text'), description }));
  return [...keyed, ...typed].map((one) => ({ ...one, name: `${name}.${one.name}` }));
}

const FREE = CONTACT_PROPERTIES.filter(({ name }) => name === 'properties');

/** What a path names, with the type that it is known to have; undefined where there is no such property. */
export function findOffered({ trigger, event, contact }: Offers, path: string): Property | undefined {
  const [root, ...rest] = path.split('.');
  const name = rest.join('.');
  const offered = root === 'event' ? event : root === 'contact' ? contact : [];
  return offered.find((one) => one.name === name) ?? findProperty(trigger, path);
}

const isIn = (offered: readonly Property[], path: string): boolean =>
  offered.some(({ name }) => path.slice(path.indexOf('.') + 1) === name);

/** The option that a path stands under, and what is written beside it; null where the option says it all. */
export function splitPath(offers: Offers, path: string): { option: string; written: string | null } {
  const [root, name = '', ...rest] = path.split('.');
  const property = `${root}.${name}`;
  const isNamed = root === 'contact' ? isIn(offers.contact, path) : isIn(offers.event, path);
  const isMap = findProperty(offers.trigger, property)?.type === 'metadata';
  if (isMap && (rest.length === 0 || !isNamed)) return { option: property, written: rest.join('.') };
  const isFree = root === 'event' && isApiEventType(offers.trigger) && !isNamed;
  return isFree ? { option: ANOTHER.event, written: [name, ...rest].join('.') } : { option: path, written: null };
}
