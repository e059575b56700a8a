/** Structured logs: JSON lines by pino. Secrets and personal content never reach a line; see the redaction paths. */
import pino from 'pino';

export type Logger = pino.Logger;

const SECRET_KEYS = [
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

/** What may be said of an error: not its `raw` or `config`, which hold requests and keys. */
function serialiseError(error: unknown) {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, type } = error as { code?: unknown; type?: unknown };
  return { name: error.name, type, code, message: error.message, stack: error.stack };
}

/** What a secret looks like inside free text, such as Stripe's own messages; the first group stays. Keeps JSON whole. */
const SECRETS_IN_TEXT: readonly RegExp[] = [
  /\b((?:(?:sk|rk|pk)_(?:live|test)|whsec|absec|ac|rt|access|refresh)_)\w{6,}/g,
  /(\w+:\/\/[^\s:/@"\\]*:)[^\s"\\]+(?=@)/g,
  /\b((?:Bearer|Basic|AUTH PLAIN|AUTH LOGIN|AUTH XOAUTH2) )[\w+/=.~-]{6,}/g,
  /(\/(?:open|unsubscribe)\/)[\w.~%-]+/gi,
  /\b((?:code|state|token|secret|password)=)[^&\s"\\]{6,}/g,
];

export const redact = (text: string): string =>
  SECRETS_IN_TEXT.reduce((rest, pattern) => rest.replace(pattern, '$1[redacted]'), text);

export function createLog(level: string, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: [...SECRET_KEYS, ...SECRET_KEYS.map((key) => `*.${key}`)], censor: '[redacted]' },
    // The net below the censored fields: nothing that looks like a secret leaves, wherever it stands.
    hooks: { streamWrite: redact },
    serializers: { err: serialiseError, error: serialiseError },
  };
  return destination ? pino(options, destination) : pino(options);
}
