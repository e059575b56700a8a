/** Deletes rows whose time has passed, a few at a time through all installs. */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { Db, Schema } from './schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from './tenant';

/** Rows looked at in one go. */
const AT_ONCE = 500;

/** A table's old rows. Each folder names its own. */
export interface OldRows {
  table: keyof Schema;
  /** Its key after the tenant; it begins with the time. */
  key: string;
  /** The first key that isn't old. */
  end: string;
  /** Which of them stay all the same, by the table's own name. */
  stays: RawBuilder<SqlBool>;
}

/** How far a round has come. */
export interface Place {
  tenant: Tenant;
  /** Of the last row that was looked at; '' before the first. */
  key: string;
}

/** Deletes the next few after `place`; returns how far it came, undefined at the end of all. What stays is passed over, once a round. */
export async function deleteOld(db: Db, old: OldRows, place?: Place): Promise<Place | undefined> {
  const { tenant, key: after } = place ?? { tenant: { accountId: '', livemode: false }, key: '' };
  const key = old.key as 'seq';
  const rows = await db
    .selectFrom(old.table as 'event')
    .select(key)
    .where(ofTenant(tenant))
    .where(key, '>', after)
    .where(key, '<', old.end)
    .orderBy(key)
    .limit(AT_ONCE)
    .execute();
  const last = rows.at(-1)?.[key];
  if (last === undefined) return nextInstall(db, tenant, old);
  await db
    .deleteFrom(old.table as 'event')
    .where(ofTenant(tenant))
    .where(key, '>', after)
    .where(key, '<=', last)
    .where(sql<SqlBool>`not (${old.stays})`)
    .execute();
  return { tenant, key: last };
}

/** The next one that has old rows. */
async function nextInstall(db: Db, after: Tenant, { table, key, end }: OldRows): Promise<Place | undefined> {
  const { account_id, livemode } = tenantColumns(after);
  const row = await db
    .selectFrom('install')
    .select(['account_id', 'livemode'])
    .where(sql<SqlBool>`(account_id, livemode) > (${account_id}, ${livemode})`)
    // Not `exists`: PostgreSQL would read every old row once instead of stepping into the key for each install.
    .where(
      sql<SqlBool>`(
        select 1 from ${sql.table(table)} o
        where o.account_id = install.account_id and o.livemode = install.livemode and o.${sql.ref(key)} < ${end} limit 1
      ) is not null`,
    )
    .orderBy('account_id')
    .orderBy('livemode')
    .limit(1)
    .executeTakeFirst();
  return row && { tenant: tenantOf(row), key: '' };
}
