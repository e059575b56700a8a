/** The worker's lane for events: claim a batch, settle it in one transaction, ask Stripe for those that need it. */
import type { EventReason } from '../../shared/api';
import type { Context } from '../context';
import { backOffMs } from '../db/back-off';
import { MAX_CLAIMS } from '../db/claim';
import { createFairClaim } from '../db/fair-claim';
import type { Row } from '../db/schema';
import { ofTenant, tenantKey, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { NeedsReconnect } from '../installs/credentials';
import { lastGrantAt } from '../installs/installs';
import { classifyStripeError } from '../stripe';
import { endInstall } from '../lifecycle/disconnect';
import type { Lane } from '../worker';
import { readJobs, type Job } from './job';
import { lookUp } from './look-up';
import { NeedsOwnTransaction, settle, type Settled } from './settle';

const BATCH = 200;
/** Look-ups under way at once, and those of one install: a slow Stripe holds up nobody but those who need it. */
const MAX_LOOKUPS = 50;
const MAX_LOOKUPS_OF_INSTALL = 25;
const GIVE_UP_MS = 72 * 3_600_000;
/** How often one waiting event of an install that could not be asked is tried, to notice Stripe's recovery. */
const PROBE_MS = 10_000;
/** While an install needs reconnecting its look-ups rest; reconnecting makes them due at once. */
const RECONNECT_WAIT_MS = 3_600_000;

export function createEventLane(): Lane {
  const claimNext = createFairClaim('event');
  /** Look-ups under way, each with the install it is for. */
  const lookups = new Map<Promise<void>, string>();
  /** Installs whose look-ups failed, and when to probe next. */
  const outages = new Map<string, { tenant: Tenant; probeAt: number }>();

  async function work(ctx: Context): Promise<number> {
    await probe(ctx);
    const rows = await claimNext(ctx.db, { now: ctx.clock.now(), limit: BATCH });
    if (rows.length === 0) return 0;
    const [crashed, sound] = partition(rows, (row) => row.claims > MAX_CLAIMS);
    for (const row of crashed)
      await end(ctx, row, 'crashed', `Gave up: processing it ended the process ${MAX_CLAIMS} times`);
    const jobs: Job[] = [];
    for (const job of await readJobs(ctx.db, sound)) {
      if (job.row.type === 'account.application.deauthorized' && job.install) await uninstall(ctx, job);
      else jobs.push(job);
    }
    await settleAll(ctx, jobs);
    return rows.length;
  }

  async function settleAll(ctx: Context, jobs: readonly Job[]): Promise<void> {
    if (jobs.length === 0) return;
    try {
      const now = ctx.clock.now();
      const { settled, toAsk } = await transact(ctx.db, (trx) => settle(trx, jobs, now));
      note(ctx, settled);
      for (const job of toAsk) await ask(ctx, job);
    } catch (error) {
      if (jobs.length > 1) {
        if (!(error instanceof NeedsOwnTransaction))
          ctx.log.warn({ err: error, events: jobs.length }, 'a batch failed; settling its events one by one');
        for (const job of jobs) await settleAll(ctx, [job]);
      } else if (jobs[0]) await putOff(ctx, jobs[0], error);
    }
  }

  const ofInstall = (key: string): number => [...lookups.values()].filter((other) => other === key).length;

  async function ask(ctx: Context, job: Job): Promise<void> {
    const { tenant, object } = job;
    if (!object) return;
    const key = tenantKey(tenant);
    if (lookups.size >= MAX_LOOKUPS || ofInstall(key) >= MAX_LOOKUPS_OF_INSTALL) return handBack(ctx, job.row);
    const lookup = lookUp(ctx, tenant, object)
      .then(async (asked) => {
        await settleAll(ctx, [{ ...job, asked }]);
        if (outages.delete(key)) await wakeWaiting(ctx, tenant);
      })
      .catch((error: unknown) => putOff(ctx, job, error))
      .catch((error: unknown) => ctx.log.error({ err: error, event: job.row.id }, 'look-up failed; its lease will end'))
      .finally(() => lookups.delete(lookup));
    lookups.set(lookup, key);
  }

  async function putOff(ctx: Context, { row, tenant }: Job, error: unknown): Promise<void> {
    const now = ctx.clock.now();
    const { reason, outcome } = explain(error);
    if (reason === 'internal_error') ctx.log.error({ err: error, event: row.id }, 'an event could not be settled');
    const giveUpAt = reason === 'needs_reconnect' ? null : (row.give_up_at ?? now + GIVE_UP_MS);
    if (giveUpAt !== null && now >= giveUpAt) return end(ctx, row, 'gave_up', `Gave up after three days: ${outcome}`);
    const wait = reason === 'needs_reconnect' ? RECONNECT_WAIT_MS : backOffMs(row.attempts);
    if (reason === 'stripe_unavailable' || reason === 'rate_limited')
      outages.set(tenantKey(tenant), { tenant, probeAt: now + PROBE_MS });
    ctx.metrics.retries.inc({ queue: 'event' });
    await update(ctx, row, {
      status: 'waiting',
      reason,
      outcome,
      due_at: now + wait,
      claims: 0,
      give_up_at: giveUpAt,
      last_error: error instanceof Error ? error.name : null,
    });
  }

  /** After an outage the back-off may be long: now and then one waiting event goes ahead of the others. */
  async function probe(ctx: Context): Promise<void> {
    const now = ctx.clock.now();
    for (const outage of outages.values()) {
      if (outage.probeAt > now) continue;
      outage.probeAt = now + PROBE_MS;
      const found = await waitingOf(ctx, outage.tenant).select('id').limit(1).executeTakeFirst();
      if (!found) outages.delete(tenantKey(outage.tenant));
      else
        await ctx.db
          .updateTable('event')
          .set({ due_at: now })
          .where(ofTenant(outage.tenant))
          .where('id', '=', found.id)
          .where('status', '=', 'waiting')
          .execute();
    }
  }

  return {
    name: 'events',
    work,
    async settle() {
      while (lookups.size > 0) await Promise.all(lookups.keys());
    },
  };
}

const ASKABLE: EventReason[] = ['stripe_unavailable', 'rate_limited'];

const waitingOf = (ctx: Context, tenant: Tenant) =>
  ctx.db
    .selectFrom('event')
    .where(ofTenant(tenant))
    .where('status', '=', 'waiting')
    .where('reason', 'in', ASKABLE)
    .where('claims', '=', 0);

async function wakeWaiting(ctx: Context, tenant: Tenant): Promise<void> {
  await ctx.db
    .updateTable('event')
    .set({ due_at: ctx.clock.now() })
    .where(ofTenant(tenant))
    .where('status', '=', 'waiting')
    .where('reason', 'in', ASKABLE)
    .where('claims', '=', 0)
    .execute();
  ctx.nudge();
}

function explain(error: unknown): { reason: EventReason; outcome: string } {
  if (error instanceof NeedsReconnect)
    return { reason: 'needs_reconnect', outcome: 'Waiting for the account to be connected again' };
  const failure = classifyStripeError(error);
  if (failure === 'rate_limited') return { reason: 'rate_limited', outcome: 'Waiting: Stripe asks for fewer requests' };
  if (failure === 'forbidden')
    return { reason: 'stripe_unavailable', outcome: 'Waiting: the connection may not read the customer at Stripe' };
  if (failure) return { reason: 'stripe_unavailable', outcome: 'Waiting: Stripe could not be asked whose event it is' };
  return { reason: 'internal_error', outcome: 'Waiting: something went wrong on our side' };
}

/** Another app can't uninstall what has been connected again since. */
async function uninstall(ctx: Context, { tenant, row, install }: Job): Promise<void> {
  const isOld = install !== undefined && row.created * 1000 < lastGrantAt(install) - 1_000;
  if (!isOld) await endInstall(ctx, tenant);
  await update(ctx, row, {
    status: 'processed',
    reason: isOld ? 'stale' : null,
    outcome: isOld ? 'The app has been installed again since' : 'The app was uninstalled; the account is disconnected',
    due_at: null,
    claims: 0,
  });
}

const end = (ctx: Context, row: Row<'event'>, reason: EventReason, outcome: string) =>
  update(ctx, row, { status: 'failed', reason, outcome, due_at: null, claims: 0 });

const handBack = (ctx: Context, row: Row<'event'>) =>
  update(ctx, row, { due_at: ctx.clock.now() + 1_000, claims: 0, attempts: row.attempts - 1 });

async function update(ctx: Context, row: Row<'event'>, fields: Partial<Row<'event'>>): Promise<void> {
  await ctx.db
    .updateTable('event')
    .set(fields)
    .where('account_id', '=', row.account_id)
    .where('livemode', '=', row.livemode)
    .where('id', '=', row.id)
    .execute();
  if (fields.status) ctx.metrics.outcomes.inc({ status: fields.status, reason: fields.reason ?? '' });
}

function note(ctx: Context, settled: readonly Settled[]): void {
  const now = ctx.clock.now();
  for (const { job, decision } of settled) {
    ctx.metrics.outcomes.inc({ status: decision.status, reason: decision.reason ?? '' });
    ctx.metrics.lagSeconds.observe(Math.max(0, now - job.row.received_at) / 1000);
  }
}

function partition<T>(values: readonly T[], belongs: (value: T) => boolean): [T[], T[]] {
  return [values.filter(belongs), values.filter((value) => !belongs(value))];
}
