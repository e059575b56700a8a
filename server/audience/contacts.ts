/**
 * Contacts, found by what names them. Events change them through audience.ts, people through change-contact.ts, programs
 * through write-contact.ts.
 */
import type { ContactView } from '../../shared/api';
import { inList } from '../db/bulk';
import type { ErasedTable } from '../db/erase';
import { keyFor, selectByKeys } from '../db/keys';
import type { Db, Row } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { viewContacts } from './contact-view';

/** Beside the contacts themselves, which eraseContacts erases. */
export const AUDIENCE_TABLES = [
  { table: 'subscription_state', key: 'subscription_id' },
  { table: 'object_state', key: 'id' },
  { table: 'payment', key: 'id' },
  { table: 'failed_invoice', key: 'id' },
  { table: 'mrr_day', key: 'day' },
  { table: 'customer_link', key: 'customer_id' },
  { table: 'consent_change', key: 'id' },
  { table: 'list_membership', key: 'contact_id' },
  { table: 'list_left', key: 'list_id' },
  { table: 'mailing_list', key: 'id' },
  { table: 'contact_property', key: 'name' },
  { table: 'contact_job_part', key: 'job_id' },
  { table: 'contact_job', key: 'id' },
  { table: 'saved_filter', key: 'id' },
] as const satisfies ErasedTable[];

export function findContact(db: Db, tenant: Tenant, id: string): Promise<Row<'contact'> | undefined> {
  return db.selectFrom('contact').selectAll().where(ofTenant(tenant)).where('id', '=', id).executeTakeFirst();
}

export function findContactByEmail(db: Db, tenant: Tenant, email: string): Promise<Row<'contact'> | undefined> {
  return db.selectFrom('contact').selectAll().where(ofTenant(tenant)).where('email', '=', email).executeTakeFirst();
}

/** By the merchant's own id of it. */
export function findContactByUserId(db: Db, tenant: Tenant, userId: string): Promise<Row<'contact'> | undefined> {
  return db.selectFrom('contact').selectAll().where(ofTenant(tenant)).where('user_id', '=', userId).executeTakeFirst();
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

export async function readContact(db: Db, tenant: Tenant, id: string): Promise<ContactView | undefined> {
  const contact = await findContact(db, tenant, id);
  return contact && (await viewContacts(db, tenant, [contact]))[0];
}

/** Those that are there. */
export const readContacts = async (db: Db, tenant: Tenant, ids: readonly string[]): Promise<ContactView[]> =>
  viewContacts(
    db,
    tenant,
    await selectByKeys(
      db,
      'contact',
      'id',
      ids.map((id) => keyFor(tenantColumns(tenant), id)),
    ),
  );

/** By contact id; those that have one. */
export async function findNotes(db: Db, tenant: Tenant, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('contact')
    .select(['id', 'note'])
    .where(ofTenant(tenant))
    .where('id', 'in', inList(ids))
    .where('note', 'is not', null)
    .execute();
  return new Map(rows.map(({ id, note }) => [id, note ?? '']));
}
