/**
 * The queue of emails. Consent and suppression are judged when an email is claimed; then it goes out in the background,
 * on one of the transport's connections, and its result is noted. A process killed in between leaves the claim, and the
 * same message with the same Message-ID is sent when the lease ends.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { findSuppressions, suppressAddress } from '../audience/suppressions';
import type { Context } from '../context';
import { backOffMs } from '../db/back-off';
import { inList } from '../db/bulk';
import { LEASE_MS, MAX_CLAIMS } from '../db/claim';
import { createFairClaim } from '../db/fair-claim';
import type { Row, Schema } from '../db/schema';
import { ofTenant, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { isTenantConnected } from '../db/tenant-state';
import { readSettings } from '../settings/settings';
import type { Lane } from '../worker';
import { findEmailBody } from './emails';
import { groupBy } from './group-by';
import { maySend, type Verdict } from './may-send';
import { createPace, readRates, type Pace } from './pace';
import { classifySmtpError } from './smtp-error';
import { MAX_CONNECTIONS, toMessage, type Transport } from './transport';

type Email = Row<'email'>;

/** Emails taken at once where nothing is sent. */
const BATCH = 200;
const GIVE_UP_MS = 24 * 60 * 60_000;
/** Together shorter than what is left of the lease. */
const NOTE_TRIES = 20;
const NOTE_AGAIN_MS = 500;
const BACK_OFF = { first: 10_000, longest: 60 * 60_000 };

export function createEmailLane(): Lane {
  /** What is being sent, by email. */
  const sends = new Map<string, Promise<void>>();
  const claimNext = createFairClaim('email');
  let pace: Pace | undefined;
  let alarm: NodeJS.Timeout | undefined;

  function sendInBackground(ctx: Context, transport: Transport, email: Email): void {
    const send = sendEmail(ctx, transport, email)
      .catch((error: unknown) =>
        ctx.log.error({ err: error, email: email.id }, 'an email’s result was not noted; its lease will end'),
      )
      .finally(() => {
        sends.delete(email.id);
        ctx.nudge();
      });
    sends.set(email.id, send);
  }

  /** How many emails may be taken now. The lane is nudged when there may be more. */
  function room(ctx: Context, pace: Pace): number {
    if (!ctx.transport) return BATCH;
    const now = ctx.clock.now();
    const allowed = pace.free(now);
    if (allowed === 0) alarm ??= setTimeout(() => ring(ctx), pace.nextAt() - now).unref();
    return Math.min(allowed, MAX_CONNECTIONS - sends.size);
  }

  function ring(ctx: Context): void {
    alarm = undefined;
    ctx.nudge();
  }

  return {
    name: 'emails',
    queue: 'email',
    async work(ctx) {
      pace ??= createPace(readRates(ctx.secrets.smtpUrl));
      const limit = room(ctx, pace);
      if (limit <= 0) return 0;
      const emails = await claimNext(ctx.db, { now: ctx.clock.now(), limit });
      // After a clock that was set, or a machine that slept, a lease seems to have ended while we are still at it.
      const idle = emails.filter(({ id }) => !sends.has(id));
      for (const own of groupBy(idle, (email) => tenantKey(tenantOf(email))).values()) {
        const verdicts = await judge(ctx, own);
        await keep(ctx, verdicts);
        for (const { email, verdict } of verdicts) {
          if (verdict.kind !== 'send' || !ctx.transport) continue;
          const now = ctx.clock.now();
          const turn = pace.turnOf(email.id, tenantKey(tenantOf(email)), now);
          if (turn > now) {
            await update(ctx, email, { due_at: turn, claims: 0, attempts: email.attempts - 1 });
            continue;
          }
          pace.spend(now);
          sendInBackground(ctx, ctx.transport, email);
        }
      }
      return emails.length;
    },
    async settle() {
      while (sends.size > 0) await Promise.all(sends.values());
    },
  };
}

interface Judged {
  email: Email;
  verdict: Verdict;
}

async function judge(ctx: Context, emails: [Email, ...Email[]]): Promise<Judged[]> {
  const { db } = ctx;
  const tenant = tenantOf(emails[0]);
  const isConnected = await isTenantConnected(db, tenant);
  const settings = await readSettings(db, tenant);
  const suppressions = await findSuppressions(
    db,
    tenant,
    emails.map((email) => email.to_address),
  );
  const contacts = await statusesOf(
    ctx,
    tenant,
    'contact',
    emails.flatMap((email) => email.contact_id ?? []),
  );
  const runs = await statusesOf(
    ctx,
    tenant,
    'run',
    emails.flatMap((email) => email.run_id ?? []),
  );
  return emails.map((email) => {
    if (email.claims > MAX_CLAIMS)
      return {
        email,
        verdict: { kind: 'keep', status: 'failed', reason: 'Sending it ended the process several times' },
      };
    const verdict = maySend(email, {
      isConnected,
      livemode: tenant.livemode,
      hasTransport: ctx.transport !== null,
      testRecipients: settings.test_recipients,
      contact: contacts.get(email.contact_id ?? ''),
      suppression: suppressions.get(email.to_address),
      run: runs.get(email.run_id ?? ''),
    });
    return { email, verdict };
  });
}

