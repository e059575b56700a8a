/** One email to the mail server, and what its answer means for the email. */
import type { EmailReason } from '../../shared/api';
import { EMAIL_REASONS, reasonOfRefusal } from '../../shared/words/email-reasons';
import { suppressAddress } from '../audience/suppressions';
import type { Context } from '../context';
import { backOffMs } from '../db/back-off';
import { retryLater, type JobFailure } from '../db/queue';
import type { Row, Trx } from '../db/schema';
import { tenantOf } from '../db/tenant';
import { wantsOf, type Wants } from '../installs/wants';
import { withConfirmLink } from './confirmation';
import { findBodyToSend } from './emails';
import { returnPath } from './email-token';
import { recordResult, recordSurely } from './record-email';
import { readRemoteId } from './remote-id';
import { recordEmails } from './tell-of-emails';
import type { RefusalLog } from './refusal-log';
import { classifySmtpError, type SmtpFailure } from './smtp-error';
import { LettersNotTaken } from './smtp-utf8';
import { addressOf, toMessage, UnknownAcceptance } from './transport';

type Email = Row<'email'>;

const GIVE_UP_MS = 24 * 60 * 60_000;
export const BACK_OFF = { first: 10_000, longest: 60 * 60_000 };
/** Quotas and pauses are longer than a connection's troubles. */
const PAUSE_MS = 15 * 60_000;

/** The mail server didn't take it this time. */
export class NotTaken extends Error {
  constructor(readonly failure: SmtpFailure) {
    super(failure.message);
  }
}

/** Records its result; throws NotTaken where the email goes again. */
export async function sendEmail(ctx: Context, email: Email, refusals: RefusalLog): Promise<undefined> {
  const body = await findBodyToSend(ctx.db, email);
  const wants = body && wantsOf(body);
  if (!body || !ctx.transport) return recordResult(ctx, email, failed('refused', EMAIL_REASONS.contentGone), wants);
  const to = addressOf(body);
  let reply: string;
  try {
    const message = toMessage(to, await withConfirmLink(ctx, email, body));
    reply = await ctx.transport.sendMail({ ...message, ...returnPath(ctx, email.id, to) });
  } catch (error) {
    if (error instanceof LettersNotTaken) return recordResult(ctx, email, failed('refused', error.message), wants);
    if (!(error instanceof UnknownAcceptance)) {
      const failure = classifySmtpError(error);
      refusals.note(ctx, failure);
      return recordRefusal(ctx, email, { to, failure, wants });
    }
    ctx.log.warn({ email: email.id }, 'whether the mail server took an email is not known');
    return recordSurely(ctx, email, failed('unknown_acceptance', EMAIL_REASONS.unknownAcceptance), wants);
  }
  const sent = { reason: null, outcome: null, sent_at: ctx.clock.now(), remote_id: readRemoteId(reply) };
  return recordSurely(ctx, email, { status: 'sent', ...sent }, wants);
}

async function recordRefusal(
  ctx: Context,
  email: Email,
  { to, failure, wants }: { to: string; failure: SmtpFailure; wants: Wants | undefined },
): Promise<undefined> {
  const { cause, message } = failure;
  if (cause === 'refused') return recordResult(ctx, email, failed('refused', EMAIL_REASONS.refused(message)), wants);
  if (cause !== 'mailbox') throw new NotTaken(failure);
  const suppression = { scope: 'all', reason: reasonOfRefusal(message), now: ctx.clock.now() } as const;
  await suppressAddress(ctx.db, tenantOf(email), to, suppression);
  return recordResult(ctx, email, failed('refused', EMAIL_REASONS.addressRefused(message)), wants);
}

const failed = (reason: EmailReason, outcome: string) => ({ status: 'failed', reason, outcome }) as const;

/** When it goes again, for a day. */
export function explainNotTaken(ctx: Context, email: Email, failure: SmtpFailure): JobFailure<'email'> {
  ctx.log.warn({ email: email.id, attempts: email.attempts, code: failure.code }, 'an email could not be sent yet');
  const now = ctx.clock.now();
  const give_up_at = email.give_up_at ?? now + GIVE_UP_MS;
  if (now >= give_up_at) return giveUp(ctx, email, EMAIL_REASONS.givenUp(failure.message));
  ctx.metrics.emails.inc({ status: 'retried' });
  const outcome = EMAIL_REASONS.willBeRetried(failure.message);
  const { againIn } = isPause(failure)
    ? { againIn: pauseAfter(now - (give_up_at - GIVE_UP_MS)) }
    : retryLater<'email'>(email, {}, BACK_OFF);
  return {
    againIn: Math.min(give_up_at - now, againIn ?? 0),
    fields: { reason: 'retrying', outcome, last_error: outcome, decided_at: now, give_up_at },
  };
}

const isPause = ({ cause }: SmtpFailure): boolean =>
  cause === 'throttled' || cause === 'sender' || cause === 'mailbox_busy';

/** 15, 30, 60 minutes and so on, by how long it has been tried, as other failures may have come between. */
const pauseAfter = (ms: number): number =>
  backOffMs(1 + Math.round(Math.log2(1 + ms / PAUSE_MS)), { first: PAUSE_MS, longest: GIVE_UP_MS });

/** It ends `failed`, without anybody being blamed. */
export function giveUp(ctx: Context, email: Email, outcome: string): JobFailure<'email'> {
  ctx.metrics.emails.inc({ status: 'failed' });
  const also = (trx: Trx) => recordEmails(trx, [email], 'email.failed', ctx.clock.now());
  return {
    againIn: null,
    also,
    fields: { ...failed('gave_up', outcome), last_error: outcome, decided_at: ctx.clock.now() },
  };
}
