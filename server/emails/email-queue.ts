/**
 * The queue of emails. Consent and suppression are judged when an email is claimed; then it goes out beside the loop, on
 * one of the transport's connections, and its result is recorded. A process killed in between leaves the claim, and the
 * same message with the same Message-ID is sent when the lease ends.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { suppressAddress } from '../audience/suppressions';
import type { Context } from '../context';
import { inList } from '../db/bulk';
import { CrashedTooOften, createQueue, retryLater, type JobFailure, type Job, type Queue } from '../db/queue';
import type { Row } from '../db/schema';
import { ofTenant, tenantKey, tenantOf } from '../db/tenant';
import { groupBy } from '../group-by';
import { findEmailBody } from './emails';
import { maySend, type SendVerdict } from './may-send';
import { createPace, readRates, type Pace } from './pace';
import { loadSendFacts } from './send-facts';
import { classifySmtpError, type SmtpFailure } from './smtp-error';
import { MAX_CONNECTIONS, toMessage } from './transport';

type Email = Row<'email'>;
type EmailJob = Job<'email', never>;

/** Emails taken at once where nothing is sent. */
const BATCH = 200;
const GIVE_UP_MS = 24 * 60 * 60_000;
/** Together shorter than what is left of the lease. */
const RECORD_TRIES = 20;
const RECORD_AGAIN_MS = 500;
const BACK_OFF = { first: 10_000, longest: 60 * 60_000 };

export function createEmailQueue(): Queue {
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

  /** Whether it is this email's turn by the rates; if not, it comes again when it is. */
  async function isItsTurn(ctx: Context, email: Email): Promise<boolean> {
    const now = ctx.clock.now();
    const turn = paceOf(ctx).turnOf(email.id, tenantKey(tenantOf(email)), now);
    if (turn > now) await update(ctx, email, { due_at: turn, claims: 0, attempts: email.attempts - 1 });
    else paceOf(ctx).spend(now);
    return turn <= now;
  }

  return createQueue<'email'>({
    table: 'email',
    concurrency: MAX_CONNECTIONS,
    room,
    async work(ctx, jobs) {
      const known = await loadSendFacts(
        ctx,
        jobs.map(({ row }) => row),
      );
      const judged = known.map(({ email, facts }) => ({ email, verdict: maySend(email, facts) }));
      await keep(ctx, judged);
      const going = new Set(judged.flatMap(({ email, verdict }) => (verdict.kind === 'send' ? email : [])));
      const toSend: EmailJob[] = [];
      for (const job of jobs) if (going.has(job.row) && (await isItsTurn(ctx, job.row))) toSend.push(job);
      return toSend;
    },
    background: send,
    explain,
  });
}

/** Records the emails that don't go out, those with one reason in one statement. */
async function keep(ctx: Context, judged: readonly { email: Email; verdict: SendVerdict }[]): Promise<void> {
  const kept = judged.flatMap(({ email, verdict }) => (verdict.kind === 'keep' ? [{ email, verdict }] : []));
  const keyOf = ({ email, verdict }: (typeof kept)[number]) =>
    `${tenantKey(tenantOf(email))} ${verdict.status} ${verdict.reason}`;
  for (const group of groupBy(kept, keyOf).values()) {
    const [{ email, verdict }] = group;
    await ctx.db
      .updateTable('email')
      .set({ status: verdict.status, reason: verdict.reason, due_at: null, claims: 0 })
      .where(ofTenant(tenantOf(email)))
      .where('status', '=', 'queued')
      .where('id', 'in', inList(group.map((one) => one.email.id)))
      .execute();
    ctx.metrics.emails.inc({ status: verdict.status }, group.length);
  }
}

/** The mail server didn't take it this time. */
class NotTaken extends Error {
  constructor(readonly failure: SmtpFailure) {
    super(failure.message);
  }
}

async function send(ctx: Context, { row: email }: EmailJob): Promise<undefined> {
  const body = await findEmailBody(ctx.db, tenantOf(email), email.id);
  if (!body || !ctx.transport) return recordResult(ctx, email, { status: 'failed', reason: EMAIL_REASONS.contentGone });
  try {
    await ctx.transport.sendMail(toMessage(email.to_address, body));
  } catch (error) {
    const failure = classifySmtpError(error);
    if (failure.kind !== 'recipient') throw new NotTaken(failure);
    const reason = EMAIL_REASONS.addressRefused(failure.message);
    const suppression = { scope: 'all', reason: failure.message, now: ctx.clock.now() } as const;
    await suppressAddress(ctx.db, tenantOf(email), email.to_address, suppression);
    return recordResult(ctx, email, { status: 'failed', reason });
  }
  return recordSent(ctx, email);
}

/** A database that is away for a moment must not make the mail go out twice. */
async function recordSent(ctx: Context, email: Email): Promise<undefined> {
  const sent_at = ctx.clock.now();
  for (let tries = 1; ; tries++) {
    try {
      return await recordResult(ctx, email, { status: 'sent', reason: null, sent_at });
    } catch (error) {
      if (tries === RECORD_TRIES) throw error;
      await wait(RECORD_AGAIN_MS);
    }
  }
}

async function recordResult(
  ctx: Context,
  email: Email,
  fields: Partial<Email> & Pick<Email, 'status'>,
): Promise<undefined> {
  await update(ctx, email, { ...fields, last_error: fields.reason ?? null, due_at: null, claims: 0 });
  ctx.metrics.emails.inc({ status: fields.status });
}

/** Whatever has become of our claim: what was sent was sent. */
const update = (ctx: Context, email: Email, fields: Partial<Email>) =>
  ctx.db
    .updateTable('email')
    .set(fields)
    .where(ofTenant(tenantOf(email)))
    .where('id', '=', email.id)
    .where('status', '=', 'queued')
    .execute();

function explain(ctx: Context, email: Email, error: unknown): JobFailure<'email'> {
  if (error instanceof CrashedTooOften) return end(ctx, EMAIL_REASONS.crashed);
  if (!(error instanceof NotTaken)) {
    ctx.log.error({ err: error, email: email.id }, 'an email could not be judged or its result not recorded');
    return retryLater<'email'>(email, {}, BACK_OFF);
  }
  const { message, code } = error.failure;
  ctx.log.warn({ email: email.id, attempts: email.attempts, code }, 'an email could not be sent yet');
  const now = ctx.clock.now();
  const give_up_at = email.give_up_at ?? now + GIVE_UP_MS;
  if (now >= give_up_at) return end(ctx, EMAIL_REASONS.givenUp(message));
  ctx.metrics.emails.inc({ status: 'retried' });
  const reason = EMAIL_REASONS.willBeRetried(message);
  const { againIn } = retryLater<'email'>(email, {}, BACK_OFF);
  return {
    againIn: Math.min(give_up_at - now, againIn ?? 0),
    fields: { reason, last_error: reason, give_up_at },
  };
}

function end(ctx: Context, reason: string): JobFailure<'email'> {
  ctx.metrics.emails.inc({ status: 'failed' });
  return { againIn: null, fields: { status: 'failed', reason, last_error: reason } };
}
