/** What the mail server of SMTP_URL offers, by a conversation that ends before the login. */
import type { TLSSocket } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { serverOf } from '../emails/transport';
import { redact } from '../log';

export type RelayAnswer =
  | { kind: 'away'; why: string }
  | { kind: 'clear' }
  /** `fault`: why nobody should trust its certificate. `expiresAt` in epoch milliseconds. */
  | { kind: 'encrypted'; fault: string | null; expiresAt: number };

const TIMEOUT_MS = 3_000;

/** `greeting` is the name we greet it with. */
export function askRelay(smtpUrl: URL, greeting: string): Promise<RelayAnswer> {
  return new Promise((resolve) => {
    const connection = new SMTPConnection({
      ...serverOf(smtpUrl),
      name: greeting,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      // What is wrong with its certificate is the question. Nothing secret is said to it.
      tls: { rejectUnauthorized: false },
    });
    const away = (why: string) => {
      resolve({ kind: 'away', why: redact(why) });
      connection.close();
    };
    connection.on('error', (error: Error) => away(error.message));
    connection.once('end', () => away('it closed the connection'));
    connection.connect((error) => {
      if (error) return away(error.message);
      const { secure, _socket: socket } = connection as unknown as { secure: boolean; _socket: TLSSocket };
      resolve(secure ? describeTls(socket) : { kind: 'clear' });
      connection.quit();
    });
  });
}

function describeTls(socket: TLSSocket): RelayAnswer {
  const { valid_to: until } = socket.getPeerCertificate();
  const error = socket.authorizationError as Error | string | null | undefined;
  return {
    kind: 'encrypted',
    fault: socket.authorized ? null : error instanceof Error ? error.message : String(error ?? 'unknown'),
    expiresAt: Date.parse(until),
  };
}
