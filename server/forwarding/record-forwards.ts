/** Adds what is to be forwarded. `now` is in epoch milliseconds throughout. */
import { FORWARD_OUTCOMES } from '../../shared/words/forwarding';
import { insertNew, inList } from '../db/bulk';
import { deleteByKeys, keyFor } from '../db/keys';
import { newId } from '../db/new-id';
import { SENT_BY_THEN_MS } from '../db/release-contact';
import type { Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantKey, type Tenant } from '../db/tenant';
import { groupBy } from '../group-by';
import type { Forward } from './forward-log';
import { wakeNext } from './waiting-forwards';

export interface NewForward {
  tenant: Tenant;
  kind: Forward['kind'];
  objectId: string;
  contactId: string | null;
  eventType?: string;
  address?: string;
}

/** So many contacts of one install together are an import, or a change of many: they go behind what happens meanwhile. */
const MANY = 20;
/** Between two of many: leaves a third of Loops' requests to the others. */
const APART_MS = 150;

/**
 * In their order. A contact that waits untouched already goes once, as it is then; where its address has changed, by the row that knows
 * the earlier one.
 */
export async function recordForwards(trx: Trx, forwards: readonly NewForward[], now: number): Promise<void> {
  for (const own of groupBy(forwards, ({ tenant }) => tenantKey(tenant)).values()) {
    const { tenant } = own[0];
    const moved = own.filter(({ kind, address }) => kind === 'contact' && address !== undefined);
    await deleteByKeys(
      trx,
      'forward',
      'slot',
      moved.map(({ objectId }) => keyFor(tenantColumns(tenant), objectId)),
    );
    // What waited behind the one that was deleted.
    for (const { contactId } of moved) if (contactId !== null) await wakeNext(trx, tenant, contactId, now);
    const isMany = own.filter(isUntouched).length > MANY;
    let dueAt = isMany ? await lastDueAt(trx, tenant, now) : now;
    await insertNew(
      trx,
      'forward',
      own.map((one) => rowOf(one, now, isUntouched(one) && isMany ? (dueAt += APART_MS) : dueAtOf(one, now))),
    );
    await hasten(
      trx,
      tenant,
      own.filter((one) => !isMany || !isUntouched(one)),
      now,
    );
  }
}

/** What is just being sent of a contact would make it there anew. */
const dueAtOf = ({ kind }: NewForward, now: number): number => (kind === 'deletion' ? now + SENT_BY_THEN_MS : now);

/** One that may stand for later changes as well. */
const isUntouched = ({ kind, address }: NewForward): boolean => kind === 'contact' && address === undefined;

/** Of the last of many; now, where there are none. */
async function lastDueAt(trx: Trx, tenant: Tenant, now: number): Promise<number> {
  const last = await trx
    .selectFrom('forward')
    .select('due_at')
    .where(ofTenant(tenant))
    .where('due_at', '>', now)
    .where('slot', 'is not', null)
    .orderBy('due_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last?.due_at ?? now;
}

/** What waits among many, and something new happens to: it and what comes behind it go now. */
async function hasten(trx: Trx, tenant: Tenant, forwards: readonly NewForward[], now: number): Promise<void> {
  const contacts = forwards.flatMap(({ contactId }) => contactId ?? []);
  if (contacts.length === 0) return;
  await trx
    .updateTable('forward')
    .set({ due_at: now })
    .where(ofTenant(tenant))
    .where('slot', 'in', inList(contacts))
    .where('due_at', '>', now)
    .where('claims', '=', 0)
    .execute();
}

const rowOf = (
  { tenant, kind, objectId, contactId, eventType, address }: NewForward,
  now: number,
  due_at: number,
): Forward => ({
  id: newId('fwd', now),
  kind,
  object_id: objectId,
  contact_id: contactId,
  event_type: eventType ?? null,
  slot: kind === 'contact' && address === undefined ? contactId : null,
  address: address ?? null,
  status: 'waiting',
  outcome: FORWARD_OUTCOMES.waits,
  due_at,
  claims: 0,
  attempts: 0,
  give_up_at: null,
  sent_since: null,
  created_at: now,
  decided_at: null,
  ...tenantColumns(tenant),
});
