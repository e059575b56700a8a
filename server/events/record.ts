/** Puts deliveries into the log. */
import { insertNew } from '../db/bulk';
import { timeOrderedId } from '../db/new-id';
import type { Row, Trx } from '../db/schema';
import { tenantColumns } from '../db/tenant';
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

/** For the queue. Those already in the log change nothing. Returns how many were new. `now` in epoch milliseconds. */
export const recordDeliveries = (trx: Trx, deliveries: readonly Delivery[], now: number): Promise<number> =>
  insertEvents(
    trx,
    deliveries.map((delivery) => ({ row: rowOf(delivery, now), payload: delivery.payload })),
  );

/** Rows with their payloads; those already in the log change nothing. Returns how many were new. */
export async function insertEvents(
  trx: Trx,
  events: readonly { row: Row<'event'>; payload: string | null }[],
): Promise<number> {
  const payloads = new Map(
    events.flatMap(({ row: { account_id, livemode, seq }, payload }) =>
      payload === null ? [] : [[seq, { account_id, livemode, seq, payload }] as const],
    ),
  );
  const rows = events.map(({ row }) => row);
  const inserted = await insertNew(trx, 'event', rows, ['seq']);
  await insertNew(
    trx,
    'event_payload',
    inserted.flatMap(({ seq }) => payloads.get(seq) ?? []),
  );
  return inserted.length;
}
