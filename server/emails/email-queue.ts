/**
 * The queue of emails. When an email is claimed, consent and suppression are judged, whether what it says still is so, and
 * it is made from what is known then; then it goes out beside the loop, on one of the transport's connections, and its
 * result is recorded. A process killed in between leaves the claim, and the message goes out with the same Message-ID when
 * the lease ends.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { WAITS_FOR_STRIPE } from '../../shared/words/only-while';
import { allDone } from '../all-done';
import type { Context } from '../context';
import { backOffMs } from '../db/back-off';
import { inList, upsert } from '../db/bulk';
import { CrashedTooOften, createQueue, retryLater, type JobFailure, type Job, type Queue } from '../db/queue';
import type { Row } from '../db/schema';
import { ofTenant, tenantKey, tenantOf } from '../db/tenant';
import { groupBy } from '../group-by';
import type { ComposedEmail } from './compose';
import { maySend, type SendVerdict } from './may-send';
import type { Brought, Preparation, Prepared } from './preparation';
import { createPace, readRates, type Pace } from './pace';
import { createRefusalLog } from './refusal-log';
import { loadSendFacts } from './send-facts';
import { handBack, RELEASED } from './record-email';
import { BACK_OFF, explainNotTaken, giveUp, NotTaken, sendEmail } from './send-email';
import { MAX_CONNECTIONS } from './transport';

type Email = Row<'email'>;
type EmailJob = Job<'email', Brought>;

/** Emails taken at once where nothing is sent. */
const BATCH = 200;
/** Milliseconds the loop waits for emails to be made; what takes longer is made beside it. */
const SOON_MS = 50;
/** A plain email takes too long as well where a busy machine lets nobody work: it is held when it did each time. */
const COSTLY_TRIES = 3;
const ASK_AGAIN = { first: 10_000, longest: 30 * 60_000 };
/** Of the connections' places: a Stripe that is slow for one account must not hold up everybody's mail. */
const ASKED_AT_ONCE_PER_INSTALL = 2;
/** The others come back one after the other: so many milliseconds apart. */
const ASK_EVERY_MS = 100;

