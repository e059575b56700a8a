/** Puts deliveries into the log, where the queue finds them. */
import { insertNew } from '../db/bulk';
import { timeOrderedId } from '../db/new-id';
import type { Trx } from '../db/schema';
import { tenantColumns } from '../db/tenant';
import type { Delivery } from './delivery';

/** Those already in the log change nothing. Returns how many were new. `now` in epoch milliseconds. */
export async function recordDeliveries(trx: Trx, deliveries: readonly Delivery[], now: number): Promise<number> {
  const rows = deliveries.map((delivery) => ({
    id: delivery.id,
    seq: timeOrderedId(now),
    type: delivery.type,
    created: delivery.created,
    received_at: now,
    status: delivery.status,
    reason: delivery.reason,
    outcome: delivery.outcome,
    due_at: delivery.status === 'pending' ? now : null,
    ...tenantColumns(delivery.tenant),
  }));
  const payloads = new Map(
    rows.flatMap(({ account_id, livemode, seq }, i) => {
      const payload = deliveries[i]?.payload ?? null;
      return payload === null ? [] : [[seq, { account_id, livemode, seq, payload }] as const];
    }),
  );
  const inserted = await insertNew(trx, 'event', rows, ['seq']);
  await insertNew(
    trx,
    'event_payload',
    inserted.flatMap(({ seq }) => payloads.get(seq) ?? []),
  );
  return inserted.length;
}
