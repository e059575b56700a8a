/** Structured logs: JSON lines by pino. Secrets and personal content never reach a line; see the redaction paths. */
import pino from 'pino';

export type Logger = pino.Logger;

const SECRET_KEYS = [
  'authorization',
  'cookie',
  'access_token',
  'refresh_token',
  'secret',
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
  return { name: error.name, type, code, message: redact(error.message), stack: redact(error.stack ?? '') };
}

/** Keys and tokens inside free text, such as Stripe's own messages. */
export const redact = (text: string): string =>
  text
    .replace(/\b((?:sk|rk|pk)_(?:live|test)|whsec|absec|ac|rt|access|refresh)_[A-Za-z0-9_]{6,}/g, '$1_[redacted]')
    .replace(/(\w+:\/\/[^\s:/@]+):[^\s@]+@/g, '$1:[redacted]@');

export function createLog(level: string, destination?: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: [...SECRET_KEYS, ...SECRET_KEYS.map((key) => `*.${key}`)], censor: '[redacted]' },
    serializers: { err: serialiseError, error: serialiseError },
  };
  return destination ? pino(options, destination) : pino(options);
}