export function createEmailQueue(preparation: Preparation): Queue {
  /** Of those handed to `background`: about which Stripe is to be asked first, and which are still being made. */
  const toAsk = new WeakSet<EmailJob>();
  const beingMade = new WeakMap<EmailJob, Promise<ComposedEmail>>();
  /** The install of each email about which Stripe is being asked. */
  const asking: string[] = [];
  /** When the last of an install's others comes back, epoch milliseconds. */
  const askAgainAt = new Map<string, number>();
  const refusals = createRefusalLog();
  let pace: Pace | undefined;
  let alarm: NodeJS.Timeout | undefined;
  const paceOf = (ctx: Context) => (pace ??= createPace(readRates(ctx.secrets.smtpUrl)));

  /** The queue is nudged when there may be more. */
  function room(ctx: Context, free: number): number {
    if (!ctx.transport) return BATCH;
    const now = ctx.clock.now();
    const allowed = paceOf(ctx).free(now);
    if (allowed === 0) alarm ??= setTimeout(() => ring(ctx), paceOf(ctx).nextAt() - now).unref();
    return Math.min(allowed, free);
  }

  function ring(ctx: Context): void {
    alarm = undefined;
    ctx.nudge();
  }

  /** Whether Stripe may be asked about one more email of its install, beside `others`; if not, it comes again soon. */
  async function mayAsk(ctx: Context, job: EmailJob, others: readonly EmailJob[]): Promise<boolean> {
    const install = tenantKey(tenantOf(job.row));
    const chosen = others.filter((one) => toAsk.has(one)).map(({ row }) => tenantKey(tenantOf(row)));
    const isRoom = [...asking, ...chosen].filter((one) => one === install).length < ASKED_AT_ONCE_PER_INSTALL;
    if (isRoom) toAsk.add(job);
    else {
      const at = Math.max(ctx.clock.now(), askAgainAt.get(install) ?? 0) + ASK_EVERY_MS;
      askAgainAt.set(install, at);
      await handBack(ctx, job.row, at);
    }
    return isRoom;
  }

  /** Whether it is this email's turn by the rates; if not, it comes again when it is. */
  async function isItsTurn(ctx: Context, email: Email): Promise<boolean> {
    const now = ctx.clock.now();
    const turn = paceOf(ctx).turnOf(email.id, tenantKey(tenantOf(email)), now);
    if (turn > now) await handBack(ctx, email, turn);
    else paceOf(ctx).spend(now);
    return turn <= now;
  }

  return createQueue<'email', Brought>({
    table: 'email',
    concurrency: MAX_CONNECTIONS,
    room,
    async work(ctx, jobs) {
      const emails = jobs.map(({ row }) => row);
      const brought = new Map(jobs.flatMap(({ row, result }) => (result ? [[row.id, result]] : [])));
      const judged = (await loadSendFacts(ctx, emails)).map(({ email, facts }) => ({
        email,
        verdict: maySend(email, facts),
      }));
      const going = judged.filter(({ verdict }) => verdict.kind !== 'keep');
      const prepared = await preparation.prepare(
        ctx,
        going.map(({ email }) => email),
        brought,
      );
      // Without a mail server there are no places to wait in beside the loop.
      const decided = await madeWithin(ctx.transport ? SOON_MS : null, prepared);
      // First: killed in between, the email is kept back since its run has ended.
      await preparation.endRuns(ctx, untrueOf(going, decided));
      const left = await recordPrepared(ctx, [
        ...judged.filter(({ verdict }) => verdict.kind === 'keep').map((one) => ({ ...one, prepared: undefined })),
        ...going.map((one, n) => ({ ...one, prepared: decided[n] })),
      ]);
      const goOn: EmailJob[] = [];
      for (const job of jobs) {
        const next = left.get(job.row);
        if (next === undefined) continue;
        if (next instanceof Promise) beingMade.set(job, next);
        else if (!(await (next === 'ask' ? mayAsk(ctx, job, goOn) : isItsTurn(ctx, job.row)))) continue;
        goOn.push(job);
      }
      return goOn;
    },
    async background(ctx, job) {
      const made = beingMade.get(job);
      if (made) return made;
      if (!toAsk.has(job)) return sendEmail(ctx, job.row, refusals);
      const install = tenantKey(tenantOf(job.row));
      asking.push(install);
      try {
        await preparation.ask(ctx, job.row);
        return 'asked';
      } catch (error) {
        throw new NotAsked('Stripe could not be asked', { cause: error });
      } finally {
        asking.splice(asking.indexOf(install), 1);
      }
    },
    explain(ctx, email, error) {
      if (error instanceof NotTaken && error.failure.slowsDown)
        paceOf(ctx).slowDown(tenantKey(tenantOf(email)), ctx.clock.now());
      return explain(ctx, email, error);
    },
  });
}

/** Stripe could not be asked whether what the email says still is so. */
class NotAsked extends Error {}

/** What is decided, once it was made; `making`: it takes longer. */
type Decided =
  | Exclude<Prepared, { kind: 'ready' }>
  | { kind: 'ready'; made: ComposedEmail | null }
  | { kind: 'making'; email: Promise<ComposedEmail> };

/** `ms` null: as long as it takes. */
async function madeWithin(ms: number | null, prepared: readonly Prepared[]): Promise<Decided[]> {
  const made = new Map<Prepared, ComposedEmail>();
  const all = allDone(prepared.map(async (one) => one.kind === 'ready' && one.made && made.set(one, await one.made)));
  if (ms === null) await all;
  else {
    const inTime = new AbortController();
    const over = wait(ms, undefined, { signal: inTime.signal }).catch(() => undefined);
    await Promise.race([all, over]).finally(() => inTime.abort());
  }
  return prepared.map((one) => {
    if (one.kind !== 'ready') return one;
    const email = made.get(one);
    return one.made && !email ? { kind: 'making', email: one.made } : { kind: 'ready', made: email ?? null };
  });
}

interface Judged {
  email: Email;
  verdict: SendVerdict;
  /** Undefined for those that are kept back whatever they say. */
  prepared: Decided | undefined;
}

const untrueOf = (going: readonly { email: Email }[], decided: readonly Decided[]) =>
  going.flatMap(({ email }, n) => {
    const one = decided[n];
    return one?.kind === 'untrue' ? [{ email, reason: one.reason, outcome: one.outcome }] : [];
  });

