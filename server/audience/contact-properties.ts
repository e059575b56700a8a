/** Properties of the merchant's own: which there are, and their values on a contact. */
import {
  faultOfPropertyName,
  MOST_CONTACT_PROPERTIES,
  readPropertyValue,
  typeOfValue,
  type ContactProperty,
  type ContactPropertyType,
  type ContactPropertyValue,
} from '../../shared/contact-properties';
import { insertNew } from '../db/bulk';
import type { Db, Row, Trx } from '../db/schema';
import { pages, PART } from '../db/parts';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { AppError } from '../errors';

type Values = Record<string, ContactPropertyValue>;

/** A contact's own, by name. */
export const propertiesOf = ({ properties }: Pick<Row<'contact'>, 'properties'>): Values =>
  JSON.parse(properties ?? '{}') as Values;

/** Of a contact's values, as its column has them. */
export const toColumn = (values: Values): string | null =>
  Object.keys(values).length === 0 ? null : JSON.stringify(values);

/** Of two contacts that become one: what the one that stays says counts. */
export const mergeProperties = (from: Row<'contact'>, into: Row<'contact'>): string | null =>
  toColumn({ ...propertiesOf(from), ...propertiesOf(into) });

/** Those of the install, the oldest first. */
export const listContactProperties = (db: Db, tenant: Tenant): Promise<ContactProperty[]> =>
  db
    .selectFrom('contact_property')
    .select(['name', 'type'])
    .where(ofTenant(tenant))
    .orderBy('created_at')
    .orderBy('name')
    .execute();

/** Throws invalid_request naming the field, and conflict for one that is there. `now` in epoch milliseconds. */
export async function createContactProperty(
  trx: Trx,
  tenant: Tenant,
  { name, type }: ContactProperty,
  now: number,
): Promise<void> {
  const known = await listContactProperties(trx, tenant);
  if (known.some((one) => one.name === name))
    throw new AppError('conflict', `name: there is a property ${name} already`, 'name');
  await addProperties(trx, tenant, { known, added: [{ name, type }] }, { param: () => 'name', now });
}

/** Contacts that have any. */
export const contactsWithProperties = (db: Db, tenant: Tenant) =>
  db.selectFrom('contact').where(ofTenant(tenant)).where('properties', 'is not', null);

interface PropertyCounts {
  /** How many contacts have it, by name. */
  counts: ReadonlyMap<string, number>;
  /** There are more contacts with properties; those that were added last were looked at. */
  isMore: boolean;
}

/** Among at most `most` contacts that have any. */
export async function countProperties(db: Db, tenant: Tenant, most: number): Promise<PropertyCounts> {
  const counts = new Map<string, number>();
  let seen = 0;
  const found = pages<{ id: string; properties: string | null }>((last) =>
    contactsWithProperties(db, tenant)
      .select(['id', 'properties'])
      .$if(last !== undefined, (query) => query.where('id', '<', last?.id ?? ''))
      .orderBy('id', 'desc')
      .limit(PART)
      .execute(),
  );
  for await (const rows of found)
    for (const row of rows) {
      if (seen++ === most) return { counts, isMore: true };
      for (const name of Object.keys(propertiesOf(row))) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  return { counts, isMore: false };
}

/** How a body names a property. */
type NameParam = (name: string) => string;

async function addProperties(
  trx: Trx,
  tenant: Tenant,
  { known, added }: { known: readonly ContactProperty[]; added: readonly ContactProperty[] },
  { param, now }: { param: NameParam; now: number },
): Promise<void> {
  const refuse = (name: string, words: string) =>
    new AppError('invalid_request', `${param(name)}: ${words}`, param(name));
  for (const { name } of added) {
    const fault = faultOfPropertyName(name);
    if (fault) throw refuse(name, fault);
  }
  const [first] = added;
  if (first && known.length + added.length > MOST_CONTACT_PROPERTIES)
    throw refuse(first.name, `there may be at most ${MOST_CONTACT_PROPERTIES} contact properties`);
  const rows = added.map((one) => ({ ...tenantColumns(tenant), ...one, created_at: now }));
  await insertNew(trx, 'contact_property', rows);
}

/**
 * What `properties` of a contact becomes with these; null takes one away, and one that isn't known yet is made with the type
 * of its value. Throws invalid_request naming the field and what is expected.
 */
export async function withProperties(
  trx: Trx,
  tenant: Tenant,
  before: Pick<Row<'contact'>, 'properties'> | undefined,
  given: Readonly<Record<string, ContactPropertyValue | null>>,
  { param = (name) => name, now }: { param?: NameParam; now: number },
): Promise<string | null> {
  const values = before ? propertiesOf(before) : {};
  const names = Object.keys(given);
  if (names.length === 0) return toColumn(values);
  const known = await listContactProperties(trx, tenant);
  const types = new Map<string, ContactPropertyType>(known.map(({ name, type }) => [name, type]));
  const added = new Map<string, ContactPropertyType>();
  for (const [name, value] of Object.entries(given)) {
    if (value === null) {
      delete values[name];
      continue;
    }
    const type = types.get(name) ?? typeOfValue(value);
    if (!types.has(name)) added.set(name, type);
    const read = readPropertyValue(type, value);
    if ('expected' in read) throw new AppError('invalid_request', `${param(name)}: ${read.expected}`, param(name));
    values[name] = read.value;
  }
  const fresh = [...added].map(([name, type]) => ({ name, type }));
  await addProperties(trx, tenant, { known, added: fresh }, { param, now });
  return toColumn(values);
}
