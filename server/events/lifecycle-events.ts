/** The lifecycle events that follow from what was decided, written in the same transaction. */
import { OTHER_SUBSCRIPTION } from '../../shared/words/only-while';
import { propertiesOf, type ObjectState } from '../audience/object-states';
import { byId, keyFor, keyText, selectByKeys } from '../db/keys';
import type { Row, Trx } from '../db/schema';
import { tenantKey, tenantOf } from '../db/tenant';
import { groupBy } from '../group-by';
import { backSince, isoOrNull, spanOf, type SubscriptionChange } from '../stripe-objects/transitions';
import { endRuns } from '../workflows/runs';
import { ownEventId, recordOwnEvents, type OwnEvent } from './own-events';
import type { Outcome } from './process';

/** Costs nothing where no subscription has changed in such a way. `now` in epoch milliseconds. */
export async function recordLifecycle(trx: Trx, outcomes: readonly Outcome[], now: number): Promise<void> {
  const causes = outcomes.flatMap(({ job: { row, object }, decision }) =>
    object?.change && !decision.isForgotten ? { row, change: object.change, customerId: object.customerId } : [],
  );
  if (causes.length === 0) return;
  const events = causes.flatMap(transitionsOf);
  if (events.length > 0) await recordOwnEvents(trx, events, now);
  await reviewReactivations(
    trx,
    causes.filter(({ change }) => change.isBeginningOrEnd),
    now,
  );
}

interface Cause {
  row: Row<'event'>;
  change: SubscriptionChange;
  customerId: string | null;
}

function transitionsOf({ row, change, customerId }: Cause): OwnEvent[] {
  const { object, previous } = change;
  return change.transitions.map(({ type, at, properties }) => ({
    ...following(row),
    id: ownEventId(type, String(object.id), at),
    type,
    created: row.created,
    customerId,
    object,
    previousAttributes: previous,
    properties,
  }));
}

const following = (row: Row<'event'>) => ({
  tenant: tenantOf(row),
  causedBy: row.id,
  receivedAt: row.received_at,
  replay: row.replay,
});

/**
 * Whether a customer is back depends on all their subscriptions, and they become known in any order: with each that begins
 * or ends it is judged again of all of them, and what was said before is corrected. A row that is no longer so, or is so
 * after all, is decided again by the queue.
 */
async function reviewReactivations(trx: Trx, causes: readonly Cause[], now: number): Promise<void> {
  const ofCustomer = groupBy(
    causes.filter(({ customerId }) => customerId !== null),
    ({ row, customerId }) => keyText(row, customerId ?? ''),
  );
  const customers = [...ofCustomer.values()].map(([{ row, customerId }]) => keyFor(row, customerId ?? ''));
  const states = await subscriptionsOf(trx, customers, 'share');
  const groups = [...groupBy(states, (state) => keyText(state, state.customer_id ?? '')).values()];
  const judged = groups
    .filter((own) => own.length > 1)
    .flatMap((own) => judgeReactivations(own).map((one) => ({ ...one, id: idOf(one.state) })));
  if (judged.length === 0) return;
  const known = byId(
    await selectByKeys(
      trx,
      'event',
      'id',
      judged.map(({ state, id }) => keyFor(state, id)),
    ),
  );
  const news = judged.flatMap(({ state, since, id }) => {
    if (since === null || known.has(keyText(state, id))) return [];
    const own = ofCustomer.get(keyText(state, state.customer_id ?? ''))!;
    const cause = own.find(({ change }) => change.object.id === state.id) ?? own[0];
    return [reactivation(state, { since, id, cause })];
  });
  if (news.length > 0) await recordOwnEvents(trx, news, now);
  const changed = judged.flatMap(({ state, since, id }) => {
    const row = known.get(keyText(state, id));
    return row && row.due_at === null && (row.reason === 'stale') === (since !== null) ? row : [];
  });
  for (const row of changed)
    await trx
      .updateTable('event')
      .set({
        status: 'pending',
        reason: null,
        outcome: 'Waits to be judged again',
        due_at: now,
        claims: 0,
        attempts: 0,
      })
      .where('account_id', '=', row.account_id)
      .where('livemode', '=', row.livemode)
      .where('id', '=', row.id)
      .execute();
  await endUntrue(
    trx,
    changed.filter(({ reason }) => reason !== 'stale'),
    now,
  );
}

/** Ends the runs that such events started: what they were started by never happened. */
async function endUntrue(trx: Trx, events: readonly Row<'event'>[], now: number): Promise<void> {
  const runs = await selectByKeys(
    trx,
    'run',
    'event_id',
    events.map((row) => keyFor(row, row.id)),
    { where: "status = 'running'" },
  );
  for (const own of groupBy(runs, (run) => tenantKey(tenantOf(run))).values()) {
    const ids = own.map(({ id }) => id);
    const ending = { status: 'exited', reason: 'not_true', outcome: OTHER_SUBSCRIPTION, now } as const;
    await endRuns(trx, tenantOf(own[0]), ids, ending);
  }
}

const idOf = ({ id }: Pick<ObjectState, 'id'>) => ownEventId('lifecycle.reactivated', id);

const IS_SUBSCRIPTION = "kind = 'subscription'";

/** The kept subscriptions of these customers. */
export const subscriptionsOf = (
  trx: Trx,
  customers: readonly ReturnType<typeof keyFor>[],
  lock?: 'share',
): Promise<ObjectState[]> =>
  selectByKeys(trx, 'object_state', 'customer_id', customers, { where: IS_SUBSCRIPTION, ...(lock ? { lock } : {}) });

interface Judged {
  state: ObjectState;
  /** Epoch milliseconds of the last end before; null where the customer isn't back by it. */
  since: number | null;
}

/** Of all subscriptions of one customer. */
export function judgeReactivations(states: readonly ObjectState[]): Judged[] {
  const spans = states.map((state) => spanOf(state, propertiesOf(state)));
  return states.map((state, n) => ({ state, since: backSince(spans[n]!, spans) }));
}

/** Where an end is known only later than the beginning, it tells of the subscription as it is kept. */
function reactivation(
  state: ObjectState,
  { since, id, cause: { row, change } }: { since: number; id: string; cause: Cause },
): OwnEvent {
  const properties = propertiesOf(state);
  const { start } = spanOf(state, properties);
  const isItself = change.object.id === state.id;
  const kept = { id: state.id, object: 'subscription', customer: state.customer_id, status: state.status };
  return {
    ...following(row),
    // A replay is of one event, and of what follows from it: another subscription's return only became known by it.
    replay: isItself ? row.replay : null,
    id,
    type: 'lifecycle.reactivated',
    created: Math.floor(Math.min(start ?? 0, row.received_at) / 1000),
    customerId: state.customer_id,
    object: isItself ? change.object : kept,
    properties: { ...(isItself ? {} : properties), previous_ended_at: isoOrNull(since) },
  };
}
