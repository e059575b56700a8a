/** What an operator watches of the database, read at each scrape. */
import { QUEUE_TABLES, type QueueTable } from './claim';
import type { Db } from './schema';

/** With more rows due than this their number no longer matters, and counting them would be work. */
const MOST_COUNTED = 10_000;

export interface QueueGauge {
  table: QueueTable;
  /** Rows that are due and not taken, at most MOST_COUNTED. */
  due: number;
  /** How long the first of them has been due; 0 when none is. */
  ageMs: number;
}

/** A bounded walk along each queue's index of due rows. `now` in epoch milliseconds. */
export function readQueues(db: Db, now: number): Promise<QueueGauge[]> {
  return Promise.all(
    QUEUE_TABLES.map(async (table) => {
      const due = db
        .selectFrom(table as 'event')
        .select('due_at')
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .limit(MOST_COUNTED);
      const row = await db
        .selectFrom(due.as('due'))
        .select(({ fn }) => [fn.countAll<number>().as('due'), fn.min<number | null>('due_at').as('first')])
        .executeTakeFirstOrThrow();
      return { table, due: row.due, ageMs: row.first === null ? 0 : now - row.first };
    }),
  );
}

/** The table has a row per account and mode: small enough to count. */
export const readInstalls = (db: Db) =>
  db
    .selectFrom('install')
    .select(['status', ({ fn }) => fn.countAll<number>().as('count')])
    .groupBy('status')
    .execute();
