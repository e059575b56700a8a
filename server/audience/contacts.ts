/**
 * Reading contacts, and what a person changes about one. Events change contacts through audience.ts. `now` is in epoch
 * milliseconds throughout.
 */
import { sql, type SelectQueryBuilder } from 'kysely';
import type { ContactStatus, ContactView, List, SubscriptionStatus } from '../../shared/api';
import { inList } from '../db/bulk';
import { isoTime, isoTimeOrNull } from '../db/columns';
import { contains } from '../db/contains';
import type { ErasedTable } from '../db/erase';
import { toList, type PageRequest } from '../db/page';
import type { Db, Row, Schema } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { findSuppressions, liftUnsubscribe, type Suppression } from './suppressions';

/** Beside the contacts themselves, which eraseContacts erases. */
export const AUDIENCE_TABLES = [
  { table: 'subscription_state', key: 'subscription_id' },
  { table: 'object_state', key: 'id' },
  { table: 'customer_link', key: 'customer_id' },
] as const satisfies ErasedTable[];

export interface ContactFilter {
  /** Normalised address, exact. */
  email?: string;
  /** Part of an address or name. */
  query?: string;
  status?: ContactStatus;
  user_group?: string;
  subscription_status?: SubscriptionStatus;
}

export function findContact(db: Db, tenant: Tenant, id: string): Promise<Row<'contact'> | undefined> {
  return db.selectFrom('contact').selectAll().where(ofTenant(tenant)).where('id', '=', id).executeTakeFirst();
}

export function findContactByEmail(db: Db, tenant: Tenant, email: string): Promise<Row<'contact'> | undefined> {
  return db.selectFrom('contact').selectAll().where(ofTenant(tenant)).where('email', '=', email).executeTakeFirst();
}

export async function findContactByCustomer(
  db: Db,
  tenant: Tenant,
  customerId: string,
): Promise<Row<'contact'> | undefined> {
  const link = await db
    .selectFrom('customer_link')
    .select('contact_id')
    .where(ofTenant(tenant))
    .where('customer_id', '=', customerId)
    .executeTakeFirst();
  return link?.contact_id ? findContact(db, tenant, link.contact_id) : undefined;
}

/** Newest first. */
export async function listContacts(
  db: Db,
  tenant: Tenant,
  { limit, starting_after, ...filter }: ContactFilter & PageRequest,
): Promise<List<ContactView>> {
  const rows = await filtered(db, db.selectFrom('contact').where(ofTenant(tenant)), filter)
    .selectAll()
    .$if(starting_after !== undefined, (query) => query.where('id', '<', starting_after ?? ''))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const views = await viewContacts(db, tenant, rows);
  return toList(views, limit, (view) => view);
}

export async function countContacts(db: Db, tenant: Tenant, filter: ContactFilter = {}): Promise<number> {
  const { count } = await filtered(db, db.selectFrom('contact').where(ofTenant(tenant)), filter)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

type ContactQuery<O> = SelectQueryBuilder<Schema, 'contact', O>;

function filtered<O>(db: Db, query: ContactQuery<O>, filter: ContactFilter): ContactQuery<O> {
  const { email, query: words, status, user_group, subscription_status } = filter;
  return query
    .$if(email !== undefined, (q) => q.where('email', '=', email ?? ''))
    .$if(status !== undefined, (q) => q.where('status', '=', status as ContactStatus))
    .$if(user_group !== undefined, (q) => q.where('user_group', '=', user_group ?? ''))
    .$if(subscription_status !== undefined, (q) =>
      q.where('subscription_status', '=', subscription_status as SubscriptionStatus),
    )
    .$if(Boolean(words?.trim()), (q) => {
      const typed = (words ?? '').trim();
      const name = sql<string>`(coalesce(first_name, '') || ' ' || coalesce(last_name, ''))`;
      return q.where((eb) => eb.or([contains(db, sql`email`, typed.toLowerCase()), contains(db, name, typed)]));
    });
}

export async function readContact(db: Db, tenant: Tenant, id: string): Promise<ContactView | undefined> {
  const contact = await findContact(db, tenant, id);
  return contact && (await viewContacts(db, tenant, [contact]))[0];
}

async function viewContacts(db: Db, tenant: Tenant, contacts: Row<'contact'>[]): Promise<ContactView[]> {
  if (contacts.length === 0) return [];
  const links = await db
    .selectFrom('customer_link')
    .select(['customer_id', 'contact_id'])
    .where(ofTenant(tenant))
    .where('contact_id', 'in', inList(contacts.map((contact) => contact.id)))
    .orderBy('customer_id')
    .execute();
  const customersOf = (id: string) => links.filter((link) => link.contact_id === id).map((link) => link.customer_id);
  const suppressions = await findSuppressions(
    db,
    tenant,
    contacts.map((contact) => contact.email),
  );
  return contacts.map((contact) => viewContact(contact, customersOf(contact.id), suppressions.get(contact.email)));
}

function viewContact(contact: Row<'contact'>, customers: string[], suppression: Suppression | undefined): ContactView {
  return {
    id: contact.id,
    object: 'contact',
    email: contact.email,
    first_name: contact.first_name,
    last_name: contact.last_name,
    user_group: contact.user_group,
    status: contact.status,
    suppressed: suppression ? { reason: suppression.reason, at: isoTime(suppression.at) } : null,
    source: contact.source,
    customers,
    billing: {
      subscription_status: contact.subscription_status,
      plan: contact.plan,
      mrr: contact.mrr,
      currency: contact.currency,
      renews_at: isoTimeOrNull(contact.renews_at),
      trial_ends_at: isoTimeOrNull(contact.trial_ends_at),
      delinquent: contact.delinquent === null ? null : contact.delinquent === 1,
      customer_since: isoTimeOrNull(contact.customer_since),
    },
    created_at: isoTime(contact.created_at),
    updated_at: isoTime(contact.updated_at),
  };
}

/** The user groups in use, for filters. */
export async function listUserGroups(db: Db, tenant: Tenant): Promise<string[]> {
  const rows = await db
    .selectFrom('contact')
    .select('user_group')
    .distinct()
    .where(ofTenant(tenant))
    .where('user_group', 'is not', null)
    .orderBy('user_group')
    .limit(200)
    .execute();
  return rows.flatMap((row) => row.user_group ?? []);
}

async function change(db: Db, tenant: Tenant, id: string, fields: Partial<Row<'contact'>>, now: number) {
  await db
    .updateTable('contact')
    .set({ ...fields, updated_at: now })
    .where(ofTenant(tenant))
    .where('id', '=', id)
    .execute();
}

export const setUserGroup = (db: Db, tenant: Tenant, id: string, group: string | null, now: number) =>
  change(db, tenant, id, { user_group: group }, now);

export const unsubscribeContact = (db: Db, tenant: Tenant, id: string, now: number) =>
  change(db, tenant, id, { status: 'unsubscribed' }, now);

/** Also forgets that the address had unsubscribed before an earlier deletion: otherwise the next one would bring it back. */
export async function resubscribeContact(db: Db, tenant: Tenant, id: string, now: number): Promise<void> {
  const contact = await findContact(db, tenant, id);
  if (!contact) return;
  await liftUnsubscribe(db, tenant, contact.email);
  await change(db, tenant, id, { status: 'subscribed' }, now);
}
