/** How many events ended how, day by day. Counts are read from indexes alone, so that a million events don't matter. */
import { sql } from 'kysely';
import { EVENT_STATUSES, type EventStatus } from '../../shared/api';
import { firstIdAt } from '../db/new-id';
import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';

/** One day in the reader's time zone; epoch milliseconds, `until` not included. */
export interface ChartDay {
  /** YYYY-MM-DD. */
  day: string;
  since: number;
  until: number;
}

export interface ChartBar {
  day: string;
  counts: Record<EventStatus, number>;
}

/** The statuses of the partial index `event_status`; what is none of them is processed, or pending. */
const RARE = ['waiting', 'ignored', 'skipped', 'failed'] as const;

export async function eventChart(db: Db, tenant: Tenant, days: readonly ChartDay[]): Promise<ChartBar[]> {
  const first = days[0];
  if (!first) return [];
  const rare = await countRare(db, tenant, days);
  const pending = await countPending(db, tenant, days);
  const totals = await countAll(db, tenant, days);
  return days.map(({ day }, index) => {
    const counts = Object.fromEntries(EVENT_STATUSES.map((status) => [status, 0])) as Record<EventStatus, number>;
    for (const status of RARE) counts[status] = rare.get(`${day} ${status}`) ?? 0;
    counts.pending = pending[index] ?? 0;
    const others = RARE.reduce((sum, status) => sum + counts[status], counts.pending);
    counts.processed = Math.max(0, (totals.get(day) ?? 0) - others);
    return { day, counts };
  });
}

const ofDay = ({ since, until }: ChartDay) => sql<boolean>`seq >= ${firstIdAt(since)} and seq < ${firstIdAt(until)}`;

async function countAll(db: Db, tenant: Tenant, days: readonly ChartDay[]): Promise<Map<string, number>> {
  const [first, ...rest] = days.map((one) =>
    db
      .selectFrom('event')
      .select((eb) => [sql<string>`${sql.lit(one.day)}`.as('day'), eb.fn.countAll<number>().as('count')])
      .where(ofTenant(tenant))
      .where(ofDay(one)),
  );
  if (!first) return new Map();
  const rows = await rest.reduce((all, one) => all.unionAll(one), first).execute();
  return new Map(rows.map(({ day, count }) => [day, Number(count)]));
}

async function countRare(db: Db, tenant: Tenant, days: readonly ChartDay[]): Promise<Map<string, number>> {
  // Spelt as in the index, or SQLite doesn't use it.
  const isRare = sql.join(
    RARE.map((status) => sql`status = ${sql.lit(status)}`),
    sql` or `,
  );
  const [first, ...rest] = days.map((one) =>
    db
      .selectFrom('event')
      .select((eb) => [sql<string>`${sql.lit(one.day)}`.as('day'), 'status', eb.fn.countAll<number>().as('count')])
      .where(ofTenant(tenant))
      .where(sql<boolean>`(${isRare})`)
      .where(ofDay(one))
      .groupBy('status'),
  );
  if (!first) return new Map();
  const rows = await rest.reduce((all, one) => all.unionAll(one), first).execute();
  return new Map(rows.map(({ day, status, count }) => [`${day} ${status}`, Number(count)]));
}

/** Events that wait for their turn stand in the queue's index; there are few of them, and they are young. */
async function countPending(db: Db, tenant: Tenant, days: readonly ChartDay[]): Promise<number[]> {
  const rows = await db
    .selectFrom('event')
    .select('seq')
    .where(ofTenant(tenant))
    .where('due_at', 'is not', null)
    .where('status', '=', 'pending')
    .limit(10_000)
    .execute();
  return days.map((day) => rows.filter(({ seq }) => seq >= firstIdAt(day.since) && seq < firstIdAt(day.until)).length);
}
