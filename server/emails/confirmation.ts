/**
 * The email that asks an address whether it wants test emails, and the link in it. The link stands in the mail alone, not
 * in the stored body: who asks can read that in the console, and would confirm in the other's place.
 */
import { CONFIRM_EMAIL, CONFIRM_LINK } from '../../shared/words/test-emails';
import type { Context } from '../context';
import { newId } from '../db/new-id';
import type { Db, Row } from '../db/schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import { tracingHeaders } from './email-token';
import { fromHeader, messageIdOf, type ComposeContext, type ComposedEmail } from './compose';

/** How long a link works. */
const CONFIRM_MS = 24 * 60 * 60_000;
const PURPOSE = 'test address';

export function composeConfirmation(ctx: ComposeContext, tenant: Tenant, to: string, now: number): ComposedEmail {
  const id = newId('eml', now);
  const { subject } = CONFIRM_EMAIL;
  const paragraphs = CONFIRM_EMAIL.paragraphs(tenant.accountId);
  const html = paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join('\n');
  const message_id = messageIdOf(ctx, id);
  const headers = {
    From: fromHeader(ctx, null, 'transactional'),
    To: to,
    Subject: subject,
    'Message-ID': message_id,
    'Auto-Submitted': 'auto-generated',
    ...tracingHeaders(ctx, id),
  };
  const row = {
    ...tenantColumns(tenant),
    id,
    kind: 'transactional',
    to_address: to,
    subject,
    status: 'queued',
    message_id,
    is_test: 1,
    due_at: now,
    created_at: now,
  } as const;
  const body = {
    ...tenantColumns(tenant),
    email_id: id,
    html: `<!doctype html><html lang="en"><body>${html}</body></html>`,
    text: paragraphs.join('\n\n'),
    headers: JSON.stringify(headers),
  };
  return { row, body };
}

/** The body as it goes out: that of an email that asks gets its link now. */
export async function withConfirmLink(
  ctx: Pick<Context, 'db' | 'config' | 'vault'>,
  email: Row<'email'>,
  body: Row<'email_body'>,
): Promise<Row<'email_body'>> {
  if (email.is_test === 0 || !(await asks(ctx.db, email))) return body;
  const url = confirmUrl(ctx, tenantOf(email), email.to_address, email.created_at + CONFIRM_MS);
  const put = (text: string, link: string) => text.replace(CONFIRM_LINK, () => link);
  return { ...body, html: put(body.html, `<a href="${url}">${url}</a>`), text: put(body.text, url) };
}

async function asks(db: Db, email: Row<'email'>): Promise<boolean> {
  const row = await db
    .selectFrom('test_address')
    .select('email_id')
    .where(ofTenant(tenantOf(email)))
    .where('address', '=', email.to_address)
    .executeTakeFirst();
  return row?.email_id === email.id;
}

/** `until` in epoch milliseconds. */
function confirmUrl({ config, vault }: ComposeContext, tenant: Tenant, address: string, until: number): string {
  const text = [tenant.accountId, tenant.livemode ? 'live' : 'test', until, address].join(' ');
  return `${config.publicUrl}/confirm-address/${vault.sign(text, PURPOSE)}`;
}

/** What a link confirms. Undefined for a token that we didn't make, or that has expired. */
export function readConfirmToken({ vault, clock }: Pick<Context, 'vault' | 'clock'>, token: string) {
  const [accountId, mode, until, address] = vault.verify(token, PURPOSE)?.split(' ') ?? [];
  if (!accountId || !address || !(Number(until) > clock.now())) return undefined;
  return { tenant: { accountId, livemode: mode === 'live' }, address };
}
