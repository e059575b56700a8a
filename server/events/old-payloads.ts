/** Payloads whose time has passed. */
import { sql } from 'kysely';
import { firstIdAt } from '../db/new-id';
import type { Db } from '../db/schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';

/** Rows looked at in one go. */
const AT_ONCE = 500;

/** How far a round has come. */
export interface Place {
  tenant: Tenant;
  /** Of the last payload that was looked at; '' before the first. */
  seq: string;
}

/**
 * Deletes payloads received before a time (epoch milliseconds), the next few after `place`; returns how far it came,
 * undefined at the end of all. `seq` begins with the time of receipt, so the key finds the old ones. An event that still
 * waits keeps its payload however old it is (while an account has to be reconnected, without limit), and so does one that
 * a run needs for its emails: those are passed over, each once a round.
 */
export async function deleteOldPayloads(db: Db, before: number, place?: Place): Promise<Place | undefined> {
  const end = firstIdAt(before);
  const { tenant, seq } = place ?? { tenant: { accountId: '', livemode: false }, seq: '' };
  const seqs = await db
    .selectFrom('event_payload')
    .select('seq')
    .where(ofTenant(tenant))
    .where('seq', '>', seq)
    .where('seq', '<', end)
    .orderBy('seq')
    .limit(AT_ONCE)
    .execute();
  const last = seqs.at(-1)?.seq;
  if (last === undefined) return nextInstall(db, tenant, end);
  await sql`
    delete from event_payload
    where ${ofTenant(tenant)} and seq > ${seq} and seq <= ${last} and not exists (
      select 1 from event e
      where e.account_id = event_payload.account_id and e.livemode = event_payload.livemode and e.seq = event_payload.seq
        and (
          e.status in ('pending', 'waiting')
          or exists (
            select 1 from run r
            where r.account_id = e.account_id and r.livemode = e.livemode and r.event_id = e.id and r.status = 'running'
          )
        )
    )`.execute(db);
  return { tenant, seq: last };
}

/** The next one that has old payloads. */
async function nextInstall(db: Db, after: Tenant, end: string): Promise<Place | undefined> {
  const { account_id, livemode } = tenantColumns(after);
  const row = await db
    .selectFrom('install')
    .select(['account_id', 'livemode'])
    .where(sql<boolean>`(account_id, livemode) > (${account_id}, ${livemode})`)
    // Not `exists`: PostgreSQL would read every old payload once instead of stepping into the key for each install.
    .where(
      sql<boolean>`(
        select 1 from event_payload p
        where p.account_id = install.account_id and p.livemode = install.livemode and p.seq < ${end} limit 1
      ) is not null`,
    )
    .orderBy('account_id')
    .orderBy('livemode')
    .limit(1)
    .executeTakeFirst();
  return row && { tenant: tenantOf(row), seq: '' };
}
