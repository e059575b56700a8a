/** The log of what was delivered to endpoints. `now` in epoch milliseconds. */
import { sql } from 'kysely';
import type { DeliveryStatus } from '../../shared/webhooks';
import { countUpTo, pageOf, toTwoWayList, type Count, type TwoWayList, type TwoWayRequest } from '../db/page';
import { firstIdAt } from '../db/new-id';
import type { OldRows } from '../db/old-rows';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantOf, type Tenant } from '../db/tenant';

export type Delivery = Row<'webhook_delivery'>;

interface DeliveryFilter {
  endpoint: string;
  status?: DeliveryStatus | undefined;
}

const filtered = (db: Db, tenant: Tenant, { endpoint, status }: DeliveryFilter) =>
  db
    .selectFrom('webhook_delivery')
    .where(ofTenant(tenant))
    .where('endpoint_id', '=', endpoint)
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? 'pending'));

/** Newest first, read both ways. */
export async function pageDeliveries(
  db: Db,
  tenant: Tenant,
  request: DeliveryFilter & TwoWayRequest,
): Promise<TwoWayList<Delivery>> {
  const rows = await pageOf(filtered(db, tenant, request).selectAll(), 'id', request).execute();
  return toTwoWayList(rows, request, (row) => row);
}

/** Up to `most`. */
export const countDeliveriesTo = (db: Db, tenant: Tenant, filter: DeliveryFilter, most: number): Promise<Count> =>
  countUpTo(db, filtered(db, tenant, filter).select('id'), most);

export const findDelivery = (db: Db, tenant: Tenant, id: string): Promise<Delivery | undefined> =>
  db.selectFrom('webhook_delivery').selectAll().where(ofTenant(tenant)).where('id', '=', id).executeTakeFirst();

/** With the same id, as if it had never been tried. One that is being sent right now is left alone. */
export async function sendDeliveryAgain(trx: Trx, delivery: Delivery, now: number): Promise<void> {
  await trx
    .updateTable('webhook_delivery')
    .set({ status: 'pending', due_at: now, attempts: 0 })
    .where(ofTenant(tenantOf(delivery)))
    .where('id', '=', delivery.id)
    .where('claims', '=', 0)
    .execute();
}

/** Those made before a time (epoch milliseconds). */
export const oldDeliveries = (before: number): OldRows => ({
  table: 'webhook_delivery',
  key: 'id',
  end: `whd_${firstIdAt(before)}`,
  stays: sql`due_at is not null`,
});
