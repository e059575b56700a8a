/** What waits to be forwarded: called off, made due, and woken by what went before it. `now` is in epoch milliseconds throughout. */
import { inList } from '../db/bulk';
import { countUpTo } from '../db/page';
import { PART } from '../db/parts';
import type { Db, Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';

/** Counted up to `most`. */
export async function countWaiting(db: Db, tenant: Tenant, most: number): Promise<number> {
  const waiting = db.selectFrom('forward').select('id').where(ofTenant(tenant)).where('status', '=', 'waiting');
  return (await countUpTo(db, waiting, most)).count;
}

/** A part of what waits goes no more, and a claim that is under way is lost. Returns whether there may be more. */
export async function cancelSome(trx: Trx, tenant: Tenant, outcome: string, now: number): Promise<boolean> {
  const ids = await waitingAfter(trx, tenant, '');
  if (ids.length > 0)
    await trx
      .updateTable('forward')
      .set((eb) => ({
        status: 'canceled',
        slot: null,
        outcome,
        due_at: null,
        decided_at: now,
        claims: 0,
        // Whose it was is gone.
        address: eb.case().when('kind', '=', 'deletion').then(null).else(eb.ref('address')).end(),
      }))
      .where(ofTenant(tenant))
      .where('id', 'in', inList(ids))
      .execute();
  return ids.length === PART;
}

/** Makes due, from `place` on, a part of what waited for a key, or to be tried again. Returns how far it came; null: to the end. */
export async function resumeSome(trx: Trx, tenant: Tenant, place: string, now: number): Promise<string | null> {
  const ids = await waitingAfter(trx, tenant, place);
  if (ids.length > 0)
    await trx
      .updateTable('forward')
      .set({ due_at: now })
      .where(ofTenant(tenant))
      .where('id', 'in', inList(ids))
      .where('status', '=', 'waiting')
      .where('due_at', '>', now)
      .where('claims', '=', 0)
      .execute();
  return ids.length === PART ? (ids.at(-1) ?? null) : null;
}

async function waitingAfter(trx: Trx, tenant: Tenant, place: string): Promise<string[]> {
  const rows = await trx
    .selectFrom('forward')
    .select('id')
    .where(ofTenant(tenant))
    .where('status', '=', 'waiting')
    .where('id', '>', place)
    .orderBy('id')
    .limit(PART)
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Once a contact's row has come to its end or is gone, the next one goes: the others wait for that. `after` is the id of that row;
 * left out, the first goes.
 */
export async function wakeNext(trx: Trx, tenant: Tenant, contactId: string, now: number, after = ''): Promise<void> {
  await trx
    .updateTable('forward')
    .set({ due_at: now })
    .where(ofTenant(tenant))
    .where('id', '=', (eb) =>
      eb
        .selectFrom('forward')
        .select('id')
        .where(ofTenant(tenant))
        .where('contact_id', '=', contactId)
        .where('due_at', 'is not', null)
        .where('id', '>', after)
        .orderBy('id')
        .limit(1),
    )
    .where('claims', '=', 0)
    .where('due_at', '>', now)
    .execute();
}
