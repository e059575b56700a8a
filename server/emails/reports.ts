/**
 * What is reported of an email after it was sent, and what that changes. Each kind counts once for an email, so a report
 * that comes again, or was read by a process that died, changes nothing more; a suppression that a person has lifted stays
 * lifted.
 */
import { COMPLAINED, EMAIL_REASONS, reasonOfBounce } from '../../shared/words/email-reasons';
import { changeConsent } from '../audience/consent';
import { suppressAddress } from '../audience/suppressions';
import { cleanText } from '../clean-text';
import type { Context } from '../context';
import type { Row, Trx } from '../db/schema';
import { ofTenant, tenantOf } from '../db/tenant';
import { transact } from '../db/transact';
import { redact } from '../log';
import { findEmail } from './emails';
import { findReader } from './find-reader';
import { isCopy } from './recipient';
import { findNamedEmail, type EmailNames } from './named-email';
import { recordEmails } from './tell-of-emails';

type Email = Row<'email'>;

export interface Report {
  /** `hard`: the address takes no mail. `soft`: not delivered so far, or for a reason that is not the address. */
  kind: 'delivered' | 'soft' | 'hard' | 'complaint';
  /** Never the address alone. */
  names: EmailNames;
  /** Epoch milliseconds; NaN where nothing says when. */
  at: number;
  /** The words of the mail server, such as `550 5.1.1 User unknown`; empty where there are none. */
  said: string;
}

const MAX_WORDS = 300;

/** `nothing`: unknown, or known already. `too_early`: that the email was sent is not noted yet; it is to be reported again. */
export type Recorded = 'recorded' | 'nothing' | 'too_early';

export async function recordReport(ctx: Context, report: Report): Promise<Recorded> {
  const named = await findNamedEmail(ctx, report.names);
  if (!named) return 'nothing';
  const now = ctx.clock.now();
  const recorded = await transact(ctx.db, async (trx): Promise<Recorded> => {
    const email = await findEmail(trx, tenantOf(named), named.id);
    if (email?.status === 'queued') return 'too_early';
    const changes = email && changesOf(email, report, now);
    if (!changes) return 'nothing';
    await trx
      .updateTable('email')
      .set(email.to_address === '' ? { ...changes, outcome: null } : changes)
      .where(ofTenant(tenantOf(email)))
      .where('id', '=', email.id)
      .execute();
    await recordEmails(trx, [email], TOLD[report.kind], now);
    if (report.kind === 'hard') await suppress(trx, email, 'all', reasonOfBounce(report.said), now);
    if (report.kind === 'complaint') await heedComplaint(trx, email, now);
    return 'recorded';
  });
  const counted = { hard: 'bounced', complaint: 'complained', soft: undefined, delivered: undefined }[report.kind];
  if (recorded === 'recorded' && counted) ctx.metrics.emails.inc({ status: counted });
  return recorded;
}

const TOLD = {
  hard: 'email.bounced',
  complaint: 'email.complained',
  delivered: 'email.delivered',
  soft: null,
} as const;

/** What is looked at for secrets: a stranger may have written a megabyte. */
const MAX_READ = 2_000;

/** Undefined where the report is nothing new, or can't be about this email: it never went out. */
function changesOf(email: Email, { kind, at, said }: Report, now: number): Partial<Email> | undefined {
  if (email.status !== 'sent' && email.status !== 'failed') return undefined;
  const time = Math.max(email.created_at, Math.min(now, Math.floor(Number.isNaN(at) ? now : at)));
  const words = cleanText(redact(said.slice(0, MAX_READ)))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_WORDS);
  const isOpen = email.status === 'sent' && email.bounced_at === null && email.complained_at === null;
  switch (kind) {
    case 'delivered':
      if (email.delivered_at !== null) return undefined;
      return { delivered_at: time, ...(isOpen ? { outcome: null } : {}) };
    case 'soft': {
      const outcome = EMAIL_REASONS.notDelivered(words);
      const isOver = email.delivered_at !== null && time <= email.delivered_at;
      return isOpen && !isOver && email.outcome !== outcome ? { outcome } : undefined;
    }
    case 'hard':
      if (email.bounced_at !== null) return undefined;
      return { bounced_at: time, reason: 'bounced', outcome: EMAIL_REASONS.bounced(words) };
    case 'complaint':
      if (email.complained_at !== null) return undefined;
      return { complained_at: time, ...(isOpen ? { outcome: EMAIL_REASONS.complained } : {}) };
  }
}

/** Nobody knows any more where the email of a deleted contact went. */
async function suppress(trx: Trx, email: Email, scope: 'all' | 'marketing', reason: string, now: number) {
  if (email.to_address !== '') await suppressAddress(trx, tenantOf(email), email.to_address, { scope, reason, now });
}

/** A billing contact says nothing for the contact: only its own address gets no more. */
async function heedComplaint(trx: Trx, email: Email, now: number): Promise<void> {
  if (isCopy(email)) return suppress(trx, email, 'all', COMPLAINED, now);
  const change = { status: 'unsubscribed', cause: 'complaint', emailId: email.id } as const;
  const reader = await findReader(trx, email);
  if (reader) await changeConsent(trx, tenantOf(email), reader.id, change, now);
  else await suppress(trx, email, 'marketing', 'unsubscribed', now);
}
