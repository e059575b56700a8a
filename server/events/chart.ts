/** How many events ended how, day by day. Read from indexes alone: a million rows would take seconds. */
import { setImmediate as breathe } from 'node:timers/promises';
import { sql } from 'kysely';
import { EVENT_STATUSES, type EventStatus } from '../../shared/api';
import { daysTable, onDay, type DayRange } from '../db/day-range';
import { firstIdAt } from '../db/new-id';
import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';

export interface ChartBar {
  day: string;
  counts: Record<EventStatus, number>;
}

/** The statuses of the partial index `event_status`; what is none of them is processed, or pending. */
const RARE = ['waiting', 'ignored', 'skipped', 'failed'] as const;
type Rare = (typeof RARE)[number];

export async function eventChart(db: Db, tenant: Tenant, days: readonly DayRange[]): Promise<ChartBar[]> {
  if (days.length === 0) return [];
  const counted = await countDays(db, tenant, days);
  const pending = await pendingSeqs(db, tenant);
  return days.map((one) => {
    const count = (what: Rare | 'all') => counted.get(`${one.day} ${what}`) ?? 0;
    const counts = Object.fromEntries(EVENT_STATUSES.map((status) => [status, 0])) as ChartBar['counts'];
    for (const status of RARE) counts[status] = count(status);
    counts.pending = pending.filter((seq) => seq >= firstIdAt(one.since) && seq < firstIdAt(one.until)).length;
    const others = RARE.reduce((sum, status) => sum + counts[status], counts.pending);
    counts.processed = Math.max(0, count('all') - others);
    return { day: one.day, counts };
  });
}

/** By `<day> <status>` and `<day> all`; each is one range of one index. The event loop turns between the days. */
async function countDays(db: Db, tenant: Tenant, days: readonly DayRange[]): Promise<Map<string, number>> {
  const counted = new Map<string, number>();
  for (const day of days) {
    const all = countDay(db, tenant, day, 'all');
    const rows = await RARE.reduce((query, what) => query.unionAll(countDay(db, tenant, day, what)), all).execute();
    for (const { name, count } of rows) counted.set(name, Number(count));
    await breathe();
  }
  return counted;
}

const countDay = (db: Db, tenant: Tenant, { day, since, until }: DayRange, what: Rare | 'all') =>
  db
    .selectFrom('event')
    .select((eb) => [sql<string>`${sql.lit(`${day} ${what}`)}`.as('name'), eb.fn.countAll<number>().as('count')])
    .where(ofTenant(tenant))
    .where('seq', '>=', firstIdAt(since))
    .where('seq', '<', firstIdAt(until))
    // A literal, so that SQLite may use the partial index.
    .$if(what !== 'all', (query) => query.where('status', '=', sql.lit(what as Rare)));

/** Those that failed, in the order of `days`: a range of one index for each. */
export async function countFailedEvents(db: Db, tenant: Tenant, days: readonly DayRange[]): Promise<number[]> {
  const rows = await db
    .selectFrom(daysTable(days, firstIdAt))
    .select('column1 as day')
    .select((eb) =>
      eb
        .selectFrom('event')
        .select(eb.fn.countAll<number>().as('count'))
        .where(ofTenant(tenant))
        .where('status', '=', sql.lit('failed'))
        .where(onDay('event.seq'))
        .as('count'),
    )
    .execute();
  const counts = new Map(rows.map(({ day, count }) => [day, Number(count)]));
  return days.map(({ day }) => counts.get(day) ?? 0);
}

const MOST_PENDING = 10_000;

/**
 * What waits for its turn, from the queue's index. The account is compared as an expression: otherwise SQLite takes an
 * index that begins with it and reads all its events.
 */
async function pendingSeqs(db: Db, { accountId, livemode }: Tenant): Promise<string[]> {
  const rows = await db
    .selectFrom('event')
    .select('seq')
    .where(sql<boolean>`(account_id || '') = ${accountId}`)
    .where(sql<boolean>`livemode + 0 = ${livemode ? 1 : 0}`)
    .where('due_at', 'is not', null)
    .where('status', '=', 'pending')
    .limit(MOST_PENDING)
    .execute();
  return rows.map(({ seq }) => seq);
}
