/** The rows that are about a contact, its customers' included: what deleting it releases and what an export of a person shows. */
import { sql } from 'kysely';
import { inList } from './bulk';
import { contains } from './contains';
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
  const named = db
    .selectFrom('event')
    .select(['event.id', 'event.seq'])
    .where(ofTenant(tenant, 'event'))
    .where('event.contact_id', '=', id);
  const addressed = ended(db, tenant)
    .innerJoin('event_payload', (join) =>
      join
        .onRef('event_payload.account_id', '=', 'event.account_id')
        .onRef('event_payload.livemode', '=', 'event.livemode')
        .onRef('event_payload.seq', '=', 'event.seq'),
    )
    .where('event.customer_id', 'is', null)
    .where(contains(db, sql`event_payload.payload`, JSON.stringify(email)));
  const ofCustomers = await findEventsOfCustomers(db, tenant, customers);
  return [...(await named.execute()), ...ofCustomers, ...(await addressed.execute())];
}

/** Those that wait are left to the queue: it finds the tombstone, and keeps nothing of them. */
const ended = (db: Db, tenant: Tenant) =>
  db
    .selectFrom('event')
    .select(['event.id', 'event.seq'])
    .where(ofTenant(tenant, 'event'))
    .where('event.contact_id', 'is', null)
    .where('event.due_at', 'is', null);

/** Those without a contact. */
export const findEventsOfCustomers = async (
  db: Db,
  tenant: Tenant,
  customers: readonly string[],
): Promise<EventIds[]> =>
  customers.length === 0 ? [] : ended(db, tenant).where('event.customer_id', 'in', inList(customers)).execute();

/** The emails to a contact, and the test sends that were made from events about it. */
export async function findEmailsOf(
  db: Db,
  tenant: Tenant,
  contactId: string,
  events: readonly EventIds[],
): Promise<string[]> {
  const select = () => db.selectFrom('email').select('id').where(ofTenant(tenant));
  const found = await select().where('contact_id', '=', contactId).execute();
  for (const some of parts(events)) {
    const ids = inList(some.map(({ id }) => id));
    found.push(...(await select().where('is_test', '=', 1).where('event_id', 'in', ids).execute()));
  }
  return found.map(({ id }) => id);
}

const AT_ONCE = 500;

/** So many as fit into one statement. */
export const parts = <T>(rows: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(rows.length / AT_ONCE) }, (_, n) => rows.slice(n * AT_ONCE, (n + 1) * AT_ONCE));

/** What is known of the objects of its customers, or of a guest with its address. */
export async function findObjectsOf(
  db: Db,
  tenant: Tenant,
  { email }: NamedContact,
  customers: readonly string[],
): Promise<string[]> {
  const select = () => db.selectFrom('object_state').select('id').where(ofTenant(tenant));
  const guest = select()
    .where('customer_id', 'is', null)
    .where(contains(db, sql`properties`, JSON.stringify(email)));
  const own = customers.length === 0 ? [] : await select().where('customer_id', 'in', inList(customers)).execute();
  return [...own, ...(await guest.execute())].map(({ id }) => id);
}
