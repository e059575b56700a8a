/** How many contacts there are, and were added day by day: read along the index of their ids, each once. */
import { daysTable, idAtOf, onDay, type DayRange } from '../db/day-range';
import { ofRange, scanDown } from '../db/scan';
import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';

/** Epoch milliseconds. */
export async function countContactsBefore(db: Db, tenant: Tenant, before: number): Promise<number> {
  let all = 0;
  await scanDown(db, tenant, { table: 'contact', key: 'id', after: idAtOf('con')(before) }, async (range) => {
    const { count } = await db
      .selectFrom('contact')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where(ofTenant(tenant))
      .where(ofRange('id', range))
      .executeTakeFirstOrThrow();
    all += Number(count);
    return false;
  });
  return all;
}

/** In the order of `days`; of those that are still there. */
export async function countNewContacts(db: Db, tenant: Tenant, days: readonly DayRange[]): Promise<number[]> {
  const rows = await db
    .selectFrom(daysTable(days, idAtOf('con')))
    .select('column1 as day')
    .select((eb) =>
      eb
        .selectFrom('contact')
        .select(eb.fn.countAll<number>().as('count'))
        .where(ofTenant(tenant))
        .where(onDay('contact.id'))
        .as('count'),
    )
    .execute();
  const counts = new Map(rows.map(({ day, count }) => [day, Number(count)]));
  return days.map(({ day }) => counts.get(day) ?? 0);
}