async function statusesOf<T extends 'contact' | 'run'>({ db }: Context, tenant: Tenant, table: T, ids: string[]) {
  if (ids.length === 0) return new Map<string, { status: Schema[T]['status'] }>();
  const rows = await db
    .selectFrom(table as 'contact')
    .select(['id', 'status'])
    .where(ofTenant(tenant))
    .where('id', 'in', inList(ids))
    .execute();
  return new Map(rows.map(({ id, status }) => [id, { status: status as Schema[T]['status'] }]));
}

/** Notes the emails that don't go out, those with one reason in one statement. */
async function keep(ctx: Context, judged: readonly Judged[]): Promise<void> {
  const kept = judged.flatMap(({ email, verdict }) => (verdict.kind === 'keep' ? [{ email, verdict }] : []));
  for (const group of groupBy(kept, ({ verdict }) => `${verdict.status} ${verdict.reason}`).values()) {
    const [first] = group;
    const { status, reason } = first.verdict;
    await ctx.db
      .updateTable('email')
      .set({ status, reason, due_at: null, claims: 0 })
      .where(ofTenant(tenantOf(first.email)))
      .where('status', '=', 'queued')
      .where('id', 'in', inList(group.map(({ email }) => email.id)))
      .execute();
    ctx.metrics.emails.inc({ status }, group.length);
  }
}

async function sendEmail(ctx: Context, transport: Transport, email: Email): Promise<void> {
  const body = await findEmailBody(ctx.db, tenantOf(email), email.id);
  if (!body) return note(ctx, email, { status: 'failed', reason: 'Its content is gone', due_at: null });
  const heartbeat = setInterval(() => void extendLease(ctx, email), LEASE_MS / 3);
  try {
    await transport.sendMail(toMessage(email.to_address, body));
  } catch (error) {
    return await noteFailure(ctx, email, error);
  } finally {
    clearInterval(heartbeat);
  }
  await noteSent(ctx, email);
}

/** A database that is away for a moment must not make the mail go out twice. */
async function noteSent(ctx: Context, email: Email): Promise<void> {
  const sent_at = ctx.clock.now();
  for (let tries = 1; ; tries++) {
    try {
      return await note(ctx, email, { status: 'sent', reason: null, due_at: null, sent_at });
    } catch (error) {
      if (tries === NOTE_TRIES) throw error;
      await wait(NOTE_AGAIN_MS);
    }
  }
}

/** A slow server may take longer than a lease; nobody else may take the email up meanwhile. */
async function extendLease(ctx: Context, email: Email): Promise<void> {
  await update(ctx, email, { due_at: ctx.clock.now() + LEASE_MS }).catch((error: unknown) =>
    ctx.log.warn({ err: error, email: email.id }, 'a lease could not be extended'),
  );
}

async function noteFailure(ctx: Context, email: Email, error: unknown): Promise<void> {
  const now = ctx.clock.now();
  const failure = classifySmtpError(error);
  if (failure.kind === 'recipient') {
    const reason = `The mail server refused the address: ${failure.message}`;
    await suppressAddress(ctx.db, tenantOf(email), email.to_address, { scope: 'all', reason: failure.message, now });
    return note(ctx, email, { status: 'failed', reason, due_at: null });
  }
  ctx.log.warn({ email: email.id, attempts: email.attempts, code: failure.code }, 'an email could not be sent yet');
  const giveUpAt = email.give_up_at ?? now + GIVE_UP_MS;
  if (now >= giveUpAt)
    return note(ctx, email, { status: 'failed', reason: `Given up after a day: ${failure.message}`, due_at: null });
  ctx.metrics.retries.inc({ queue: 'emails' });
  const due_at = Math.min(giveUpAt, now + backOffMs(email.attempts, BACK_OFF));
  await note(ctx, email, {
    status: 'queued',
    reason: `Will be tried again: ${failure.message}`,
    due_at,
    give_up_at: giveUpAt,
  });
}

async function note(ctx: Context, email: Email, fields: Partial<Email> & Pick<Email, 'status'>): Promise<void> {
  await update(ctx, email, { ...fields, last_error: fields.reason ?? null, claims: 0 });
  ctx.metrics.emails.inc({ status: fields.status === 'queued' ? 'retried' : fields.status });
}

const update = (ctx: Context, email: Email, fields: Partial<Email>) =>
  ctx.db
    .updateTable('email')
    .set(fields)
    .where(ofTenant(tenantOf(email)))
    .where('id', '=', email.id)
    .where('status', '=', 'queued')
    .execute();
