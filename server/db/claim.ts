/**
 * The rows are the queue. A claim moves `due_at` to the end of a lease and counts: recording a result sets due_at anew
 * and claims to 0; when the process dies instead, the row is due again once the lease has run out.
 */
import { sql, type RawBuilder } from 'kysely';
import { isPostgres } from './engine';
import type { Db, Row, Schema } from './schema';

/** Longer than every time-out of the work done under it. */
export const LEASE_MS = 30_000;
/** A row whose claims never recorded a result this often is given up: it crashes the process. */
export const MAX_CLAIMS = 5;

const KEYS = {
  event: 'seq',
  run: 'id',
  email: 'id',
  customer_link: 'customer_id',
  import_job: null,
  install: null,
} as const satisfies Partial<Record<keyof Schema, string | null>>;
export type QueueTable = keyof typeof KEYS;
export const QUEUE_TABLES = Object.keys(KEYS) as QueueTable[];

/** Takes up to `limit` due rows, the longest due first; on PostgreSQL rows that another process is taking are passed over. */
export async function claim<T extends QueueTable>(
  db: Db,
  table: T,
  { now, limit, lease = LEASE_MS }: { now: number; limit: number; lease?: number },
): Promise<Row<T>[]> {
  const key = KEYS[table];
  const columns = sql.join(['account_id', 'livemode', ...(key ? [key] : [])].map((column) => sql.ref(column)));
  const due = (selected: RawBuilder<unknown>) => sql`
    select ${selected} from ${sql.table(table)}
    where due_at <= ${now} order by ${sql.join(['due_at', ...(key ? [key] : [])].map((column) => sql.ref(column)))} limit ${limit}`;
  // By ctid: on a table that grew since its last analyze the planner would read all of it to find these rows by key.
  const isTaken = isPostgres(db)
    ? sql`ctid = any(array(${due(sql`ctid`)} for update skip locked))`
    : sql`(${columns}) in (${due(columns)})`;
  const { rows } = await sql<Row<T>>`
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

/** When (epoch ms) the first row of any queue is due that wasn't due at `after`; undefined when none is. */
export async function earliestDue(db: Db, after: number): Promise<number | undefined> {
  const times: number[] = [];
  for (const table of QUEUE_TABLES) {
    const row = await db
      .selectFrom(table as 'event')
      .select('due_at')
      .where('due_at', '>', after)
      .orderBy('due_at')
      .limit(1)
      .executeTakeFirst();
    if (row?.due_at) times.push(row.due_at);
  }
  return times.length ? Math.min(...times) : undefined;
}
