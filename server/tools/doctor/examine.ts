/** Every check of `npm run doctor`, in the order in which faults are best mended. */
import { isSuppressionKeyOpen } from '../../audience/suppression-key';
import { checkMailbox } from '../../bounces/mailbox';
import type { Config, Secrets } from '../../config';
import { createContext, type Context } from '../../context';
import { openDatabase } from '../../db/open';
import { examineDeliverability } from '../../deliverability/examine';
import { countRefused } from '../../emails/emails';
import { classifySmtpError } from '../../emails/smtp-error';
import { createLog, redact } from '../../log';
import { examineClock } from './clock';
import { examineDatabase, findMissingFile } from './database';
import { fault, ok, skipped, type Finding } from '../../finding';
import { examineInstalls } from './installs';
import { examineModes } from './stripe';

const ADDRESS_TIMEOUT_MS = 5_000;
const DAY_MS = 24 * 60 * 60_000;

/** Opens what the settings name, examines it, and closes it again. */
export async function examineSettings(settings: { config: Config; secrets: Secrets }): Promise<Finding[]> {
  const isMissing = findMissingFile(settings.secrets.databaseUrl) !== undefined;
  const log = createLog('silent');
  const ctx = createContext(settings, isMissing ? { log, db: openDatabase('sqlite::memory:') } : { log });
  try {
    return await examine(ctx);
  } finally {
    ctx.transport?.close();
    await ctx.db.destroy();
  }
}

export async function examine(ctx: Context): Promise<Finding[]> {
  const database = findMissingFile(ctx.secrets.databaseUrl) ?? (await examineDatabase(ctx));
  return [
    database,
    ...(await examineModes(ctx)),
    ...(database.kind === 'ok' ? [...(await examineSuppressions(ctx)), ...(await examineInstalls(ctx))] : []),
    await examineClock(ctx),
    await examineMail(ctx),
    ...(await examineDeliverability(ctx)),
    ...(database.kind === 'ok' ? await examineRefusals(ctx) : []),
    await examineBounces(ctx),
    await examineAddress(ctx),
  ];
}

async function examineSuppressions(ctx: Context): Promise<Finding[]> {
  if (await isSuppressionKeyOpen(ctx)) return [];
  const says = 'no key in ENCRYPTION_KEY opens the key of the suppressed addresses: the server will not start';
  return [fault('Suppressions', says, 'put the earlier key back as well')];
}

async function examineMail({ transport, config }: Context): Promise<Finding> {
  if (!transport) return skipped('Email', 'SMTP_URL is not set: emails are kept, not sent');
  try {
    await transport.verify();
    const { mailFrom, mailFromMarketing } = config;
    const marketing = mailFromMarketing === mailFrom ? '' : `, marketing from ${mailFromMarketing ?? ''}`;
    return ok('Email', `the SMTP server takes our login; mail comes from ${mailFrom ?? ''}${marketing}`);
  } catch (error) {
    return fault('Email', `the SMTP server: ${classifySmtpError(error).message}`, 'look at SMTP_URL');
  }
}

/** One may be the email's own fault. */
async function examineRefusals({ db, clock }: Context): Promise<Finding[]> {
  const count = await countRefused(db, clock.now() - DAY_MS);
  if (count < 2) return [];
  const says = `the SMTP server refused ${count} emails of the last day for good, not because of their addresses`;
  return [fault('Refusals', says, 'open Emails in the console, filter by Failed: each has the answer')];
}

async function examineBounces({ secrets }: Context): Promise<Finding> {
  const { token, ...providers } = secrets.bounces;
  if (secrets.bounceMailbox === null)
    return token !== null && Object.values(providers).some(Boolean)
      ? ok('Bounces', 'mail providers may report at /bounces')
      : skipped('Bounces', 'neither a provider nor BOUNCE_IMAP_URL is set up: bounces that come later stay unknown');
  try {
    await checkMailbox(secrets.bounceMailbox);
    return ok('Bounces', 'the mailbox of BOUNCE_IMAP_URL opens');
  } catch (error) {
    const { responseText, message } = error as { responseText?: string; message?: string };
    return fault('Bounces', `the mailbox: ${redact(responseText ?? message ?? '')}`, 'look at BOUNCE_IMAP_URL');
  }
}

/** From here, not from Stripe: a proxy that only outsiders pass is not seen. On a laptop the server may well be off. */
async function examineAddress({ config: { production, publicUrl } }: Context): Promise<Finding> {
  const says = await missingAt(publicUrl);
  if (says === undefined) return ok('Address', `${publicUrl} answers and is ready`);
  const next = 'start the server; then look at the proxy in front of it and at PUBLIC_URL';
  return (production ? fault : skipped)('Address', says, next);
}

async function missingAt(publicUrl: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${publicUrl}/readyz`, { signal: AbortSignal.timeout(ADDRESS_TIMEOUT_MS) });
    const { status } = (await response.json()) as { status?: unknown };
    return status === 'ready' ? undefined : `${publicUrl} answers ${response.status}`;
  } catch {
    return `${publicUrl} gives no answer that Tillpost would give`;
  }
}
