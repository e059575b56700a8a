/**
 * The rows are the queue. A claim moves `due_at` to the end of a lease and counts: recording a result sets due_at anew
 * and claims to 0; when the process dies instead, the row is due again once the lease has run out. `now` is in epoch
 * milliseconds throughout.
 */
import { CompiledQuery, sql, type RawBuilder, type SqlBool } from 'kysely';
import { isPostgres } from './engine';
import type { Db, Flag, Row, Schema } from './schema';
import { ofTenant, tenantOf, type Tenant } from './tenant';
import { readTogether } from './together';

/** Longer than every time-out of the work done under it, but of what renews it (`background`). */
export const LEASE_MS = 30_000;
/** A row whose claims never recorded a result this often is given up: it crashes the process. */
export const MAX_CLAIMS = 5;

const KEYS = {
  event: 'seq',
  run: 'id',
  email: 'id',
  customer_link: 'customer_id',
  object_state: 'id',
  planning_job: null,
  contact_job: 'id',
  outbox: 'seq',
  webhook_endpoint: 'id',
  webhook_delivery: 'id',
  forward: 'id',
  forwarding: null,
  import_job: null,
  install: null,
} as const satisfies Partial<Record<keyof Schema, string | null>>;
export type QueueTable = keyof typeof KEYS;
export const QUEUE_TABLES = Object.keys(KEYS) as QueueTable[];

/** Due then, which is never: what is set aside until its account is allowed again. */
export const SET_ASIDE_AT = 1e15;

/** A row of a queue. */
export type QueueRow<T extends QueueTable> = Row<T> & {
  account_id: string;
  livemode: Flag;
  due_at: number | null;
  claims: number;
  attempts: number;
};

/** What tells a queue's row from the others of its install; '' where an install has one at most. */
export function rowKey<T extends QueueTable>(table: T, row: QueueRow<T>): string {
  const key = KEYS[table];
  return key ? String((row as unknown as Record<string, unknown>)[key]) : '';
}

/** The condition that a claimed row is still ours: nobody recorded a result since, and no later claim took it. */
export function ofClaim<T extends QueueTable>(table: T, row: QueueRow<T>): RawBuilder<SqlBool> {
  const key = KEYS[table];
  const isRow = key ? sql`and ${sql.ref(key)} = ${rowKey(table, row)}` : sql``;
  return sql<SqlBool>`${ofTenant(tenantOf(row))} ${isRow} and attempts = ${row.attempts} and claims > 0`;
}

/**
 * Takes up to `limit` due rows, of one install or of all, the longest due first; on PostgreSQL rows that another process
 * is taking are passed over.
 */
export async function claim<T extends QueueTable>(
  db: Db,
  table: T,
  { now, limit, lease = LEASE_MS, tenant }: { now: number; limit: number; lease?: number; tenant?: Tenant },
): Promise<QueueRow<T>[]> {
  const key = KEYS[table];
  const columns = sql.join(['account_id', 'livemode', ...(key ? [key] : [])].map((column) => sql.ref(column)));
  // By due_at alone: thousands may be due since the same moment, and sorting those would be most of the work.
  const due = (selected: RawBuilder<unknown>) => sql`
    select ${selected} from ${sql.table(table)}
    where ${tenant ? sql`${ofTenant(tenant)} and` : sql``} due_at <= ${now} order by due_at limit ${limit}`;
  // By ctid: on a table that grew since its last analyze the planner would read all of it to find these rows by key.
  const isTaken = isPostgres(db)
    ? sql`ctid = any(array(${due(sql`ctid`)} for update skip locked))`
    : sql`(${columns}) in (${due(columns)})`;
  const { rows } = await sql<QueueRow<T>>`
    update ${sql.table(table)}
    set due_at = ${now + lease}, claims = claims + 1, attempts = attempts + 1
    where ${isTaken}
    returning *`.execute(db);
  return rows;
}

/** On SQLite one process owns the file: at its start no claim can be alive, so all are freed at once. */
export async function freeDeadClaims(db: Db, now: number): Promise<void> {
  if (isPostgres(db)) return;
  for (const table of QUEUE_TABLES) {
    await db
      .updateTable(table as 'event')
      .set({ due_at: now })
      .where('claims', '>', 0)
      .where('due_at', '>', now)
      .execute();
  }
}

/** Makes due again what was set aside of accounts that are allowed now. `now` in epoch milliseconds. */
export async function takeUpSetAside(db: Db, isAllowed: (accountId: string) => boolean, now: number): Promise<void> {
  for (const name of QUEUE_TABLES) {
    const table = name as 'event';
    const isSetAside = sql<SqlBool>`due_at = ${SET_ASIDE_AT}`;
    const owners = await db.selectFrom(table).select(['account_id', 'livemode']).distinct().where(isSetAside).execute();
    for (const owner of owners.filter(({ account_id }) => isAllowed(account_id)))
      await db
        .updateTable(table)
        .set({ due_at: now })
        .where(ofTenant(tenantOf(owner)))
        .where(isSetAside)
        .execute();
  }
}

export interface Due {
  /** The queues with a row that is due. */
  queues: ReadonlySet<QueueTable>;
  /** When (epoch milliseconds) the first row after those is due; undefined when none waits. */
  next: number | undefined;
}

/** What there is to do, and when there is more: one statement for all queues, a step into each one's index. */
export async function readDue(db: Db, now: number): Promise<Due> {
  const queues = QUEUE_TABLES.map((table) => {
    const first = (condition: RawBuilder<unknown>) =>
      sql`(select due_at from ${sql.table(table)} where ${condition} order by due_at limit 1)`;
    return sql`select ${sql.lit(table)} as queue, ${first(sql`due_at <= ${now}`)} as due, ${first(sql`due_at > ${now}`)} as next`;
  });
  const { rows } = await sql<{ queue: QueueTable; due: number | null; next: number | null }>`
    ${sql.join(queues, sql` union all `)}`.execute(db);
  const times = rows.flatMap(({ next }) => next ?? []);
  return {
    queues: new Set(rows.flatMap(({ queue, due }) => (due === null ? [] : queue))),
    next: times.length > 0 ? Math.min(...times) : undefined,
  };
}

/** How many rows are due, counted up to `limit`, and whether none waits at all, not even for later. `now` in epoch milliseconds. */
export async function readBacklog(
  db: Db,
  table: QueueTable,
  { now, limit }: { now: number; limit: number },
): Promise<{ due: number; isEmpty: boolean }> {
  // In order: else PostgreSQL, which takes a third of all rows for due, looks for the first of them through the whole table.
  const due = `select 1 as one from "${table}" where due_at <= $1 order by due_at limit ${limit}`;
  const any = `select 1 as one from "${table}" where due_at is not null order by due_at limit 1`;
  const text = `select (select count(*) from (${due}) d) as due, (select count(*) from (${any}) a) as waits`;
  const rows = isPostgres(db)
    ? await readTogether(db, text, [now])
    : (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text.replace('$1', '?'), [now]))).rows;
  return { due: Number(rows[0]?.due), isEmpty: Number(rows[0]?.waits) === 0 };
}
