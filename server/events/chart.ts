/** How many events of each status arrived on each of the last days, for the console's chart. */
import { sql } from 'kysely';
import { EVENT_STATUSES, type EventStatus } from '../../shared/api';
import { firstIdAt } from '../db/new-id';
import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';

export interface ChartDay {
  /** UTC, `2026-11-23`. */
  day: string;
  counts: Record<EventStatus, number>;
}

const DAY_MS = 86_400_000;

/** One entry a day, today last, also for days without events. `seq` sorts by time, so the log's own index is enough. */
export async function eventChart(
  db: Db,
  tenant: Tenant,
  { days, now }: { days: number; now: number },
): Promise<ChartDay[]> {
  const today = Math.floor(now / DAY_MS);
  const day = sql<number>`received_at / ${sql.lit(DAY_MS)}`;
  const rows = await db
    .selectFrom('event')
    .select([day.as('day'), 'status', (eb) => eb.fn.countAll<number>().as('count')])
    .where(ofTenant(tenant))
    .where('seq', '>=', firstIdAt((today - days + 1) * DAY_MS))
    .groupBy([day, 'status'])
    .execute();
  return Array.from({ length: days }, (_, i) => {
    const wanted = today - days + 1 + i;
    const count = (status: EventStatus) =>
      rows.find((row) => Number(row.day) === wanted && row.status === status)?.count ?? 0;
    return {
      day: new Date(wanted * DAY_MS).toISOString().slice(0, 10),
      counts: Object.fromEntries(EVENT_STATUSES.map((status) => [status, count(status)])) as ChartDay['counts'],
    };
  });
}
