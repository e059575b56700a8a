/** Runs many events again: those that a filter matches, on a person's word. */
import { sql, type SelectQueryBuilder, type SqlBool } from 'kysely';
import { countUpTo, type Count } from '../db/page';
import { parts } from '../db/parts';
import type { Db, ReplayScope, Schema } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { seqOfStart } from './events';
import { checkReplayable, makeDueAgain, type Replayer } from './replays';
import { eventsWith, type EventFilter } from './event-filter';
import { MADE_BY_HAND } from './own-events';

/** At once: more are replayed in several goes, so that nobody sets a whole log going by mistake. */
export const MOST_REPLAYED = 1_000;

export interface Replayable {
  filter: EventFilter;
  /** Epoch milliseconds: what came before has no payload any more, but for the few that something still waits for. */
  keptSince: number;
  /** The last event that an earlier go took: only later ones are meant. */
  after?: string | undefined;
}

type ReplayableRows = SelectQueryBuilder<Schema, 'event', object>;

/**
 * Those that have ended and whose payload was kept, in the order in which they came. Undefined: none has one. Of the events
 * without one, which are most of an old log, as few as can be are looked at.
 */
async function replayable(
  db: Db,
  tenant: Tenant,
  { filter, keptSince, after }: Replayable,
): Promise<ReplayableRows | undefined> {
  const first = await firstPayload(db, tenant);
  if (first === undefined) return undefined;
  const start = await seqOfStart(db, tenant, after);
  return eventsWith(db, tenant, { ...filter, since: Math.max(filter.since ?? 0, keptSince) })
    .where('event.seq', '>=', first)
    .$if(start !== undefined, (query) => query.where('event.seq', '>', start ?? ''))
    .where('event.due_at', 'is', null)
    .where('event.id', 'not like', `${MADE_BY_HAND}%`)
    .where(
      sql<SqlBool>`exists (select 1 from event_payload p
        where p.account_id = event.account_id and p.livemode = event.livemode and p.seq = event.seq)`,
    )
    .orderBy('event.seq');
}

async function firstPayload(db: Db, tenant: Tenant): Promise<string | undefined> {
  const row = await db
    .selectFrom('event_payload')
    .select('seq')
    .where(ofTenant(tenant))
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
  return row?.seq;
}

/** How many of them can be replayed, up to `most`. Throws invalid_request when `after` is no event of the install. */
export async function countReplayable(db: Db, tenant: Tenant, asked: Replayable, most: number): Promise<Count> {
  const events = await replayable(db, tenant, asked);
  return events ? countUpTo(db, events.select('event.seq'), most) : { count: 0, isMore: false };
}

export interface ReplayedGo {
  count: number;
  /** The last one that was taken: the next go begins after it. Undefined where there was none. */
  last: string | undefined;
}

/**
 * Makes them due, the oldest MOST_REPLAYED after `asked.after`. One that waits already is left alone, and what was done stays done, as
 * in replayEvent. Throws not_installed, and as countReplayable does. `now` in epoch milliseconds.
 */
export async function replayEvents(
  db: Db,
  tenant: Tenant,
  asked: Replayable,
  { scope, by, now }: { scope: ReplayScope; by: Replayer; now: number },
): Promise<ReplayedGo> {
  await checkReplayable(db, tenant);
  return transact(db, async (trx) => {
    const found = await replayable(trx, tenant, asked);
    const events = found
      ? await found.select(['event.id', 'event.status', 'event.outcome']).limit(MOST_REPLAYED).execute()
      : [];
    for await (const some of parts(events)) await makeDueAgain(trx, tenant, some, { scope, by, now });
    return { count: events.length, last: events.at(-1)?.id };
  });
}
