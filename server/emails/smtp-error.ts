/** What a failed attempt to send means. Pure. */
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { redact } from '../log';

export interface SmtpFailure {
  /** `recipient`: the address will never take mail. Everything else is worth another try. */
  kind: 'recipient' | 'temporary';
  /** The server's reply or the connection's error, fit for people. */
  message: string;
  /** The reply's code (`451`) or the connection's (`ECONNREFUSED`): for logs, as replies often hold the address. */
  code: string;
}

const MAX_MESSAGE = 300;

/**
 * Replies 5xx to RCPT are about the recipient unless their enhanced code says policy, protocol or system (RFC 3463):
 * a relay that blocks us must not suppress a whole audience. After DATA only 5.1.x and 5.2.x are about the recipient.
 */
export function classifySmtpError(error: unknown): SmtpFailure {
  const { responseCode, code, command, response, message } = error as {
    responseCode?: number;
    code?: string;
    command?: string;
    response?: string;
    message?: string;
  };
  const answer = code === 'ETLS' && responseCode ? EMAIL_REASONS.noEncryption : (response ?? message ?? String(error));
  return {
    kind: isAboutRecipient(responseCode ?? 0, command ?? '', answer) ? 'recipient' : 'temporary',
    message: redact(answer).replace(/\s+/g, ' ').slice(0, MAX_MESSAGE),
    code: String(responseCode ?? code ?? 'unknown'),
  };
}

/** How servers without enhanced codes say that they don't take mail from us: Exim's `550 relay not permitted`. */
const ABOUT_US =
  /\brelay|authenticat|not permitted|\bblock|black ?list|\bspam|\bpolicy|\bSPF\b|sender|\bclient host\b/i;

function isAboutRecipient(code: number, command: string, answer: string): boolean {
  if (code < 500 || code > 599) return false;
  const subject = /^\d{3}[ -]5\.(\d)\.\d{1,3}/.exec(answer)?.[1];
  if (subject !== undefined) return /^(RCPT|DATA)/.test(command) && ['1', '2'].includes(subject);
  // Without an enhanced code: 550, 551, 553 name a mailbox; 552 and 554 also mean a transaction that failed.
  return command.startsWith('RCPT') && ![503, 521, 530, 535, 554].includes(code) && !ABOUT_US.test(answer);
}
