/** The pooled SMTP connections mail goes out by. */
import { createTransport as createMailer, type SendMailOptions } from 'nodemailer';
import type { Row } from '../db/schema';
import { watchDelivery, type DeliveryWatch, type Patience } from './delivery-watch';
import { isRefusal } from './smtp-error';
import { identityOptions, type SendingIdentity } from './sending-identity';
import { requireSmtpUtf8 } from './smtp-utf8';

export interface Transport {
  /**
   * Resolves with the server's reply when it has taken the message. Throws UnknownAcceptance when it may have, and whatever else
   * classifySmtpError reads when it has not.
   */
  sendMail(message: SendMailOptions): Promise<string>;
  /** Throws when the server doesn't take our login. */
  verify(): Promise<unknown>;
  /** Ends what is in hand, whatever the server is at, and whatever comes after. */
  cut(): void;
  close(): void;
}

/** The connection was lost, or the wait was over, after the final dot and before the reply. */
export class UnknownAcceptance extends Error {}

export const MAX_CONNECTIONS = 5;

/**
 * RFC 5321 (4.5.3.2.6) lets a server take ten minutes after the final dot: who gives up earlier sends twice. Before it,
 * giving up costs nothing.
 */
const PATIENCE: Patience = { beforeDot: 30_000, afterDot: 10 * 60_000 };

/** A connection that nobody needs is closed before a firewall forgets it. */
const IDLE_MS = 15_000;

export function createTransport(smtpUrl: string, identity?: SendingIdentity, patience: Patience = PATIENCE): Transport {
  const url = new URL(smtpUrl);
  const options = {
    ...identityOptions(url, identity),
    ...serverOf(url),
    auth: url.username ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } : undefined,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    // Content comes from merchants' templates: it must never make us read files or fetch addresses.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  const inHand = new Map<AbortSignal, DeliveryWatch>();
  let isCut = false;
  let mailer = open();
  let idle: NodeJS.Timeout | undefined;

  function open() {
    const pool = createMailer({
      ...options,
      pool: true,
      maxConnections: MAX_CONNECTIONS,
      // It can't tell before the dot from after: each message is watched instead.
      socketTimeout: patience.beforeDot + patience.afterDot,
    });
    pool.use('stream', requireSmtpUtf8(options));
    return pool.use('stream', ({ data, message }, done) => {
      if (message && data.signal) inHand.get(data.signal)?.follow(message);
      done();
    });
  }

  /** Connections that nobody watches may hang as well, and keep their places: messages in hand go on, new ones get new places. */
  function reopen(): void {
    mailer.close();
    mailer = open();
  }

  function end(watch: DeliveryWatch): void {
    watch.stop();
    inHand.delete(watch.signal);
    if (inHand.size === 0) idle = setTimeout(reopen, IDLE_MS).unref();
  }

  return {
    async sendMail(message) {
      clearTimeout(idle);
      const watch = watchDelivery(patience);
      inHand.set(watch.signal, watch);
      if (isCut) watch.cut();
      try {
        return (await mailer.sendMail({ ...message, signal: watch.signal })).response;
      } catch (error) {
        if (watch.isComplete() && !isRefusal(error))
          throw new UnknownAcceptance('no reply to the message', { cause: error });
        if (!watch.signal.aborted) throw error;
        if (!isCut) reopen();
        throw watch.signal.reason;
      } finally {
        end(watch);
      }
    },
    verify: () => createMailer({ ...options, socketTimeout: patience.beforeDot }).verify(),
    cut() {
      isCut = true;
      for (const watch of inHand.values()) watch.cut();
    },
    close() {
      clearTimeout(idle);
      mailer.close();
    },
  };
}

/** Where SMTP_URL leads; `secure`: encrypted from the first byte. */
export const serverOf = ({ hostname, port, protocol }: URL) => ({
  host: hostname.replace(/^\[|\]$/g, ''),
  port: Number(port) || (protocol === 'smtps:' ? 465 : 587),
  secure: protocol === 'smtps:',
});

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
