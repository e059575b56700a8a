/** The queue of events: a batch is decided and written in one transaction; Stripe is asked for those that need it. */
import { sql } from 'kysely';
import type { EventReason } from '../../shared/api';
import { namePermission } from '../../shared/words/permissions';
import type { Context } from '../context';
import { inList } from '../db/bulk';
import { MAX_CLAIMS } from '../db/claim';
import { pages, PART } from '../db/parts';
import { CrashedTooOften, createQueue, retryLater, type Job, type JobFailure, type Queue } from '../db/queue';
import type { Db, Row } from '../db/schema';
import { ofTenant, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { NeedsReconnect } from '../installs/credentials';
import { classifyStripeError, missingPermission } from '../stripe';
import type { Question } from './decide';
import { readJobs } from './job';
import { lookUp } from './look-up';
import { processEvents, type Outcome } from './process';
import type { LookupResult } from './whose';

type EventJob = Job<'event', LookupResult>;

const GIVE_UP_MS = 72 * 3_600_000;
/** How often one waiting event of an install that could not be asked is tried, to notice Stripe's recovery. */
const PROBE_MS = 10_000;
/** While an install needs reconnecting its look-ups rest; reconnecting makes them due at once. */
const RECONNECT_WAIT_MS = 3_600_000;

export function createEventQueue(): Queue {
  const outages = createOutages();
  /** What is to be asked about those handed to `background`. */
  const questions = new WeakMap<EventJob, Question>();
  return createQueue<'event', LookupResult>({
    table: 'event',
    batch: 200,
    // A slow Stripe holds up nobody but those who need it, and no install the others.
    concurrency: 50,
    perInstall: 25,
    work: (ctx, claimed) => processBatch(ctx, claimed, questions),
    async background(ctx, claimed) {
      const { row } = claimed;
      const tenant = tenantOf(row);
      const [job] = await readJobs(ctx.db, [{ row }]);
      const found = await lookUp(ctx, tenant, job?.object ?? null, questions.get(claimed) ?? 'ask');
      if (outages.end(tenant)) await wakeWaitingEvents(ctx.db, tenant, ctx.clock.now());
      return found;
    },
    explain: (ctx, row, error) => explain(ctx, row, error, outages),
  });
}

async function processBatch(
  ctx: Context,
  claimed: readonly EventJob[],
  questions: WeakMap<EventJob, Question>,
): Promise<EventJob[]> {
  const jobs = await readJobs(ctx.db, claimed);
  const { outcomes, toAsk } = await transact(ctx.db, (trx) => processEvents(trx, jobs, ctx.clock.now()));
  countOutcomes(ctx, outcomes);
  const asked = new Map(toAsk.map(({ job, question }) => [job.row.seq, question]));
  return claimed.filter((one) => {
    const question = asked.get(one.row.seq);
    if (question) questions.set(one, question);
    return question !== undefined;
  });
}

export function countOutcomes(ctx: Context, outcomes: readonly Outcome[]): void {
  const now = ctx.clock.now();
  for (const { job, decision } of outcomes) {
    ctx.metrics.outcomes.inc({ status: decision.status, reason: decision.reason ?? '' });
    ctx.metrics.lagSeconds.observe(Math.max(0, now - job.row.received_at) / 1000);
  }
}

type Outages = ReturnType<typeof createOutages>;

/**
 * Installs that could not be asked. After a long outage the back-off is long: one waiting event of each is tried often
 * instead, and its success wakes the others.
 */
function createOutages() {
  /** By install: the event that probes, and when it is due next. */
  const probes = new Map<string, { seq: string; dueAt: number }>();
  return {
    /** Whether this event is the one that probes; it is when no other is, or the other has not come back. */
    isProbe(row: Row<'event'>, now: number): boolean {
      const key = tenantKey(tenantOf(row));
      const probe = probes.get(key);
      if (probe && probe.seq !== row.seq && now < probe.dueAt + PROBE_MS) return false;
      probes.set(key, { seq: row.seq, dueAt: now + PROBE_MS });
      return true;
    },
    /** Whether there was one. */
    end: (tenant: Tenant): boolean => probes.delete(tenantKey(tenant)),
  };
}

const ASKABLE: EventReason[] = ['stripe_unavailable', 'rate_limited'];

function explain(ctx: Context, row: Row<'event'>, error: unknown, outages: Outages): JobFailure<'event'> {
  const now = ctx.clock.now();
  if (error instanceof CrashedTooOften)
    return end(ctx, 'crashed', `Gave up: processing it ended the process ${MAX_CLAIMS} times`);
  const { reason, outcome } = wordsFor(error);
  if (reason === 'internal_error') ctx.log.error({ err: error, event: row.id }, 'an event could not be processed');
  const give_up_at = reason === 'needs_reconnect' ? null : (row.give_up_at ?? now + GIVE_UP_MS);
  if (give_up_at !== null && now >= give_up_at) return end(ctx, 'gave_up', `Gave up after three days: ${outcome}`);
  const last_error = error instanceof Error ? error.name : null;
  const fields = { status: 'waiting' as const, reason, outcome, give_up_at, last_error };
  ctx.metrics.outcomes.inc({ status: 'waiting', reason });
  const later = retryLater<'event'>(row, fields);
  if (reason === 'needs_reconnect') return { againIn: RECONNECT_WAIT_MS, fields };
  if (!ASKABLE.includes(reason) || !outages.isProbe(row, now)) return later;
  return { againIn: Math.min(PROBE_MS, later.againIn ?? PROBE_MS), fields };
}

function end(ctx: Context, reason: EventReason, outcome: string): JobFailure<'event'> {
  ctx.metrics.outcomes.inc({ status: 'failed', reason });
  return { againIn: null, fields: { status: 'failed', reason, outcome } };
}

const lacking = (error: unknown) => namePermission(missingPermission(error) ?? 'customer_read');

function wordsFor(error: unknown): { reason: EventReason; outcome: string } {
  if (error instanceof NeedsReconnect)
    return { reason: 'needs_reconnect', outcome: 'Waiting for the account to be connected again' };
  const failure = classifyStripeError(error);
  if (failure === 'rate_limited') return { reason: 'rate_limited', outcome: 'Waiting: Stripe asks for fewer requests' };
  if (failure === 'forbidden')
    return { reason: 'stripe_unavailable', outcome: `Waiting: the connection lacks the permission ${lacking(error)}` };
  if (failure) return { reason: 'stripe_unavailable', outcome: 'Waiting: Stripe could not be asked whose event it is' };
  return { reason: 'internal_error', outcome: 'Waiting: something went wrong on our side' };
}

/** Makes events due that wait for Stripe or for the account to be connected again. `now` in epoch milliseconds. */
export async function wakeWaitingEvents(db: Db, tenant: Tenant, now: number): Promise<void> {
  const next = (last?: { seq: string }) =>
    db
      .selectFrom('event')
      .select('seq')
      .where(ofTenant(tenant))
      // A literal, so that SQLite may use the partial index.
      .where('status', '=', sql.lit('waiting'))
      .where('seq', '>', last?.seq ?? '')
      .orderBy('seq')
      .limit(PART)
      .execute();
  for await (const some of pages(next))
    await db
      .updateTable('event')
      .set({ due_at: now })
      .where(ofTenant(tenant))
      .where('seq', 'in', inList(some.map(({ seq }) => seq)))
      .where('status', '=', 'waiting')
      .where('claims', '=', 0)
      .execute();
}
