/** The rows that are about a contact, its customers' included: what deleting it releases and what an export of a person shows. */
import { sql, type SqlBool } from 'kysely';
import { inList } from './bulk';
import { contains } from './contains';
import { keyFor } from './keys';
import { PART, pages, parts } from './parts';
import { readPayloadsInParts } from './payloads';
import { ofRange, scanDown } from './scan';
import type { Db } from './schema';
import { ofTenant, tenantColumns, type Tenant } from './tenant';

/** A contact as far as rows name it. */
export interface NamedContact {
  id: string;
  email: string;
}

export interface Person extends NamedContact {
  /** Its own, then those under which it was known before, of which no other contact has one now. */
  addresses: readonly string[];
}

/** Earlier addresses are known by the emails that went there, and by what Stripe told of its customers. */
export async function findPerson(db: Db, tenant: Tenant, { id, email }: NamedContact): Promise<Person> {
  const mailed = await db
    .selectFrom('email')
    .select('to_address')
    .distinct()
    .where(ofTenant(tenant))
    .where('contact_id', '=', id)
    .where('copy_to', '=', '')
    .where('transactional_id', 'is', null)
    .execute();
  const found = new Set(mailed.map(({ to_address }) => to_address));
  const told = (last?: EventIds) =>
    db
      .selectFrom('event')
      .select(['id', 'seq'])
      .where(ofTenant(tenant))
      .where('contact_id', '=', id)
      .where('type', 'in', ['customer.created', 'customer.updated', 'customer.deleted'])
      .where('seq', '>', last?.seq ?? '')
      .orderBy('seq')
      .limit(PART)
      .execute();
  for await (const some of pages(told))
    for await (const { payloads } of readPayloadsInParts(db, some, ({ seq }) => keyFor(tenantColumns(tenant), seq)))
      for (const payload of payloads.values()) for (const address of addressesIn(payload)) found.add(address);
  for (const none of ['', email]) found.delete(none);
  const others = new Set<string>();
  for await (const some of parts([...found])) {
    const rows = await db
      .selectFrom('contact')
      .select('email')
      .where(ofTenant(tenant))
      .where('email', 'in', inList(some))
      .execute();
    for (const other of rows) others.add(other.email);
  }
  return { id, email, addresses: [email, ...[...found].filter((address) => !others.has(address))] };
}

/** Of a customer's event: as it was and as it is. */
function addressesIn(payload: string): string[] {
  const { data } = JSON.parse(payload) as { data?: Record<string, { email?: unknown } | null | undefined> };
  return [data?.object?.email, data?.previous_attributes?.email].flatMap((email) =>
    typeof email === 'string' ? email.trim().toLowerCase() : [],
  );
}

/** Whether a text of JSON holds one of them as a value. */
export const names = (db: Db, column: string, addresses: readonly string[]) =>
  sql<boolean>`(${sql.join(
    addresses.map((address) => contains(db, sql.ref<string>(column), JSON.stringify(address))),
    sql` or `,
  )})`;

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
 * those that name neither but, in their payload, one of its addresses.
 */
export async function findEventsOf(
  db: Db,
  tenant: Tenant,
  { id, addresses }: Person,
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
      .where(names(db, 'payload', addresses))
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

/**
 * The emails to a contact, the test sends and transactional emails to its addresses, the copies that went there of emails to
 * others, and those that were made from events about it.
 */
export async function findEmailsOf(
  db: Db,
  tenant: Tenant,
  { id, addresses }: Person,
  events: readonly EventIds[],
): Promise<string[]> {
  const select = () => db.selectFrom('email').select('id').where(ofTenant(tenant));
  const found = await select().where('contact_id', '=', id).execute();
  for await (const some of parts(addresses)) {
    const toThem = () => select().where('to_address', 'in', inList(some));
    found.push(...(await toThem().where('is_test', '=', 1).execute()));
    found.push(...(await toThem().where('transactional_id', 'is not', null).execute()));
    found.push(...(await toThem().where('copy_to', '<>', '').execute()));
  }
  for await (const some of parts(events)) {
    const ids = inList(some.map((event) => event.id));
    found.push(...(await select().where('is_test', '=', 1).where('event_id', 'in', ids).execute()));
  }
  return [...new Set(found.map((email) => email.id))];
}

/** The contacts and customers that have one of the addresses as a billing contact, as these are kept. */
export async function findBilledTo(db: Db, tenant: Tenant, { addresses }: Person) {
  const isNamed = sql<SqlBool>`billing_emails is not null and ${names(db, 'billing_emails', addresses)}`;
  const contacts = await db
    .selectFrom('contact')
    .select(['id', 'billing_emails'])
    .where(ofTenant(tenant))
    .where(isNamed)
    .execute();
  const customers = await db
    .selectFrom('customer_link')
    .select(['customer_id as id', 'contact_id', 'billing_emails'])
    .where(ofTenant(tenant))
    .where(isNamed)
    .execute();
  return {
    contacts: contacts.map(({ id, billing_emails }) => ({
      id,
      emails: JSON.parse(billing_emails ?? '[]') as string[],
    })),
    customers: customers.map(({ id, contact_id, billing_emails }) => ({
      id,
      contactId: contact_id,
      ...(JSON.parse(billing_emails ?? '{}') as { key: string; emails: string[] }),
    })),
  };
}

/** Which of the addresses are on the install's test list; undefined: none. */
export async function findOnTestList(db: Db, tenant: Tenant, { addresses }: Person) {
  const row = await db.selectFrom('setting').select('settings').where(ofTenant(tenant)).executeTakeFirst();
  const settings = JSON.parse(row?.settings ?? '{}') as { test_recipients?: string[] };
  const own = (settings.test_recipients ?? []).filter((address) => addresses.includes(address));
  return own.length === 0 ? undefined : { settings, own };
}

/** What is known of the objects of its customers, or of a guest with one of its addresses. */
export async function findObjectsOf(
  db: Db,
  tenant: Tenant,
  { addresses }: Person,
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
      .where(names(db, 'properties', addresses));
    own.push(...(await guests.execute()));
    return false;
  });
  return own.map(({ id }) => id);
}
