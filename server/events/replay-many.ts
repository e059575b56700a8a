/** Runs many events again: those that a filter matches, on a person's word. */
import { sql, type SqlBool } from 'kysely';
import { inList, insertNew } from '../db/bulk';
import { newId } from '../db/new-id';
import { countUpTo, type Count } from '../db/page';
import { parts } from '../db/parts';
import type { Db, ReplayScope } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { isTenantConnected } from '../db/tenant-state';
import { transact } from '../db/transact';
import { AppError } from '../errors';
import { eventsWith, toBeReplayed, type EventFilter } from './events';
import type { Replayer } from './replays';

/** At once: more are replayed in several goes, so that nobody sets a whole log going by mistake. */
const MOST_REPLAYED = 1_000;

/** Those that have ended and whose payload was kept, of those received until then: the newest first. */
const replayable = (db: Db, tenant: Tenant, filter: EventFilter) =>
  eventsWith(db, tenant, filter)
    .where('event.due_at', 'is', null)
    .where(
      sql<SqlBool>`exists (select 1 from event_payload p
        where p.account_id = event.account_id and p.livemode = event.livemode and p.seq = event.seq)`,
    )
    .orderBy('event.seq', 'desc');

/** How many of them can be replayed, up to MOST_REPLAYED. */
export const countReplayable = (db: Db, tenant: Tenant, filter: EventFilter): Promise<Count> =>
  countUpTo(db, replayable(db, tenant, filter).select('event.seq'), MOST_REPLAYED);

/**
 * Makes them due, the newest MOST_REPLAYED at most; returns how many. One that waits already is left alone, and what was done
 * stays done, as in replayEvent. Throws not_installed. `now` in epoch milliseconds.
 */
export async function replayEvents(
  db: Db,
  tenant: Tenant,
  filter: EventFilter,
  { scope, by, now }: { scope: ReplayScope; by: Replayer; now: number },
): Promise<number> {
  if (!(await isTenantConnected(db, tenant)))
    throw new AppError('not_installed', 'Nothing can be replayed while the account is disconnected.');
  return transact(db, async (trx) => {
    const events = await replayable(trx, tenant, filter)
      .select(['event.id', 'event.seq', 'event.status', 'event.outcome'])
      .limit(MOST_REPLAYED)
      .execute();
    for await (const some of parts(events)) {
      await insertNew(
        trx,
        'event_replay',
        some.map(({ id, status, outcome }) => ({
          ...{ event_id: id, id: newId('rpl', now), at: now, via: by.via, user_id: by.user, scope },
          ...{ status_before: status, outcome_before: outcome },
          ...tenantColumns(tenant),
        })),
      );
      await trx
        .updateTable('event')
        .set(toBeReplayed(scope, now))
        .where(ofTenant(tenant))
        .where('seq', 'in', inList(some.map(({ seq }) => seq)))
        .execute();
    }
    return events.length;
  });
}
