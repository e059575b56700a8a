/** The pooled SMTP connection mail goes out by. */
import { createTransport as createMailer, type Transporter } from 'nodemailer';

export type Transport = Transporter;

const MAX_CONNECTIONS = 5;

export function createTransport(smtpUrl: string): Transport {
  const url = new URL(smtpUrl);
  return createMailer({
    pool: true,
    maxConnections: MAX_CONNECTIONS,
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
  });
}
