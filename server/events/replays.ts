/** Who had an event run again, and what came of it each time. */
import type { EventStatus } from '../../shared/api';
import { isoTime } from '../db/columns';
import { newId } from '../db/new-id';
import type { Db, ReplayedVia, ReplayScope, Trx } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';

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

/** `event` says what had come of it until then; `now` in epoch milliseconds. */
export async function noteReplay(
  trx: Trx,
  tenant: Tenant,
  { id, status, outcome }: Said,
  { scope, by }: { scope: ReplayScope; by: Replayer },
  now: number,
): Promise<void> {
  await trx
    .insertInto('event_replay')
    .values({
      ...tenantColumns(tenant),
      event_id: id,
      id: newId('rpl', now),
      at: now,
      via: by.via,
      user_id: by.user,
      scope,
      status_before: status,
      outcome_before: outcome,
    })
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
