/** Events that run again: who had it so, and what came of it each time. */
import type { EventStatus, EventView } from '../../shared/api';
import { inList, insertNew } from '../db/bulk';
import { isoTime } from '../db/columns';
import { newId } from '../db/new-id';
import type { Db, ReplayedVia, ReplayScope, Trx } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { isTenantConnected } from '../db/tenant-state';
import { transact } from '../db/transact';
import { AppError } from '../errors';
import { readEvent, readEvents } from './events';
import { MADE_BY_HAND } from './own-events';

export interface Replayer {
  via: ReplayedVia;
  /** Stripe's id of the person in its Dashboard; null where it isn't known. */
  user: string | null;
}

export interface ReplayView {
  id: string;
  at: string;
  by: Replayer;
  scope: ReplayScope;
  /** What came of it. */
  status: EventStatus;
  outcome: string;
}

interface Said {
  id: string;
  status: EventStatus;
  outcome: string;
}

/**
 * Runs an event again under today's settings. What was done stays done: no second contact, run or email. Undefined when
 * there is no such event; throws not_installed, and invalid_request when its payload was not kept. `now` in epoch
 * milliseconds.
 */
export async function replayEvent(
  db: Db,
  tenant: Tenant,
  id: string,
  now: number,
  scope: ReplayScope = 'active_then',
  by: Replayer = { via: 'api', user: null },
): Promise<EventView | undefined> {
  const event = await readEvent(db, tenant, id);
  if (!event) return undefined;
  await checkReplayable(db, tenant);
  if (event.payload === null)
    throw new AppError('invalid_request', 'This event can’t be replayed: its payload was not kept.', 'id');
  if (id.startsWith(MADE_BY_HAND))
    throw new AppError(
      'invalid_request',
      'This event was made by hand for one workflow: start that again instead.',
      'id',
    );
  await transact(db, (trx) => makeDueAgain(trx, tenant, [event], { scope, by, now }));
  const [replayed] = await readEvents(db, tenant, [id]);
  return replayed;
}

/** Throws not_installed. */
export async function checkReplayable(db: Db, tenant: Tenant): Promise<void> {
  if (!(await isTenantConnected(db, tenant)))
    throw new AppError('not_installed', 'Nothing can be replayed while the account is disconnected.');
}

/** `events` say what had come of them until then, and are as many as fit a statement; `now` in epoch milliseconds. */
export async function makeDueAgain(
  trx: Trx,
  tenant: Tenant,
  events: readonly Said[],
  { scope, by, now }: { scope: ReplayScope; by: Replayer; now: number },
): Promise<void> {
  await insertNew(
    trx,
    'event_replay',
    events.map(({ id, status, outcome }) => ({
      ...{ event_id: id, id: newId('rpl', now), at: now, via: by.via, user_id: by.user, scope },
      ...{ status_before: status, outcome_before: outcome },
      ...tenantColumns(tenant),
    })),
  );
  await trx
    .updateTable('event')
    .set({
      status: 'pending',
      reason: null,
      outcome: 'Waiting to be replayed',
      due_at: now,
      claims: 0,
      attempts: 0,
      give_up_at: null,
      replay: scope,
    })
    .where(ofTenant(tenant))
    .where('id', 'in', inList(events.map(({ id }) => id)))
    .execute();
}

/** More are not shown. */
const MOST = 100;

/** The latest first. What came of one stands in the next, of the last in the event. */
export async function listReplays(db: Db, tenant: Tenant, event: Said): Promise<ReplayView[]> {
  const rows = await db
    .selectFrom('event_replay')
    .selectAll()
    .where(ofTenant(tenant))
    .where('event_id', '=', event.id)
    .orderBy('id', 'desc')
    .limit(MOST)
    .execute();
  return rows.map((row, index) => {
    const next = rows[index - 1];
    return {
      id: row.id,
      at: isoTime(row.at),
      by: { via: row.via, user: row.user_id },
      scope: row.scope,
      status: next?.status_before ?? event.status,
      outcome: next?.outcome_before ?? event.outcome,
    };
  });
}
