/** What a failed attempt to send means. Pure. */
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { redact } from '../log';
import { ANSWER_RULES, SETUP_CODES, type SmtpCause } from './smtp-answers';

export interface SmtpFailure {
  /** `temporary`: a reply 4xx, or none at all. */
  cause: SmtpCause | 'temporary';
  /** The mail server wants less of us: for now fewer emails go. */
  slowsDown: boolean;
  /** The server's reply or the connection's error, fit for people. */
  message: string;
  /** The reply's code (`451`) or the connection's (`ECONNREFUSED`): for logs, as replies often hold the address. */
  code: string;
  /** The reply's enhanced status code (RFC 3463), if it has one. */
  status: string | null;
}

const MAX_MESSAGE = 300;
/** What is read of an answer: nodemailer lets it be a megabyte. */
const MAX_ANSWER = 2_000;

interface SmtpError {
  responseCode?: number;
  code?: string;
  command?: string;
  response?: string;
  message?: string;
}

export function classifySmtpError(error: unknown): SmtpFailure {
  const { responseCode, code, command, response, message } = error as SmtpError;
  const said = code === 'ETLS' && responseCode ? EMAIL_REASONS.noEncryption : (response ?? message ?? String(error));
  const answer = said.slice(0, MAX_ANSWER);
  const status = statusIn(answer);
  const known = causeOf(answer, status);
  const cause = isPermanent(responseCode) ? causeAt(command ?? '', responseCode, known) : 'temporary';
  return {
    cause,
    slowsDown: cause === 'sender' || (known === 'throttled' && cause !== 'setup'),
    message: redact(answer).replace(/\s+/g, ' ').slice(0, MAX_MESSAGE),
    code: String(responseCode || code || 'unknown'),
    status,
  };
}

/** The server replied, and to take the email was not what it said. */
export const isRefusal = (error: unknown): boolean => ((error as SmtpError).responseCode ?? 0) >= 400;

const isPermanent = (code: number | undefined): code is number => code !== undefined && code >= 500 && code <= 599;

/** Only what is said to RCPT, and of the message, can be about the recipient. */
function causeAt(command: string, code: number, known: SmtpCause | undefined): SmtpCause {
  if (SETUP_CODES.includes(code)) return 'setup';
  if (/^(?:RCPT|DATA)/.test(command)) return known ?? 'refused';
  if (!command.startsWith('MAIL')) return 'setup';
  if (known === 'mailbox_busy') return 'throttled';
  return known === undefined || known === 'mailbox' ? 'sender' : known;
}

function causeOf(answer: string, status: string | null): SmtpCause | undefined {
  const words = wordsOf(answer);
  const detail = status?.slice(2) ?? null;
  return ANSWER_RULES.find(
    (rule) => (!rule.status || rule.status.includes(detail)) && (!rule.says || rule.says.test(words)),
  )?.cause;
}

/** At the reply's beginning (RFC 2034), or as qmail has it at its end. */
const statusIn = (answer: string): string | null =>
  (/^\d{3}[ -]#?([45]\.\d{1,3}\.\d{1,3})\b/.exec(answer) ?? /\(#([45]\.\d{1,3}\.\d{1,3})\)/.exec(answer))?.[1] ?? null;

/** One line, without the codes that begin each, and without addresses and links: what they are called says nothing. */
const wordsOf = (answer: string): string =>
  answer
    .replace(/^\d{3}[ -](?:#?\d\.\d{1,3}\.\d{1,3}\b)?/gm, ' ')
    .replace(/<[^>]*>|\S+@\S+|\bhttps?:\/\/\S+/g, ' ')
    .replace(/\s+/g, ' ');
