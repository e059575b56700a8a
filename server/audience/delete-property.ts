/** Contact properties that are deleted: known no more at once, and taken from the contacts a part at a time. */
import { readPropertyValue } from '../../shared/contact-properties';
import { PART } from '../db/parts';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { AppError } from '../errors';
import { recordContactChanges } from './contact-changes';
import { startContactJob } from './contact-jobs';
import { contactsWithProperties, listContactProperties, propertiesOf, toColumn } from './contact-properties';

/**
 * It is known no more; its values are taken from the contacts in the background. Returns the id of that work. Throws
 * not_found. `now` in epoch milliseconds.
 */
export async function deleteContactProperty(trx: Trx, tenant: Tenant, name: string, now: number): Promise<string> {
  const { numDeletedRows } = await trx
    .deleteFrom('contact_property')
    .where(ofTenant(tenant))
    .where('name', '=', name)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw new AppError('not_found', 'There is no such contact property.', 'name');
  const total = await countWithProperties(trx, tenant);
  return startContactJob(trx, tenant, { kind: 'property', property: name, total }, now);
}

async function countWithProperties(db: Db, tenant: Tenant): Promise<number> {
  const { count } = await contactsWithProperties(db, tenant)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

interface Cleared {
  /** The id of the last contact that was looked at; undefined: there are no more. */
  last: string | undefined;
  seen: number;
  cleared: number;
}

/**
 * Those below `before`, an id. A value that fits the property as a program has made it anew meanwhile stays: it is the new one's. `now`
 * in epoch milliseconds.
 */
export async function clearProperty(
  trx: Trx,
  tenant: Tenant,
  name: string,
  before: string,
  now: number,
): Promise<Cleared> {
  const contacts = await contactsWithProperties(trx, tenant)
    .selectAll()
    .where('id', '<', before)
    .orderBy('id', 'desc')
    .limit(PART)
    .execute();
  const anew = (await listContactProperties(trx, tenant)).find((one) => one.name === name);
  const isLeft = (contact: Row<'contact'>): boolean => {
    const values = propertiesOf(contact);
    if (!Object.hasOwn(values, name)) return false;
    return !anew || 'expected' in readPropertyValue(anew.type, values[name]);
  };
  const changed = contacts.filter(isLeft).map((contact) => {
    const { [name]: _, ...properties } = propertiesOf(contact);
    return { before: contact, after: { ...contact, properties: toColumn(properties), updated_at: now } };
  });
  for (const { after } of changed)
    await trx
      .updateTable('contact')
      .set({ properties: after.properties, updated_at: now })
      .where(ofTenant(tenant))
      .where('id', '=', after.id)
      .execute();
  await recordContactChanges(trx, changed, { cause: 'bulk', now });
  return { last: contacts.at(-1)?.id, seen: contacts.length, cleared: changed.length };
}
