/** The pooled SMTP connections mail goes out by. */
import { createTransport as createMailer, type SendMailOptions, type Transporter } from 'nodemailer';
import type { Row } from '../db/schema';
import { identityOptions, type SendingIdentity } from './sending-identity';
import { requireSmtpUtf8 } from './smtp-utf8';

export type Transport = Transporter;

export const MAX_CONNECTIONS = 5;

export function createTransport(smtpUrl: string, identity?: SendingIdentity): Transport {
  const url = new URL(smtpUrl);
  const options = {
    ...identityOptions(url, identity),
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (url.protocol === 'smtps:' ? 465 : 587),
    secure: url.protocol === 'smtps:',
    auth: url.username ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } : undefined,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 15_000,
    // Content comes from merchants' templates: it must never make us read files or fetch addresses.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const mailer = createMailer({ ...options, pool: true, maxConnections: MAX_CONNECTIONS });
  mailer.use('stream', requireSmtpUtf8(options));
  return mailer;
}

/** Headers that nodemailer makes of fields of its own. */
const FIELDS = ['From', 'To', 'Reply-To', 'Subject', 'Message-ID'];

/** Whom a stored email is for. */
export const addressOf = ({ headers }: Pick<Row<'email_body'>, 'headers'>): string =>
  (JSON.parse(headers) as { To: string }).To;

/** A stored email as nodemailer takes it: exactly the headers that were stored, addresses as structures. */
export function toMessage(to: string, { html, text, headers }: Row<'email_body'>): SendMailOptions {
  const stored = JSON.parse(headers) as Record<string, string>;
  const { From = '', Subject, 'Reply-To': replyTo } = stored;
  const [, name = '', address = From] = /^"(.*)" <(.*)>$/.exec(From) ?? [];
  return {
    from: { name, address },
    to: { name: '', address: to },
    ...(replyTo ? { replyTo: { name: '', address: replyTo } } : {}),
    subject: Subject,
    messageId: stored['Message-ID'],
    headers: Object.fromEntries(Object.entries(stored).filter(([header]) => !FIELDS.includes(header))),
    html,
    text,
  };
}
