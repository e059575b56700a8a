/** When the dates of objects are to be looked at (object_state.due_at); times in epoch milliseconds. */
import { inList } from '../db/bulk';
import type { Trx } from '../db/schema';
import { ofTenant, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { groupBy } from '../group-by';
import type { ObjectState } from './object-states';

/** Also those that are being looked at: what is recorded of them then collides with this, or is read anew. */
export async function makeStatesDue(trx: Trx, tenant: Tenant, ids: readonly string[], now: number): Promise<void> {
  if (ids.length === 0) return;
  await trx
    .updateTable('object_state')
    .set({ due_at: now })
    .where(ofTenant(tenant))
    .where('id', 'in', inList(ids))
    .execute();
}

/** When claimed ones are to be looked at again; null: when they are saved next. */
export async function recordNextDates(
  trx: Trx,
  looked: readonly { state: ObjectState; nextAt: number | null }[],
): Promise<void> {
  const alike = ({ state, nextAt }: (typeof looked)[number]) =>
    `${tenantKey(tenantOf(state))} ${nextAt} ${state.attempts}`;
  for (const own of groupBy(looked, alike).values()) {
    const [{ state, nextAt }] = own;
    await trx
      .updateTable('object_state')
      .set({ due_at: nextAt, claims: 0, attempts: 0 })
      .where(ofTenant(tenantOf(state)))
      .where('id', 'in', inList(own.map((one) => one.state.id)))
      .where('attempts', '=', state.attempts)
      .where('claims', '>', 0)
      .execute();
  }
}
