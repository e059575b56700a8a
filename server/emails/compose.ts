/** An email's rows, ready to be inserted: rendered, with the headers it will bear, or held with the reason. */
import type { Insertable } from 'kysely';
import type { EmailKind } from '../../shared/api';
import { offersPayUrl, type TriggerType, type PropertyValue } from '../../shared/catalogue';
import type { DataValue } from '../../shared/transactional';
import type { Settings } from '../../shared/settings';
import type { EmailContent } from '../../shared/workflow';
import type { Context } from '../context';
import { insertNew } from '../db/bulk';
import { flag } from '../db/columns';
import { newId } from '../db/new-id';
import type { Db, Row, Schema } from '../db/schema';
import { tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import type { Logo } from '../settings/logos';
import { lookOf } from '../settings/look';
import { countsClicks, wrapLinks } from './click-links';
import { tracingHeaders } from './email-token';
import { payUrl } from './pay-token';
import { unsubscribeUrl } from './unsubscribe-token';

export interface EmailRequest {
  tenant: Tenant;
  settings: Settings;
  logo: Logo | undefined;
  /** The type of event that its workflow starts with; null where none causes it. */
  trigger: TriggerType | null;
  content: EmailContent;
  to: string;
  event: Record<string, PropertyValue>;
  contact: Record<string, PropertyValue>;
  /** Of what the event is about, as it is now; left out: as the event has it. */
  subject?: Record<string, PropertyValue>;
  /** Of a transactional email: what the program gave it. */
  data?: Record<string, DataValue>;
  /** What it belongs to; null for a test send. */
  origin: EmailOrigin | null;
  /** The event that a test send is made from: it goes when that event's contact does. */
  testOf?: string;
}

/** The run that an email belongs to. */
export interface EmailOrigin {
  run: Row<'run'>;
  stepId: string;
  /** The billing contact that gets it; left out: the contact itself does. */
  copyTo?: string;
}

export interface ComposedEmail {
  row: Insertable<Schema['email']>;
  /** Null while the email is held. */
  body: Insertable<Schema['email_body']> | null;
  /** Names the state of its subject that it was made from. */
  madeFrom?: string;
  /** Milliseconds until it may be made, where its install has used up its time for rendering. */
  againIn?: number;
}

export type ComposeContext = Pick<Context, 'config' | 'vault'>;

/** `id` is given to make a held email anew; `now` in epoch milliseconds. */
export async function composeEmail(
  ctx: ComposeContext & Pick<Context, 'rendering'>,
  { tenant, settings, logo, trigger, content, to, event, contact, subject = event, data, origin, testOf }: EmailRequest,
  now: number,
  id = newId('eml', now),
): Promise<ComposedEmail> {
  const unsubscribe = content.kind === 'marketing' ? unsubscribeUrl(ctx, tenant, id) : null;
  const { sender, locale, timezone } = settings;
  const rendered = await ctx.rendering.render(tenant, {
    content,
    event,
    contact,
    subject,
    ...(data ? { data } : {}),
    payUrl: trigger !== null && offersPayUrl(trigger) ? payUrl(ctx, tenant, origin === null ? null : id) : null,
    sender: { name: sender.from_name },
    locale,
    timezone,
    postalAddress: sender.postal_address,
    unsubscribeUrl: unsubscribe,
    look: lookOf(ctx.config.publicUrl, settings, logo),
  });
  const messageId = messageIdOf(ctx, id);
  const isHeld = rendered.kind === 'held';
  const row = {
    ...originColumns(origin),
    ...(testOf === undefined ? {} : { event_id: testOf }),
    id,
    kind: content.kind,
    to_address: to,
    subject: rendered.subject,
    status: isHeld ? ('held' as const) : ('queued' as const),
    reason: isHeld ? rendered.reason : null,
    outcome: isHeld ? rendered.outcome : null,
    message_id: messageId,
    is_test: flag(origin === null),
    due_at: isHeld ? null : now,
    created_at: now,
    ...tenantColumns(tenant),
  };
  if (isHeld) return { row, body: null, againIn: rendered.againIn };
  const headers = {
    From: fromHeader(ctx, sender.from_name, content.kind),
    To: to,
    ...(sender.reply_to ? { 'Reply-To': sender.reply_to } : {}),
    Subject: rendered.subject,
    'Message-ID': messageId,
    // RFC 3834: keeps out-of-office replies away.
    'Auto-Submitted': 'auto-generated',
    ...tracingHeaders(ctx, id),
    ...(unsubscribe
      ? { 'List-Unsubscribe': `<${unsubscribe}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }
      : {}),
  };
  const { text } = rendered;
  // Not in a test send: its reader is not who clicks are counted of.
  const isCounted = origin !== null && countsClicks(settings, content.kind);
  // Plain text shows its links: there they stay what they are.
  const html = isCounted ? wrapLinks(ctx, tenant, id, rendered.html) : rendered.html;
  return { row, body: { ...tenantColumns(tenant), email_id: id, html, text, headers: JSON.stringify(headers) } };
}

const originColumns = (origin: EmailOrigin | null) => ({
  run_id: origin?.run.id ?? null,
  step_id: origin?.stepId ?? null,
  copy_to: origin?.copyTo ?? '',
  workflow_id: origin?.run.workflow_id ?? null,
  contact_id: origin?.run.contact_id ?? null,
  event_id: origin?.run.event_id ?? null,
  subject_kind: origin?.run.subject_kind ?? null,
  subject_id: origin?.run.subject_id ?? null,
  customer_id: origin?.run.customer_id ?? null,
});

/** The row of an email that is made when it goes; `subject` is what shows until then. `now` in epoch milliseconds. */
export function queuedEmail(
  ctx: ComposeContext,
  { origin, content, to, subject }: { origin: EmailOrigin; content: EmailContent; to: string; subject: string },
  now: number,
): Insertable<Schema['email']> {
  const id = newId('eml', now);
  return {
    ...originColumns(origin),
    id,
    kind: content.kind,
    to_address: to,
    subject,
    status: 'queued',
    reason: null,
    message_id: messageIdOf(ctx, id),
    is_test: 0,
    due_at: now,
    created_at: now,
    ...tenantColumns(tenantOf(origin.run)),
  };
}

export const messageIdOf = ({ config }: ComposeContext, id: string) => `<${id}@${new URL(config.publicUrl).hostname}>`;

/** `"Acme" <hello@example.com>`: the name of the merchant, the address of the operator. */
export function fromHeader({ config }: ComposeContext, fromName: string | null, kind: EmailKind): string {
  const from = kind === 'marketing' ? config.mailFromMarketing : config.mailFrom;
  const fallback = `no-reply@${new URL(config.publicUrl).hostname}`;
  const [, ownName, inBrackets] = /^(.*?)\s*<([^>]+)>$/.exec(from ?? '') ?? [];
  const address = inBrackets ?? from ?? fallback;
  const name = (fromName ?? ownName ?? '')
    .replace(/["\\<>\p{Cc}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return name ? `"${name}" <${address}>` : address;
}

/** Inserts those that their run and step have not made before for the same recipient. */
export const insertQueued = (db: Db, emails: readonly Insertable<Schema['email']>[]) => insertNew(db, 'email', emails);

/** Inserts those that their run and step have not made before for the same recipient; returns their ids. */
export async function insertEmails(db: Db, emails: readonly ComposedEmail[]): Promise<Set<string>> {
  const inserted = await insertNew(
    db,
    'email',
    emails.map(({ row }) => row),
    ['id'],
  );
  const ids = new Set(inserted.map(({ id }) => id));
  const bodies = emails.flatMap(({ body }) => (body && ids.has(body.email_id) ? [body] : []));
  await insertNew(db, 'email_body', bodies);
  return ids;
}