/** Records what is decided; returns what is still to do for the others. */
async function recordPrepared(
  ctx: Context,
  judged: readonly Judged[],
): Promise<Map<Email, 'ask' | 'send' | Promise<ComposedEmail>>> {
  const left = new Map<Email, 'ask' | 'send' | Promise<ComposedEmail>>();
  const changes: { email: Email; fields: Partial<Email> }[] = [];
  const bodies: Row<'email_body'>[] = [];
  const over = { due_at: null, claims: 0 };
  for (const { email, verdict, prepared } of judged) {
    const record = (fields: Partial<Email>) => changes.push({ email, fields });
    if (verdict.kind === 'keep') {
      const { status, reason, outcome } = verdict;
      record({ status, reason, outcome, ...over });
      continue;
    }
    if (prepared?.kind === 'ask') left.set(email, 'ask');
    else if (prepared?.kind === 'making') left.set(email, prepared.email);
    else if (prepared?.kind === 'untrue') {
      const { reason, outcome } = prepared;
      record({ status: 'suppressed', reason, outcome, ...over });
    } else if (prepared?.kind === 'wait') record({ due_at: prepared.dueAt, claims: 0, outcome: prepared.outcome });
    else {
      const made = prepared?.made;
      const { kind, to_address, subject, reason = null, outcome = null } = made?.row ?? email;
      const fields = { kind, to_address, subject };
      if (made?.body) bodies.push(made.body);
      if (made?.againIn !== undefined) {
        // Not its fault: it doesn't count as a try.
        record({ due_at: ctx.clock.now() + made.againIn, claims: 0, attempts: email.attempts - 1, outcome });
      } else if (made && reason === 'over_budget' && email.attempts < COSTLY_TRIES) {
        record({ due_at: ctx.clock.now() + backOffMs(email.attempts, BACK_OFF), claims: 0, outcome });
      } else if (made && !made.body) record({ ...fields, status: 'held', reason, outcome, ...over });
      else if (verdict.kind === 'capture')
        record({ ...fields, status: 'captured', reason: verdict.reason, outcome: verdict.outcome, ...over });
      else {
        if (made) record({ ...fields, outcome: null, reason: null });
        left.set(email, 'send');
      }
    }
  }
  const written = await recordChanges(ctx, changes, bodies);
  // What isn't ours any more isn't ours to send: its lease was over, or it was ended meanwhile.
  for (const { email } of changes) if (!written.has(email.id)) left.delete(email);
  return left;
}

/**
 * Emails to which the same happens in one statement; returns the ids of those that were written to. Nothing is written to
 * those whose contact was deleted while they were made, or that have ended meanwhile.
 */
async function recordChanges(
  ctx: Context,
  changes: readonly { email: Email; fields: Partial<Email> }[],
  bodies: readonly Row<'email_body'>[],
): Promise<Set<string>> {
  const written = new Set<string>();
  if (changes.length === 0 && bodies.length === 0) return written;
  const alike = ({ email, fields }: (typeof changes)[number]) =>
    JSON.stringify([tenantKey(tenantOf(email)), Object.entries(fields)]);
  await ctx.db.transaction().execute(async (trx) => {
    for (const group of groupBy(changes, alike).values()) {
      const [{ email, fields }] = group;
      const rows = await trx
        .updateTable('email')
        .set(fields)
        .where(ofTenant(tenantOf(email)))
        .where('status', '=', 'queued')
        .where('id', 'in', inList(group.map((one) => one.email.id)))
        .$if(fields.to_address !== undefined, (query) => query.where('to_address', '<>', RELEASED))
        .returning('id')
        .execute();
      for (const { id } of rows) written.add(id);
    }
    await upsert(
      trx,
      'email_body',
      ['email_id'],
      bodies.filter((body) => written.has(body.email_id)),
    );
  });
  for (const { fields } of changes) if (fields.status) ctx.metrics.emails.inc({ status: fields.status });
  return written;
}

function explain(ctx: Context, email: Email, error: unknown): JobFailure<'email'> {
  if (error instanceof CrashedTooOften) return giveUp(ctx, EMAIL_REASONS.crashed);
  if (error instanceof NotTaken) return explainNotTaken(ctx, email, error.failure);
  if (error instanceof NotAsked) {
    ctx.log.warn({ err: error.cause, email: email.id }, 'an email waits: Stripe could not be asked');
    return retryLater<'email'>(email, { outcome: WAITS_FOR_STRIPE }, ASK_AGAIN);
  }
  ctx.log.error({ err: error, email: email.id }, 'an email could not be judged or its result not recorded');
  return retryLater<'email'>(email, {}, BACK_OFF);
}
