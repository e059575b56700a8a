/**
 * The queue of emails. When an email is claimed, consent and suppression are judged, whether what it says still is so, and
 * it is made from what is known then; then it goes out beside the loop, on one of the transport's connections, and its
 * result is recorded. A process killed in between leaves the claim, and the message goes out with the same Message-ID when
 * the lease ends.
 */
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { WAITS_FOR_STRIPE } from '../../shared/words/only-while';
import type { Context } from '../context';
import {
  CrashedTooOften,
  createQueue,
  retryLater,
  type JobFailure,
  type Job,
  type LeftJob,
  type Queue,
} from '../db/queue';
import type { Row } from '../db/schema';
import { tenantKey, tenantOf } from '../db/tenant';
import type { ComposedEmail } from './compose';
import { limitTestMail } from './limit-test-mail';
import { maySend } from './may-send';
import type { Brought, Preparation } from './preparation';
import { createPace, readRates, type Pace } from './pace';
import { createRefusalLog } from './refusal-log';
import { loadSendFacts } from './send-facts';
import { madeWithin, recordPrepared, untrueOf } from './record-prepared';
import { BACK_OFF, explainNotTaken, giveUp, NotTaken, sendEmail } from './send-email';
import { MAX_CONNECTIONS } from './transport';

type Email = Row<'email'>;
type EmailJob = Job<'email', Brought>;

/** Emails taken at once where nothing is sent. */
const BATCH = 200;
/** Milliseconds the loop waits for emails to be made; what takes longer is made beside it. */
const SOON_MS = 50;
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

  /** When Stripe may be asked about one more email of its install, beside `others`; undefined: now. */
  function waitToAsk(ctx: Context, job: EmailJob, others: readonly EmailJob[]): number | undefined {
    const install = tenantKey(tenantOf(job.row));
    const chosen = others.filter((one) => toAsk.has(one)).map(({ row }) => tenantKey(tenantOf(row)));
    if ([...asking, ...chosen].filter((one) => one === install).length < ASKED_AT_ONCE_PER_INSTALL) return undefined;
    const at = Math.max(ctx.clock.now(), askAgainAt.get(install) ?? 0) + ASK_EVERY_MS;
    askAgainAt.set(install, at);
    return at;
  }

  /** When it is this email's turn by the rates; undefined: now, and it is counted. */
  function waitForTurn(ctx: Context, email: Email): number | undefined {
    const now = ctx.clock.now();
    // Others that were made beside the loop meanwhile may have taken what this one was claimed for.
    if (paceOf(ctx).free(now) === 0) return Math.ceil(paceOf(ctx).nextAt());
    const turn = paceOf(ctx).turnOf(email.id, tenantKey(tenantOf(email)), now);
    if (turn > now) return turn;
    paceOf(ctx).spend(now);
    return undefined;
  }

  return createQueue<'email', Brought>({
    table: 'email',
    concurrency: MAX_CONNECTIONS,
    room,
    async work(ctx, jobs) {
      const emails = jobs.map(({ row }) => row);
      const brought = new Map(jobs.flatMap(({ row, result }) => (result ? [[row.id, result]] : [])));
      // Consent is judged by what goes out, whatever the step said when it was queued.
      const kinds = await preparation.kinds(ctx, emails);
      for (const email of emails) email.kind = kinds.get(email.id) ?? email.kind;
      const allowed = (await loadSendFacts(ctx, emails)).map(({ email, facts }) => ({
        email,
        to: facts.to,
        verdict: maySend(email, facts),
      }));
      const judged = await limitTestMail(ctx, allowed);
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
      const putOff: LeftJob<'email', Brought>[] = [];
      for (const job of jobs) {
        const next = left.get(job.row);
        if (next === undefined) continue;
        if (next instanceof Promise) {
          beingMade.set(job, next);
          goOn.push(job);
          continue;
        }
        const putOffUntil = next === 'ask' ? waitToAsk(ctx, job, goOn) : waitForTurn(ctx, job.row);
        if (putOffUntil !== undefined) putOff.push({ ...job, putOffUntil });
        else {
          if (next === 'ask') toAsk.add(job);
          goOn.push(job);
        }
      }
      return [...goOn, ...putOff];
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

function explain(ctx: Context, email: Email, error: unknown): JobFailure<'email'> {
  if (error instanceof CrashedTooOften) return giveUp(ctx, email, EMAIL_REASONS.crashed);
  if (error instanceof NotTaken) return explainNotTaken(ctx, email, error.failure);
  if (error instanceof NotAsked) {
    ctx.log.warn({ err: error.cause, email: email.id }, 'an email waits: Stripe could not be asked');
    return retryLater<'email'>(email, { reason: null, outcome: WAITS_FOR_STRIPE }, ASK_AGAIN);
  }
  ctx.log.error({ err: error, email: email.id }, 'an email could not be judged or its result not recorded');
  return retryLater<'email'>(email, {}, BACK_OFF);
}
