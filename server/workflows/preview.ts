/** How an email of a workflow looks before it is live: with sample data, or with a real event and its contact. */
import type { EmailDetail, EmailView } from '../../shared/api';
import { apiEventProperty } from '../../shared/api-events';
import {
  CONTACT_PROPERTIES,
  entryOf,
  isApiEventType,
  samplesOf,
  subjectProperties,
  type Property,
  type TriggerType,
} from '../../shared/catalogue';
import { sampleValues } from '../../shared/contact-properties';
import { isScheduleType } from '../../shared/schedules';
import { emailContentSchema, type EmailContent } from '../../shared/workflow';
import { TEST_EMAIL_WORDS } from '../../shared/words/test-emails';
import { listContactProperties } from '../audience/contact-properties';
import { findContact } from '../audience/contacts';
import { parseEmail } from '../audience/address';
import type { Context } from '../context';
import type { Db } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { composeEmail, type EmailRequest } from '../emails/compose';
import { findEmail, readEmail, viewEmail } from '../emails/emails';
import { queueTestEmail } from '../emails/test-addresses';
import { AppError, invalid } from '../errors';
import { findLogo } from '../settings/logos';
import { readSettings } from '../settings/settings';
import { findApiEventProperties } from './api-event-names';
import { contactFacts } from './contact-facts';
import { findEventFacts } from './event-facts';
import type { PropertyScope } from './match';
import { emailPreparation } from './prepare-emails';
import type { DefinitionProblem } from './problem';
import { emailProblems } from './validate';

export interface PreviewRequest {
  trigger: TriggerType;
  /** Checked by emailContentSchema. */
  content: unknown;
  /** A real event of the trigger's type; sample data when left out. */
  event?: string;
}

export interface EmailPreview {
  subject: string;
  /** Null when the email can't be made; `problems` or `held` say why. */
  html: string | null;
  text: string | null;
  headers: Record<string, string>;
  problems: DefinitionProblem[];
  /** Why the email would be held with these values. */
  held: string | null;
}

/** Throws invalid_request when the content has not the shape of an email, not_found for an event that isn't there. */
export async function previewEmail(ctx: Context, tenant: Tenant, request: PreviewRequest): Promise<EmailPreview> {
  const composed = await compose(ctx, tenant, request, 'preview@example.com');
  const { row, body } = composed.email;
  return {
    subject: row.subject,
    html: body?.html ?? null,
    text: body?.text ?? null,
    headers: body ? (JSON.parse(body.headers) as Record<string, string>) : {},
    problems: composed.problems,
    held: row.outcome ?? null,
  };
}

/**
 * Queues the email for one address, by the same rules as any: test mode mails only its list. Throws invalid_request, also
 * for an address that has to confirm first, rate_limited, and not_found for an event that isn't there.
 */
export async function sendTest(
  ctx: Context,
  tenant: Tenant,
  request: PreviewRequest & { to: string },
): Promise<EmailView> {
  const address = parseEmail(request.to);
  if (address.kind !== 'valid') throw new AppError('invalid_request', `to: ${TEST_EMAIL_WORDS.notAnAddress}`, 'to');
  const { email } = await compose(ctx, tenant, request, address.email);
  if (!email.body) throw new AppError('invalid_request', email.row.outcome ?? 'The email can’t be made.', 'content');
  await queueTestEmail(ctx, tenant, email);
  const row = await findEmail(ctx.db, tenant, email.row.id);
  if (!row) throw new Error('a test email that was inserted is gone');
  return viewEmail(row);
}

async function compose(ctx: Context, tenant: Tenant, { trigger, content, event }: PreviewRequest, to: string) {
  const parsed = emailContentSchema.safeParse(content);
  if (!parsed.success) throw invalid(parsed.error, 'content');
  const settings = await readSettings(ctx.db, tenant);
  const properties =
    event === undefined
      ? await sampleProperties(ctx, tenant, trigger, parsed.data)
      : await realProperties(ctx, tenant, trigger, event);
  const request: EmailRequest = {
    tenant,
    settings,
    logo: await findLogo(ctx.db, tenant),
    trigger,
    content: parsed.data,
    to,
    ...properties,
    origin: null,
    testOf: event,
  };
  const problems = emailProblems(trigger, parsed.data, 'content', null);
  return { email: await composeEmail(ctx, request, ctx.clock.now()), problems };
}

const sampleProperties = async (
  { db }: Context,
  tenant: Tenant,
  trigger: TriggerType,
  content: EmailContent,
): Promise<PropertyScope> => ({
  event: isApiEventType(trigger)
    ? samplesOf([...propertiesNamedIn(content), ...(await findApiEventProperties(db, tenant, trigger))])
    : samplesOf(entryOf(trigger).properties),
  ...(isScheduleType(trigger) ? { subject: samplesOf(subjectProperties(trigger)) } : {}),
  contact: await sampleContact(db, tenant),
});

async function sampleContact(db: Db, tenant: Tenant): Promise<PropertyScope['contact']> {
  const own = await listContactProperties(db, tenant);
  return { ...samplesOf(CONTACT_PROPERTIES), properties: sampleValues(own) };
}

/** Of a program's event that has not come yet. */
const propertiesNamedIn = ({ subject, preview_text, body }: EmailContent): Property[] =>
  [...`${subject} ${preview_text} ${body}`.matchAll(/\bevent\.(\w+)/g)].flatMap(
    ([, name = '']) => apiEventProperty(name) ?? [],
  );

async function realProperties(
  { db }: Context,
  tenant: Tenant,
  trigger: TriggerType,
  id: string,
): Promise<PropertyScope> {
  const event = await findEventFacts(db, tenant, id);
  if (!event || event.type !== trigger)
    throw new AppError(
      'not_found',
      `There is no ${entryOf(trigger).label} event with that id whose payload was kept.`,
      'event',
    );
  const contact = event.contactId ? await findContact(db, tenant, event.contactId) : undefined;
  return { event: event.properties, contact: contact ? contactFacts(contact) : samplesOf(CONTACT_PROPERTIES) };
}

/** One email with its content; of one that is still to be made, as it would be made now. */
export async function readEmailWithPreview(ctx: Context, tenant: Tenant, id: string): Promise<EmailDetail | undefined> {
  const email = await readEmail(ctx.db, tenant, id);
  if (!email || email.html !== null || email.status !== 'queued') return email;
  const row = await findEmail(ctx.db, tenant, id);
  const [prepared] = row ? await emailPreparation.prepare(ctx, [row], new Map([[id, 'asked']])) : [];
  const made = prepared?.kind === 'ready' ? await prepared.made : null;
  if (!made?.body) return email;
  const { html, text, headers } = made.body;
  return { ...email, subject: made.row.subject, html, text, headers: JSON.parse(headers) as Record<string, string> };
}
