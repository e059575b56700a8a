/**
 * Letters beyond ASCII before the @ need SMTPUTF8 (RFC 6531), which not every mail server offers; nodemailer would send
 * them to any. Domains need nothing: nodemailer writes them in ASCII (punycode).
 */
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { PluginFunction } from 'nodemailer/lib/mailer';
import { EMAIL_REASONS } from '../../shared/words/email-reasons';

/** The mail server can't take an address of this email, now or later. */
export class LettersNotTaken extends Error {}

/** How long the server's answer holds. */
const KEPT_MS = 10 * 60_000;

/** Fails with LettersNotTaken instead of sending, or with the connection's error where the server can't be asked. */
export function requireSmtpUtf8(options: SMTPConnection.Options): PluginFunction {
  let answer: Promise<boolean> | undefined;
  let askedAt = 0;

  function isOffered(): Promise<boolean> {
    const now = performance.now();
    if (answer && now - askedAt < KEPT_MS) return answer;
    askedAt = now;
    const asked = askServer(options);
    answer = asked;
    asked.catch(() => (answer = undefined));
    return asked;
  }

  return ({ message }, done) => {
    const { from, to } = message.getEnvelope();
    if ([from || '', ...to].every(isAscii)) return done();
    void isOffered().then((offered) => done(offered ? null : new LettersNotTaken(EMAIL_REASONS.lettersNotTaken)), done);
  };
}

const isAscii = (address: string): boolean => !/[^\0-\x7f]/.test(address);

/** Milliseconds without a word. */
const ANSWER_MS = 15_000;

/** By a connection of its own: those of the pool don't show what their server offers. */
const askServer = (options: SMTPConnection.Options): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const connection = new SMTPConnection({ ...options, socketTimeout: ANSWER_MS });
    connection.on('error', (error: Error) => {
      reject(error);
      connection.close();
    });
    connection.once('end', () => reject(new Error('The mail server closed the connection')));
    connection.connect((error) => {
      if (error) return reject(error);
      resolve(/^250[ -]SMTPUTF8\b/im.test(String(connection.lastServerResponse)));
      connection.quit();
    });
  });
