/**
 * What an install sent in the last day as test emails, and from workflows in test mode, for its limits. Apart from the emails, and no part of what goes with a
 * contact or an install: who deletes them could else begin to count anew. It names nobody, and is over after a day.
 */
import { hashAddress } from '../audience/suppression-key';
import { inList } from '../db/bulk';
import type { Db } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';

export const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** `asked`: the address that the email asks whether it wants test emails. `now` in epoch milliseconds. */
export async function recordTestSend(
  db: Db,
  tenant: Tenant,
  { id, asked, now }: { id: string; asked?: string; now: number },
): Promise<void> {
  const address_mac = asked === undefined ? null : hashAddress(db, asked);
  await db
    .insertInto('test_send')
    .values({ ...tenantColumns(tenant), sent_at: now, email_id: id, address_mac })
    .execute();
}

const since = (db: Db, tenant: Tenant, from: number) =>
  db.selectFrom('test_send').select('sent_at').where(ofTenant(tenant)).where('sent_at', '>', from);

/** The latest ones of the last hour, at most `limit`, epoch milliseconds, the latest first. */
export async function recentTestSends(
  db: Db,
  tenant: Tenant,
  { limit, now }: { limit: number; now: number },
): Promise<number[]> {
  const rows = await since(db, tenant, now - HOUR_MS)
    .orderBy('sent_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ sent_at }) => sent_at);
}

/** Which of these emails are among those of the last day. */
export async function wereCounted(db: Db, tenant: Tenant, ids: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('test_send')
    .select('email_id')
    .where(ofTenant(tenant))
    .where('email_id', 'in', inList(ids))
    .execute();
  return new Set(rows.map(({ email_id }) => email_id));
}

/** Whether the address was asked within the last day. */
export async function wasAsked(db: Db, tenant: Tenant, address: string, now: number): Promise<boolean> {
  const row = await since(db, tenant, now - DAY_MS)
    .where('address_mac', '=', hashAddress(db, address))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Forgets those that count no more, of all installs. */
export async function deleteOldTestSends(db: Db, now: number): Promise<void> {
  await db
    .deleteFrom('test_send')
    .where('sent_at', '<=', now - DAY_MS)
    .execute();
}
