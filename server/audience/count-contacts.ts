/** How many contacts were added day by day, read along the index of their ids. */
import { daysTable, idAtOf, onDay, type DayRange } from '../db/day-range';
import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';

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
