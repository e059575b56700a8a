/** Which of the claimed rows go now. `now` is in epoch milliseconds throughout. */
import { FORWARD_OUTCOMES as OUTCOMES } from '../../shared/words/forwarding';
import { inList } from '../db/bulk';
import { ofClaim } from '../db/claim';
import { selectByTenants } from '../db/keys';
import type { Job, LeftJob } from '../db/queue';
import type { Trx } from '../db/schema';
import { ofTenant, tenantKey, tenantOf, tenantsOf } from '../db/tenant';
import { groupBy } from '../group-by';
import { isConnected } from '../installs/installs';
import type { Destination } from './destination';
import type { Forward } from './forward-log';
import { PARKED_MS, recordClaimed, wakeBehind, type ForwardResult } from './forward-results';
import { findForwardings, isChosenEvent, type Forwarding } from './forwarding-settings';

const GIVE_UP_MS = 3 * 24 * 60 * 60_000;
/** One that has to wait for an earlier one of its contact is woken by the end of that, unless that is deleted as too old: then it comes again. */
const BEHIND_MS = 10 * 60_000;
/** An event goes no more so long before the tool forgets it: it may wait for its turn, and clocks differ. */
const FORGETS_MS = 60 * 60_000;

export type ForwardJob = Job<'forward', ForwardResult>;

/** Which of the claimed go now; the others are called off, wait for a key, or for an earlier one of their contact. */
export async function judge(
  trx: Trx,
  jobs: readonly ForwardJob[],
  { destination, turnOf, now }: { destination: Destination; turnOf: (row: Forward) => number; now: number },
): Promise<LeftJob<'forward', ForwardResult>[]> {
  if (jobs.length === 0) return [];
  const tenants = tenantsOf(jobs.map(({ row }) => row));
  const forwardings = await findForwardings(trx, tenants);
  const installs = await selectByTenants(trx, 'install', tenants, { columns: ['status', 'shut_out_at'] });
  const connected = new Set(installs.filter(isConnected).map((row) => tenantKey(tenantOf(row))));
  const left: LeftJob<'forward', ForwardResult>[] = [];
  const held = new Set<string>();
  // In their order: one that comes to its end here lets the next go.
  for (const job of jobs.toSorted((a, b) => (a.row.id < b.row.id ? -1 : 1))) {
    const { row } = job;
    const key = tenantKey(tenantOf(row));
    const calledOff = whyCalledOff(row, connected.has(key), forwardings.get(key));
    const first = row.contact_id === null ? undefined : await waitingOf(trx, row, row.contact_id).executeTakeFirst();
    if (calledOff !== undefined) await end(trx, row, { status: 'canceled', outcome: calledOff }, now);
    else if (forwardings.get(key)?.status !== 'on') {
      if (!held.has(key)) await holdForwarding(trx, row);
      held.add(key);
      await recordClaimed(trx, row, { due_at: now + PARKED_MS, attempts: row.attempts - 1 });
    } else if (first && first.id < row.id) {
      if (!held.has(first.id)) await hold(trx, row, first.id);
      held.add(first.id);
      const due_at = Math.max(now + BEHIND_MS, first.claims > 0 ? 0 : (first.due_at ?? 0));
      await recordClaimed(trx, row, { due_at, attempts: row.attempts - 1 });
    } else if (row.sent_since !== null && now >= row.sent_since + destination.knowsEventsMs - FORGETS_MS)
      await end(trx, row, { status: 'failed', outcome: OUTCOMES.mayBeThere(destination.name) }, now);
    else if (await isSuperseded(trx, row)) {
      await trx.deleteFrom('forward').where(ofClaim('forward', row)).execute();
      await wakeBehind(trx, row, now);
    } else {
      const turn = turnOf(row);
      left.push(turn > now ? { ...job, putOffUntil: turn } : job);
    }
  }
  await take(
    trx,
    left.filter(({ putOffUntil }) => putOffUntil === undefined).map(({ row }) => row),
    now,
  );
  return left;
}

