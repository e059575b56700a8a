/**
 * The queue of what is forwarded. A row is judged when it is claimed, and goes beside the loop; what came of it is recorded in a
 * second pass. A process killed in between leaves the claim, and it goes again: a contact is brought up to date once more, and an
 * event bears the same Idempotency-Key.
 */
import { FORWARD_OUTCOMES as OUTCOMES } from '../../shared/words/forwarding';
import type { Context } from '../context';
import { backOffMs } from '../db/back-off';
import { inList } from '../db/bulk';
import { ofClaim } from '../db/claim';
import { selectByTenants } from '../db/keys';
import {
  CrashedTooOften,
  createQueue,
  retryLater,
  type Job,
  type JobFailure,
  type LeftJob,
  type Queue,
} from '../db/queue';
import type { Trx } from '../db/schema';
import { ofTenant, tenantKey, tenantOf, tenantsOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { groupBy } from '../group-by';
import { isConnected } from '../installs/installs';
import { carryOut } from './ask';
import type { Destination, Verdict } from './destination';
import { isChosenEvent, learnProperties, refuseKey, tryToOpenKey, type Forwarding } from './forwarding';
import { wakeNext, type Forward } from './forwards';
import { stepFor } from './forward-step';
import { createRequestWindow } from './request-window';
import { createTurns } from './turns';

const CONCURRENCY = 30;
const PER_INSTALL = 10;
/** Loops' limit for a team. https://loops.so/docs/api-reference/intro#rate-limiting */
const RATE = { requests: 10, ms: 1_000 };
const GIVE_UP_MS = 3 * 24 * 60 * 60_000;
/** One that has to wait for an earlier one of its contact is woken by the end of that; should that be missed, it is looked at again then. */
const BEHIND_MS = 10 * 60_000;
/** While a key is refused; saving another makes all due. */
const PARKED_MS = 60 * 60_000;

interface Result {
  verdict: Verdict | { kind: 'canceled'; outcome: string };
  forwarding: Forwarding;
}
type ForwardJob = Job<'forward', Result>;

export function createForwardQueue(destination: Destination): Queue {
  const window = createRequestWindow(RATE);
  const turns = createTurns(RATE.requests);
  return createQueue<'forward', Result>({
    table: 'forward',
    concurrency: CONCURRENCY,
    perInstall: PER_INSTALL,
    async work(ctx, jobs) {
      const now = ctx.clock.now();
      const claimed = jobs.filter(({ result }) => !result);
      // Remembered: a transaction may be tried again.
      const turnsHere = new Map<string, number>();
      const turnOf = (row: Forward): number => {
        const turn = turnsHere.get(row.id) ?? turns.turnOf(row.id, tenantKey(tenantOf(row)), now);
        turnsHere.set(row.id, turn);
        return turn;
      };
      return transact(ctx.db, async (trx) => {
        for (const job of jobs) if (job.result) await recordResult(trx, job.row, job.result, now);
        return judge(trx, claimed, turnOf, now);
      });
    },
    async background(ctx, { row }, lease) {
      const tenant = tenantOf(row);
      const forwarding = (await readForwardings(ctx.db, [tenant])).get(tenantKey(tenant));
      // It is turned off meanwhile, and the claim with it.
      if (!forwarding) return undefined;
      const step = await stepFor(ctx.db, row, forwarding, destination);
      if ('outcome' in step) return { verdict: { kind: 'canceled', ...step }, forwarding };
      const key = tryToOpenKey(ctx, forwarding);
      if (key === undefined) return { verdict: { kind: 'key_refused', outcome: OUTCOMES.notOpened }, forwarding };
      // A contact that was deleted since must not be made there anew.
      const isOurs = () => lease.renew();
      const verdict = await carryOut(ctx, step, { destination, key, installKey: tenantKey(tenant), window, isOurs });
      return verdict && { verdict, forwarding };
    },
    explain(ctx, row, error) {
      if (error instanceof CrashedTooOften) return crashed(row, ctx.clock.now());
      ctx.log.error({ err: error, account: row.account_id, forward: row.id }, 'what is forwarded could not be');
      return retryLater<'forward'>(row);
    },
  });
}

const crashed = (row: Forward, now: number): JobFailure<'forward'> => ({
  againIn: null,
  fields: { status: 'failed', outcome: OUTCOMES.crashed, decided_at: now, ...withoutAddress(row) },
  also: (trx) => wakeBehind(trx, row, now),
});

/** Of a deletion that has come to its end, whatever it is: whose it was is gone. */
const withoutAddress = ({ kind }: Forward): Partial<Forward> => (kind === 'deletion' ? { address: null } : {});

async function readForwardings(db: Context['db'], tenants: readonly Tenant[]): Promise<Map<string, Forwarding>> {
  const rows = (await selectByTenants(db, 'forwarding', tenants)) as Forwarding[];
  return new Map(rows.map((row) => [tenantKey(tenantOf(row)), row]));
}

/** Which of the claimed go now; the others are called off, wait for a key, or for an earlier one of their contact. */
async function judge(
  trx: Trx,
  jobs: readonly ForwardJob[],
  turnOf: (row: Forward) => number,
  now: number,
): Promise<LeftJob<'forward', Result>[]> {
  if (jobs.length === 0) return [];
  const tenants = tenantsOf(jobs.map(({ row }) => row));
  const forwardings = await readForwardings(trx, tenants);
  const installs = await selectByTenants(trx, 'install', tenants, { columns: ['status', 'shut_out_at'] });
  const connected = new Set(installs.filter(isConnected).map((row) => tenantKey(tenantOf(row))));
  const left: LeftJob<'forward', Result>[] = [];
  // In their order: one that comes to its end here lets the next go.
  for (const job of jobs.toSorted((a, b) => (a.row.id < b.row.id ? -1 : 1))) {
    const { row } = job;
    const key = tenantKey(tenantOf(row));
    const calledOff = whyCalledOff(row, connected.has(key), forwardings.get(key));
    const first = row.contact_id === null ? undefined : await waitingOf(trx, row, row.contact_id).executeTakeFirst();
    if (calledOff !== undefined) {
      await record(trx, row, { status: 'canceled', outcome: calledOff, slot: null, due_at: null, decided_at: now });
      await wakeBehind(trx, row, now);
    } else if (forwardings.get(key)?.status !== 'on') left.push({ ...job, putOffUntil: now + PARKED_MS });
    else if (first && first.id < row.id)
      left.push({ ...job, putOffUntil: Math.max(now + BEHIND_MS, first.claims > 0 ? 0 : (first.due_at ?? 0)) });
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
  }
}

async function recordResult(trx: Trx, row: Forward, { verdict, forwarding }: Result, now: number): Promise<void> {
  const ended = { due_at: null, decided_at: now, outcome: verdict.outcome };
  if (verdict.kind !== 'later' && verdict.kind !== 'key_refused') await wakeBehind(trx, row, now);
  switch (verdict.kind) {
    case 'done':
      if (verdict.known) await learnProperties(trx, forwarding, verdict.known);
      return record(trx, row, { ...ended, status: 'sent', address: null });
    case 'canceled':
      return record(trx, row, { ...ended, status: 'canceled', address: null });
    case 'refused':
      return record(trx, row, {
        ...{ ...ended, status: 'failed' },
        // The tool's words may name whom nothing names any more.
        ...(row.kind === 'deletion' ? { outcome: OUTCOMES.deletionRefused } : {}),
      });
    case 'key_refused':
      // By another key it may go at once.
      return record(trx, row, {
        ...((await refuseKey(trx, forwarding, verdict.outcome, ['on', 'refused']))
          ? { outcome: verdict.outcome, due_at: now + PARKED_MS }
          : { due_at: now }),
        // The three days begin when a key is taken.
        ...{ attempts: row.attempts - 1, give_up_at: null },
      });
    case 'later': {
      const { outcome } = verdict;
      const due_at = now + Math.max(verdict.afterMs ?? 0, backOffMs(row.attempts));
      if (due_at > (row.give_up_at ?? Infinity)) {
        await wakeBehind(trx, row, now);
        return record(trx, row, { ...ended, status: 'failed', outcome: OUTCOMES.gaveUp(outcome) });
      }
      return record(trx, row, { outcome, due_at });
    }
  }
}

/** What waited behind it. */
const wakeBehind = async (trx: Trx, row: Forward, now: number): Promise<void> =>
  row.contact_id === null ? undefined : wakeNext(trx, tenantOf(row), row.contact_id, now, row.id);

/** Of a claimed row, as long as it is ours. */
async function record(trx: Trx, row: Forward, fields: Partial<Forward>): Promise<void> {
  await trx
    .updateTable('forward')
    .set({ ...fields, ...(fields.decided_at === undefined ? {} : withoutAddress(row)), claims: 0 })
    .where(ofClaim('forward', row))
    .execute();
}
