/** Long reads of one install's rows, a range of keys at a time: on SQLite one statement can't be interrupted. */
import { setImmediate as breathe } from 'node:timers/promises';
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { isPostgres } from './engine';
import type { Db, Schema } from './schema';
import { ofTenant, type Tenant } from './tenant';

/** Rows of one range: some milliseconds, also where each is compared with a text. */
const AT_ONCE = 10_000;

/** From `until` (included) up to `from` (not included); undefined: from the end, to the beginning. */
export interface Range {
  from: string | undefined;
  until: string | undefined;
}

/** The condition of a scan's statement, beside the tenant's: `.where(ofRange('id', range))`. */
export function ofRange(key: string, { from, until }: Range): RawBuilder<SqlBool> {
  const below = from === undefined ? sql`true` : sql`${sql.ref(key)} < ${from}`;
  const above = until === undefined ? sql`true` : sql`${sql.ref(key)} >= ${until}`;
  return sql<SqlBool>`${below} and ${above}`;
}

interface Scanned {
  table: keyof Schema;
  /** Its key after the tenant. */
  key: string;
  /** Left out: from the highest key. */
  after?: string | undefined;
  /** Which rows the ranges are counted in, where an index has those in the order of the key; left out: all of the tenant. */
  where?: RawBuilder<SqlBool>;
}

/** Hands out ranges from the highest key down until `look` says that it has seen enough; the event loop turns in between. */
export async function scanDown(
  db: Db,
  tenant: Tenant,
  { table, key, after, where = sql<SqlBool>`true` }: Scanned,
  look: (range: Range) => Promise<boolean>,
): Promise<void> {
  for (let from = after; ;) {
    // PostgreSQL scans in a process of its own.
    const until = isPostgres(db) ? undefined : await keyBelow(from);
    const hasSeenEnough = await look({ from, until });
    if (hasSeenEnough || until === undefined) return;
    from = until;
    await breathe();
  }

  async function keyBelow(from: string | undefined): Promise<string | undefined> {
    const row = await db
      .selectFrom(table as 'event')
      .select(key as 'seq')
      .where(ofTenant(tenant))
      .where(where)
      .where(ofRange(key, { from, until: undefined }))
      .orderBy(key as 'seq', 'desc')
      .limit(1)
      .offset(AT_ONCE - 1)
      .executeTakeFirst();
    return row && (row as Record<string, string>)[key];
  }
}

/** The same from the key right above `after` upwards; left out: from the lowest. */
export async function scanUp(
  db: Db,
  tenant: Tenant,
  { table, key, after, where = sql<SqlBool>`true` }: Scanned,
  look: (range: Range) => Promise<boolean>,
): Promise<void> {
  // Keys are of one length: nothing stands between one and the same with a digit more.
  for (let until = after && `${after}0`; ;) {
    const from = isPostgres(db) ? undefined : await keyAbove(until);
    const hasSeenEnough = await look({ from, until });
    if (hasSeenEnough || from === undefined) return;
    until = from;
    await breathe();
  }

  async function keyAbove(until: string | undefined): Promise<string | undefined> {
    const row = await db
      .selectFrom(table as 'event')
      .select(key as 'seq')
      .where(ofTenant(tenant))
      .where(where)
      .where(ofRange(key, { from: undefined, until }))
      .orderBy(key as 'seq')
      .limit(1)
      .offset(AT_ONCE)
      .executeTakeFirst();
    return row && (row as Record<string, string>)[key];
  }
}
