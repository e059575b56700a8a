/** Structured logs: JSON lines by pino. Secrets and personal content never reach a line. */
import pino from 'pino';

export type Logger = pino.Logger;

/** Fields that are censored, at the top of a line and one level below. */
const CENSORED_FIELDS = [
  'authorization',
  'cookie',
  'access_token',
  'refresh_token',
  'secret',
  'webhook_secret',
  'password',
  'token',
  'html',
  'text',
  'payload',
  'body',
];

/** What of an error is logged: not its `raw` or `config`, which hold requests and keys. */
function serialiseError(error: unknown) {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, type } = error as { code?: unknown; type?: unknown };
  return { name: error.name, type, code, message: error.message, stack: error.stack };
}

/** What secrets look like inside text, such as Stripe's messages; the first group is kept. No match breaks a line's JSON. */
const SECRETS_IN_TEXT: readonly RegExp[] = [
  /\b((?:(?:sk|rk|pk)_(?:live|test)|whsec|absec|ac|rt|access|refresh)_)\w{6,}/g,
  /\b(tp_(?:live|test)_)[\w-]{6,}/g,
  /(\b\w{1,20}:\/\/[^\s:/@"\\]{0,200}:)[^\s"\\]{1,500}(?=@)/g,
  /\b((?:Bearer|Basic|AUTH PLAIN|AUTH LOGIN|AUTH XOAUTH2) )[\w+/=.~-]{6,}/g,
  /(\/bounces\/\w+\/)[\w.~%-]+/gi,
  /(\/(?:open|unsubscribe|confirm-address|c|pay)\/)[\w.~%-]+/gi,
  /\b((?:code|state|token|secret|password)=)[^&\s"\\]{6,}/g,
];

/** Also for errors that are stored or shown: replaces what looks like a secret. */
export const redact = (text: string): string =>
  SECRETS_IN_TEXT.reduce((rest, pattern) => rest.replace(pattern, '$1[redacted]'), text);

/** `level` is pino's; lines go to standard output unless there is a `destination`. */
export function createLog(level: string, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: [...CENSORED_FIELDS, ...CENSORED_FIELDS.map((field) => `*.${field}`)], censor: '[redacted]' },
    // The net below the censored fields: catches what looks like a secret anywhere in the line.
    hooks: { streamWrite: redact },
    serializers: { err: serialiseError, error: serialiseError },
  };
  return destination ? pino(options, destination) : pino(options);
}
