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
import { keyText, selectByTenants } from '../db/keys';
import { CrashedTooOften, createQueue, retryLater, type Job, type LeftJob, type Queue } from '../db/queue';
import type { Trx } from '../db/schema';
import { ofTenant, tenantKey, tenantOf, tenantsOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { groupBy } from '../group-by';
import { isConnected } from '../installs/installs';
import { carryOut } from './ask';
import type { Destination, Verdict } from './destination';
import { learnProperties, refuseKey, tryToOpenKey, type Forwarding } from './forwarding';
import type { Forward } from './forwards';
import { stepFor } from './forward-step';
import { createRequestWindow } from './request-window';
import { createTurns } from './turns';

const CONCURRENCY = 30;
const PER_INSTALL = 10;
/** Loops' limit for a team. https://loops.so/docs/api-reference/intro#rate-limiting */
const RATE = { requests: 10, ms: 1_000 };
const GIVE_UP_MS = 3 * 24 * 60 * 60_000;
/** How soon one that has to wait for an earlier one of its contact is looked at again, unless that comes to its end. */
const BEHIND_MS = 5_000;
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
      // Beforehand: a transaction may be tried again.
      const turnOf = new Map(
        claimed.map(({ row }) => [row, turns.turnOf(row.id, tenantKey(tenantOf(row)), now)] as const),
      );
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
      if (error instanceof CrashedTooOften) return { againIn: null, fields: failed(OUTCOMES.crashed, ctx.clock.now()) };
      ctx.log.error({ err: error, account: row.account_id, forward: row.id }, 'what is forwarded could not be');
      return retryLater<'forward'>(row);
    },
  });
}

const failed = (outcome: string, now: number) => ({ status: 'failed', outcome, decided_at: now }) as const;

async function readForwardings(db: Context['db'], tenants: readonly Tenant[]): Promise<Map<string, Forwarding>> {
  const rows = (await selectByTenants(db, 'forwarding', tenants)) as Forwarding[];
  return new Map(rows.map((row) => [tenantKey(tenantOf(row)), row]));
}

/** Which of the claimed go now; the others are called off, wait for a key, or for an earlier one of their contact. */
async function judge(
  trx: Trx,
  jobs: readonly ForwardJob[],
  turnOf: ReadonlyMap<Forward, number>,
  now: number,
): Promise<LeftJob<'forward', Result>[]> {
  if (jobs.length === 0) return [];
  const tenants = tenantsOf(jobs.map(({ row }) => row));
  const forwardings = await readForwardings(trx, tenants);
  const installs = await selectByTenants(trx, 'install', tenants, { columns: ['status', 'shut_out_at'] });
  const connected = new Set(installs.filter(isConnected).map((row) => tenantKey(tenantOf(row))));
  const waiting = await waitingOfContacts(
    trx,
    jobs.map(({ row }) => row),
  );
  const left: LeftJob<'forward', Result>[] = [];
  for (const job of jobs) {
    const { row } = job;
    const key = tenantKey(tenantOf(row));
    const status = connected.has(key) ? forwardings.get(key)?.status : undefined;
    const ofContact = row.contact_id === null ? [] : (waiting.get(keyText(row, row.contact_id)) ?? []);
    const before = ofContact.find(({ id }) => id < row.id);
    if (status === undefined || status === 'off') {
      const outcome = connected.has(key) ? OUTCOMES.turnedOff : OUTCOMES.disconnected;
      await record(trx, row, { status: 'canceled', outcome, slot: null, due_at: null, decided_at: now });
    } else if (status !== 'on') left.push({ ...job, putOffUntil: now + PARKED_MS });
    else if (before)
      left.push({ ...job, putOffUntil: Math.max(now + BEHIND_MS, before.claims > 0 ? 0 : (before.due_at ?? 0)) });
    else if ((turnOf.get(row) ?? now) > now) left.push({ ...job, putOffUntil: turnOf.get(row)! });
    else if (isSuperseded(row, ofContact)) {
      await trx.deleteFrom('forward').where(ofClaim('forward', row)).execute();
      await wakeNext(trx, row, now);
    } else left.push(job);
  }
  await take(
    trx,
    left.filter(({ putOffUntil }) => putOffUntil === undefined).map(({ row }) => row),
    now,
  );
  return left;
}

/** It was tried in vain, and by now the address is another: the row that knows the earlier one does both. */
const isSuperseded = (row: Forward, ofContact: readonly Forward[]): boolean =>
  row.kind === 'contact' &&
  row.address === null &&
  ofContact.some(({ id, kind, address }) => id > row.id && kind === 'contact' && address !== null);

/** By keyText of the contact: its rows that haven't come to their end, in their order. */
async function waitingOfContacts(trx: Trx, rows: readonly Forward[]): Promise<Map<string, Forward[]>> {
  const waiting: Forward[] = [];
  for (const own of groupBy(rows, (row) => tenantKey(tenantOf(row))).values()) {
    const contacts = own.flatMap(({ contact_id }) => contact_id ?? []);
    if (contacts.length === 0) continue;
    const found = await trx
      .selectFrom('forward')
      .selectAll()
      .where(ofTenant(tenantOf(own[0])))
      .where('contact_id', 'in', inList(contacts))
      .where('status', '=', 'waiting')
      .orderBy('id')
      .execute();
    waiting.push(...found);
  }
  return groupBy(waiting, (row) => keyText(row, row.contact_id ?? ''));
}

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
  if (verdict.kind !== 'later' && verdict.kind !== 'key_refused') await wakeNext(trx, row, now);
  switch (verdict.kind) {
    case 'done':
      if (verdict.known) await learnProperties(trx, tenantOf(row), verdict.known);
      return record(trx, row, { ...ended, status: 'sent', address: null });
    case 'canceled':
      return record(trx, row, { ...ended, status: 'canceled', address: null });
    case 'refused':
      return record(trx, row, { ...ended, status: 'failed' });
    case 'key_refused':
      // By another key it may go at once.
      return (await refuseKey(trx, forwarding, verdict.outcome))
        ? record(trx, row, { outcome: verdict.outcome, due_at: now + PARKED_MS, attempts: row.attempts - 1 })
        : record(trx, row, { due_at: now, attempts: row.attempts - 1 });
    case 'later': {
      const { outcome } = verdict;
      const due_at = now + Math.max(verdict.afterMs ?? 0, backOffMs(row.attempts));
      if (due_at > (row.give_up_at ?? Infinity))
        return record(trx, row, { ...ended, status: 'failed', outcome: OUTCOMES.gaveUp(outcome) });
      return record(trx, row, { outcome, due_at });
    }
  }
}

/** What waited behind it. */
async function wakeNext(trx: Trx, { contact_id, id, ...tenant }: Forward, now: number): Promise<void> {
  if (contact_id === null) return;
  await trx
    .updateTable('forward')
    .set({ due_at: now })
    .where(ofTenant(tenantOf(tenant)))
    .where('contact_id', '=', contact_id)
    .where('id', '>', id)
    .where('status', '=', 'waiting')
    .where('claims', '=', 0)
    .where('due_at', '>', now)
    .execute();
}

/** Of a claimed row, as long as it is ours. */
async function record(trx: Trx, row: Forward, fields: Partial<Forward>): Promise<void> {
  await trx
    .updateTable('forward')
    .set({ ...fields, claims: 0 })
    .where(ofClaim('forward', row))
    .execute();
}
