/** Puts deliveries into the log. */
import { allDone } from '../all-done';
import { insertNew } from '../db/bulk';
import { timeOrderedId } from '../db/new-id';
import { parts } from '../db/parts';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import type { Delivery } from './delivery';

/** The row of a delivery as the queue finds it; one that ended at receipt is not due. `now` in epoch milliseconds. */
export const rowOf = (delivery: Delivery, now: number): Row<'event'> => ({
  id: delivery.id,
  seq: timeOrderedId(now),
  type: delivery.type,
  created: delivery.created,
  received_at: now,
  status: delivery.status,
  reason: delivery.reason,
  outcome: delivery.outcome,
  customer_id: delivery.object?.customerId ?? null,
  contact_id: null,
  due_at: delivery.status === 'pending' ? now : null,
  claims: 0,
  attempts: 0,
  give_up_at: null,
  last_error: null,
  replay: null,
  ...tenantColumns(delivery.tenant),
});

/**
 * For the queue. Those already in the log change nothing. Returns how many were new. `now`, and `dueAt` for those that are
 * not to be worked on yet, in epoch milliseconds.
 */
export async function recordDeliveries(
  trx: Trx,
  deliveries: readonly Delivery[],
  now: number,
  dueAt = now,
): Promise<number> {
  const events = deliveries.map((delivery) => {
    const row = rowOf(delivery, now);
    return { row: { ...row, due_at: row.due_at === null ? null : dueAt }, payload: delivery.payload };
  });
  return recordRows(trx, events);
}

/** Those already in the log change nothing. Returns how many were new. */
export async function recordRows(trx: Trx, events: readonly LoggedEvent[]): Promise<number> {
  const rows = await insertNew(
    trx,
    'event',
    events.map(({ row }) => row),
    ['seq'],
  );
  const inserted = new Set(rows.map(({ seq }) => seq));
  await insertPayloads(
    trx,
    events.filter(({ row }) => inserted.has(row.seq)),
  );
  return inserted.size;
}

/** Those that were logged as of no connected account run after all, with the payload that was not kept. */
export async function takeUpIgnored(trx: Trx, deliveries: readonly Delivery[], dueAt: number): Promise<void> {
  for (const delivery of deliveries.filter(({ status }) => status === 'pending')) {
    const row = await trx
      .updateTable('event')
      .set({ status: 'pending', reason: null, outcome: delivery.outcome, due_at: dueAt, attempts: 0 })
      .where(ofTenant(delivery.tenant))
      .where('id', '=', delivery.id)
      .where('status', '=', 'ignored')
      .where('reason', '=', 'not_installed')
      .returningAll()
      .executeTakeFirst();
    if (row) await insertPayloads(trx, [{ row, payload: delivery.payload }]);
  }
}

interface LoggedEvent {
  row: Row<'event'>;
  /** JSON text; null where none is kept. */
  payload: string | null;
}

/** Events that are not in the log yet. On PostgreSQL one that another process has stored meanwhile is a conflict. */
export async function insertEvents(trx: Trx, events: readonly LoggedEvent[]): Promise<void> {
  await allDone([
    insertNew(
      trx,
      'event',
      events.map(({ row }) => row),
    ),
    insertPayloads(trx, events),
  ]);
}

const insertPayloads = (trx: Trx, events: readonly LoggedEvent[]) =>
  insertNew(
    trx,
    'event_payload',
    events.flatMap(({ row: { account_id, livemode, seq }, payload }) =>
      payload === null ? [] : { account_id, livemode, seq, payload },
    ),
  );

/**
 * What catching up has fetched, also in a round that broke off, becomes due as if it had arrived in the order in which it
 * happened at Stripe. What a killed process leaves is due a little later all the same. `now` in epoch milliseconds.
 */
export async function releaseCaughtUp(db: Db, tenant: Tenant, now: number): Promise<void> {
  const held = await db
    .selectFrom('event')
    .select('seq')
    .where(ofTenant(tenant))
    .where('status', '=', 'pending')
    .where('due_at', '>', now)
    .where('claims', '=', 0)
    .orderBy('created')
    .orderBy('seq', 'desc')
    .execute();
  for await (const some of parts(held))
    await db.transaction().execute(async (trx) => {
      for (const { seq: before } of some) await arriveNow(trx, tenant, before, now);
    });
}

/** As long as it is held: meanwhile it may have become due, and been claimed. */
async function arriveNow(trx: Trx, tenant: Tenant, before: string, now: number): Promise<void> {
  const seq = timeOrderedId(now);
  const { numUpdatedRows } = await trx
    .updateTable('event')
    .set({ seq, due_at: now })
    .where(ofTenant(tenant))
    .where('seq', '=', before)
    .where('status', '=', 'pending')
    .where('claims', '=', 0)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  await trx.updateTable('event_payload').set({ seq }).where(ofTenant(tenant)).where('seq', '=', before).execute();
}