/** Before it goes. */
async function end(trx: Trx, row: Forward, fields: Pick<Forward, 'status' | 'outcome'>, now: number): Promise<void> {
  await recordClaimed(trx, row, { ...fields, slot: null, due_at: null, decided_at: now });
  await wakeBehind(trx, row, now);
}

/**
 * Writes one of the same install as it is: who waits for its end collides with that (PostgreSQL; SQLite has one writer). Whichever
 * commits last sees the other: it has ended and this one goes, or this one waits and is woken.
 */
async function hold(trx: Trx, row: Forward, id: string): Promise<void> {
  await trx
    .updateTable('forward')
    .set((eb) => ({ created_at: eb.ref('created_at') }))
    .where(ofTenant(tenantOf(row)))
    .where('id', '=', id)
    .execute();
}

/** The same of an install's forwarding, so that whoever saves a key finds what is parked meanwhile. */
async function holdForwarding(trx: Trx, row: Forward): Promise<void> {
  await trx
    .updateTable('forwarding')
    .set((eb) => ({ updated_at: eb.ref('updated_at') }))
    .where(ofTenant(tenantOf(row)))
    .execute();
}

function whyCalledOff(row: Forward, isConnected: boolean, forwarding: Forwarding | undefined): string | undefined {
  if (!isConnected) return OUTCOMES.disconnected;
  if (!forwarding || forwarding.status === 'off') return OUTCOMES.turnedOff;
  const isChosen = row.kind === 'event' ? isChosenEvent(forwarding, row.event_type ?? '') : forwarding.contacts === 1;
  return isChosen ? undefined : OUTCOMES.notChosen;
}

/** It was tried in vain, and by now the address is another: the row that knows the earlier one does both. */
async function isSuperseded(trx: Trx, row: Forward): Promise<boolean> {
  // One that is untouched was deleted when the other was added.
  if (row.kind !== 'contact' || row.address !== null || row.slot !== null || row.contact_id === null) return false;
  const later = await waitingOf(trx, row, row.contact_id)
    .where('id', '>', row.id)
    .where('kind', '=', 'contact')
    .where('address', 'is not', null)
    .executeTakeFirst();
  return later !== undefined;
}

/** The first of those that wait; there may be very many. */
const waitingOf = (trx: Trx, row: Forward, contactId: string) =>
  trx
    .selectFrom('forward')
    .select(['id', 'claims', 'due_at'])
    .where(ofTenant(tenantOf(row)))
    .where('contact_id', '=', contactId)
    .where('due_at', 'is not', null)
    .orderBy('id')
    .limit(1);

/**
 * They go as their contacts are from now on: a change that is committed later finds no row that waits untouched, and adds one. One that
 * was added since an earlier try isn't needed.
 */
async function take(trx: Trx, rows: readonly Forward[], now: number): Promise<void> {
  for (const own of groupBy(rows, (row) => tenantKey(tenantOf(row))).values()) {
    const tenant = tenantOf(own[0]);
    const ids = inList(own.map(({ id }) => id));
    const contacts = own.filter(({ kind }) => kind === 'contact').map(({ object_id }) => object_id);
    if (contacts.length > 0)
      await trx
        .deleteFrom('forward')
        .where(ofTenant(tenant))
        .where('slot', 'in', inList(contacts))
        .where('address', 'is', null)
        .where('id', 'not in', ids)
        .execute();
    const update = () => trx.updateTable('forward').where(ofTenant(tenant)).where('id', 'in', ids);
    await update().set({ slot: null }).execute();
    await update()
      .set({ give_up_at: now + GIVE_UP_MS })
      .where('give_up_at', 'is', null)
      .execute();
    // Before it goes: a process that is killed doesn't say what has become of it.
    await update().set({ sent_since: now }).where('kind', '=', 'event').where('sent_since', 'is', null).execute();
  }
}
