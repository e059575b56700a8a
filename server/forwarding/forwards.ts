/** What is forwarded, each thing a row: it waits in the queue, and stays as the log. `now` is in epoch milliseconds throughout. */
import { sql } from 'kysely';
import type { ForwardStatus } from '../../shared/forwarding';
import { FORWARD_OUTCOMES } from '../../shared/words/forwarding';
import { insertNew, inList } from '../db/bulk';
import { deleteByKeys, keyFor } from '../db/keys';
import type { ErasedTable } from '../db/erase';
import { firstIdAt, newId } from '../db/new-id';
import type { OldRows } from '../db/old-rows';
import { checkStart, countUpTo, toTwoWayList, type TwoWayList, type TwoWayRequest } from '../db/page';
import { PART } from '../db/parts';
import { SENT_BY_THEN_MS } from '../db/release-contact';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantKey, type Tenant } from '../db/tenant';
import { AppError } from '../errors';
import { groupBy } from '../group-by';

export type Forward = Row<'forward'>;

export const FORWARD_TABLES = [
  // Before what is made for it.
  { table: 'forwarding', key: 'account_id' },
  { table: 'forward', key: 'id' },
] as const satisfies ErasedTable[];

/** For housekeeping: what has come to its end. */
export const oldForwards = (before: number): OldRows => ({
  ...oldWaitingForwards(before),
  stays: sql`due_at is not null`,
});

/** And with it what has waited so long for a key that nobody saved. */
export const oldWaitingForwards = (before: number): OldRows => ({
  table: 'forward',
  key: 'id',
  end: `fwd_${firstIdAt(before)}`,
  stays: sql`false`,
});

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
  created_at: now,
  decided_at: null,
  ...tenantColumns(tenant),
});

/** Counted up to `most`. */
export async function countWaiting(db: Db, tenant: Tenant, most: number): Promise<number> {
  const waiting = db.selectFrom('forward').select('id').where(ofTenant(tenant)).where('status', '=', 'waiting');
  return (await countUpTo(db, waiting, most)).count;
}

/** Newest first. */
export async function listForwards(
  db: Db,
  tenant: Tenant,
  { status, ...request }: TwoWayRequest & { status?: ForwardStatus | undefined },
): Promise<TwoWayList<Forward & { email: string | null }>> {
  await checkStart(request, 'row', (id) => findForward(db, tenant, id));
  const { limit, starting_after: after, ending_before: before } = request;
  let query = db
    .selectFrom('forward')
    .leftJoin('contact', (join) =>
      join
        .onRef('contact.account_id', '=', 'forward.account_id')
        .onRef('contact.livemode', '=', 'forward.livemode')
        .onRef('contact.id', '=', 'forward.contact_id'),
    )
    .selectAll('forward')
    .select('contact.email')
    .where(ofTenant(tenant, 'forward'))
    .orderBy('forward.id', before === undefined ? 'desc' : 'asc')
    .limit(limit + 1);
  if (status) query = query.where('forward.status', '=', status);
  if (after !== undefined) query = query.where('forward.id', '<', after);
  if (before) query = query.where('forward.id', '>', before);
  return toTwoWayList(await query.execute(), request, (row) => row);
}

const findForward = (db: Db, tenant: Tenant, id: string): Promise<Forward | undefined> =>
  db.selectFrom('forward').selectAll().where(ofTenant(tenant)).where('id', '=', id).executeTakeFirst();

/** Throws not_found, and invalid_request for one that hasn't ended, or of which nothing more is known. */
export async function sendAgain(trx: Trx, tenant: Tenant, id: string, now: number): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('forward')
    .set({
      ...{ status: 'waiting', outcome: FORWARD_OUTCOMES.waits, decided_at: null, give_up_at: null },
      ...{ due_at: now, claims: 0, attempts: 0 },
    })
    .where(ofTenant(tenant))
    .where('id', '=', id)
    .where('status', 'in', ['failed', 'canceled'])
    .where((eb) => eb.or([eb('kind', '!=', 'deletion'), eb('address', 'is not', null)]))
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return;
  if (!(await findForward(trx, tenant, id))) throw new AppError('not_found', 'There is no such page.');
  throw new AppError('invalid_request', 'This waits already, or has gone.', 'id');
}

/** A part of what waits goes no more, and a claim that is under way is lost. Returns whether there may be more. */
export async function cancelSome(trx: Trx, tenant: Tenant, outcome: string, now: number): Promise<boolean> {
  const ids = await waitingAfter(trx, tenant, '');
  if (ids.length > 0)
    await trx
      .updateTable('forward')
      .set((eb) => ({
        ...{ status: 'canceled', slot: null, outcome, due_at: null, decided_at: now, claims: 0 },
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
