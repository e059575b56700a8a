/** From contacts to their addresses and back, for screens that show one beside the other. */
import { sql } from 'kysely';
import { inList } from '../db/bulk';
import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { parseEmail } from './address';
import { findContactByEmail } from './contacts';

/** In a query of such rows: the address of the contact that each names; null where there is none. */
export const addressOf = (table: 'event' | 'forward' | 'customer_link') =>
  sql<string | null>`(select c.email from contact c where c.account_id = ${sql.ref(`${table}.account_id`)}
    and c.livemode = ${sql.ref(`${table}.livemode`)} and c.id = ${sql.ref(`${table}.contact_id`)})`;

/** The addresses of these contacts by contact id; deleted contacts are missing. */
export async function findAddresses(db: Db, tenant: Tenant, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('contact')
    .select(['id', 'email'])
    .where(ofTenant(tenant))
    .where('id', 'in', inList(ids))
    .execute();
  return new Map(rows.map(({ id, email }) => [id, email]));
}

/** The id of the contact with an address as a person typed it; undefined when there is none. */
export async function findIdByAddress(db: Db, tenant: Tenant, address: string): Promise<string | undefined> {
  const parsed = parseEmail(address);
  if (parsed.kind !== 'valid') return undefined;
  return (await findContactByEmail(db, tenant, parsed.email))?.id;
}
