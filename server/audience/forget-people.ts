/** What states of objects say of people goes with the payloads it was read from; what they are judged by stays. */
import { sql, type SqlBool } from 'kysely';
import type { Db } from '../db/schema';
import { ofTenant, tenantOf } from '../db/tenant';
import { propertiesOf, withoutPerson } from './object-states';

const AT_ONCE = 200;
const DAY_MS = 24 * 60 * 60_000;

/**
 * The next few states of all installs that name a person since before then (epoch milliseconds): how many there were. What a
 * run or an email still waits with is looked at again a day later.
 */
export async function forgetPeopleInStates(db: Db, before: number): Promise<number> {
  const rows = await db
    .selectFrom('object_state')
    .select(['account_id', 'livemode', 'id', 'stamp', 'properties', 'person_since'])
    .select(sql<SqlBool>`(${isAwaited('run', 'running')} or ${isAwaited('email', 'queued')})`.as('is_awaited'))
    .where('person_since', '<', before)
    .orderBy('person_since')
    .limit(AT_ONCE)
    .execute();
  for (const row of rows) {
    const later = { person_since: before + DAY_MS };
    const forgotten = { person_since: null, properties: JSON.stringify(withoutPerson(propertiesOf(row))) };
    await db
      .updateTable('object_state')
      .set(row.is_awaited ? later : forgotten)
      .where(ofTenant(tenantOf(row)))
      .where('id', '=', row.id)
      // Not one that was saved anew meanwhile.
      .where('stamp', '=', row.stamp)
      .where('person_since', '=', row.person_since)
      .execute();
  }
  return rows.length;
}

const isAwaited = (table: 'run' | 'email', status: string) => sql<SqlBool>`exists (
  select 1 from ${sql.table(table)} w
  where w.account_id = object_state.account_id and w.livemode = object_state.livemode
    and w.subject_id = object_state.id and w.status = ${sql.lit(status)}
)`;
