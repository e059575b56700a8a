/** The rows that are about a contact, its customers' included: what deleting it releases and what an export of a person shows. */
import { sql } from 'kysely';
import { inList } from './bulk';
import { contains } from './contains';
import { PART, pages, parts } from './parts';
import { ofRange, scanDown } from './scan';
import type { Db } from './schema';
import { ofTenant, type Tenant } from './tenant';

/** A contact as far as rows name it. */
export interface NamedContact {
  id: string;
  email: string;
}

export async function customersOf(db: Db, tenant: Tenant, contactId: string): Promise<string[]> {
  const links = await db
    .selectFrom('customer_link')
    .select('customer_id')
    .where(ofTenant(tenant))
    .where('contact_id', '=', contactId)
    .execute();
  return links.map((link) => link.customer_id);
}

export interface EventIds {
  id: string;
  seq: string;
}

/**
 * The events that are about a contact: those that name it, those that ended without a contact but name a customer of it, and
 * those that name neither but, in their payload, its address.
 */
export async function findEventsOf(
  db: Db,
  tenant: Tenant,
  { id, email }: NamedContact,
  customers: readonly string[],
): Promise<EventIds[]> {
  const found: EventIds[] = [];
  const named = (last?: EventIds) =>
    db
      .selectFrom('event')
      .select(['id', 'seq'])
      .where(ofTenant(tenant))
      .where('contact_id', '=', id)
      .where('seq', '>', last?.seq ?? '')
      .orderBy('seq')
      .limit(PART)
      .execute();
  for await (const some of pages(named)) found.push(...some);
  found.push(...(await findEventsOfCustomers(db, tenant, customers)));
  const nobodys = (last?: EventIds) =>
    ended(db, tenant)
      .where('customer_id', 'is', null)
      .where('seq', '>', last?.seq ?? '')
      .orderBy('seq')
      .limit(PART)
      .execute();
  for await (const some of pages(nobodys)) {
    const seqs = inList(some.map(({ seq }) => seq));
    const addressed = await db
      .selectFrom('event_payload')
      .select('seq')
      .where(ofTenant(tenant))
      .where('seq', 'in', seqs)
      .where(contains(db, sql`payload`, JSON.stringify(email)))
      .execute();
    const own = new Set(addressed.map(({ seq }) => seq));
    found.push(...some.filter(({ seq }) => own.has(seq)));
  }
  return found;
}

/** Those that wait are left to the queue: it finds the tombstone, and keeps nothing of them. */
const ended = (db: Db, tenant: Tenant) =>
  db
    .selectFrom('event')
    .select(['id', 'seq'])
    .where(ofTenant(tenant))
    .where('contact_id', 'is', null)
    .where('due_at', 'is', null);

/** Those without a contact. */
export async function findEventsOfCustomers(db: Db, tenant: Tenant, customers: readonly string[]): Promise<EventIds[]> {
  const found: EventIds[] = [];
  for await (const some of parts(customers))
    found.push(...(await ended(db, tenant).where('customer_id', 'in', inList(some)).execute()));
  return found;
}

/** The emails to a contact, the test sends and transactional emails to its address, and those that were made from events about it. */
export async function findEmailsOf(
  db: Db,
  tenant: Tenant,
  contact: NamedContact,
  events: readonly EventIds[],
): Promise<string[]> {
  const select = () => db.selectFrom('email').select('id').where(ofTenant(tenant));
  const found = await select().where('contact_id', '=', contact.id).execute();
  found.push(...(await select().where('is_test', '=', 1).where('to_address', '=', contact.email).execute()));
  const toAddress = select().where('transactional_id', 'is not', null).where('to_address', '=', contact.email);
  found.push(...(await toAddress.execute()).filter(({ id }) => !found.some((one) => one.id === id)));
  for await (const some of parts(events)) {
    const ids = inList(some.map(({ id }) => id));
    found.push(...(await select().where('is_test', '=', 1).where('event_id', 'in', ids).execute()));
  }
  return found.map(({ id }) => id);
}

/** What is known of the objects of its customers, or of a guest with its address. */
export async function findObjectsOf(
  db: Db,
  tenant: Tenant,
  { email }: NamedContact,
  customers: readonly string[],
): Promise<string[]> {
  const select = () => db.selectFrom('object_state').select('id').where(ofTenant(tenant));
  const own: { id: string }[] = [];
  for await (const some of parts(customers))
    own.push(...(await select().where('customer_id', 'in', inList(some)).execute()));
  // A scan: those of customers are passed over.
  await scanDown(db, tenant, { table: 'object_state', key: 'id' }, async (range) => {
    const guests = select()
      .where('customer_id', 'is', null)
      .where(ofRange('id', range))
      .where(contains(db, sql`properties`, JSON.stringify(email)));
    own.push(...(await guests.execute()));
    return false;
  });
  return own.map(({ id }) => id);
}
