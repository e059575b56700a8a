/**
 * The only reader of the environment. `readConfig` makes one valid nested object of it, secrets apart, or throws
 * ConfigError with every fault at once. What isn't configured is null.
 */
export interface ModeConfig {
  /** The app's whole install link; redirect_uri and state are overwritten. */
  authorizeUrl: string;
}

export interface Config {
  production: boolean;
  port: number;
  host: string;
  /** Without a trailing slash. */
  publicUrl: string;
  modes: { live: ModeConfig | null; test: ModeConfig | null };
  stripeApiBase: string;
  mailFrom: string | null;
  alertEmail: string | null;
  /** Empty: whoever can install the app may connect. */
  allowedAccounts: readonly string[];
  /** Older event payloads are deleted; their rows stay. */
  payloadRetentionDays: number;
  logLevel: string;
}

export interface Secrets {
  databaseUrl: string;
  /** 32 bytes each: the first encrypts, all decrypt. */
  encryptionKeys: readonly Buffer[];
  stripeKeys: { live: string | null; test: string | null };
  webhookSecrets: { live: readonly string[]; test: readonly string[] };
  appSecrets: readonly string[];
  smtpUrl: string | null;
}

export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n- ${faults.join('\n- ')}`,
    );
  }
}

type Environment = Record<string, string | undefined>;
type Fault = (name: string, expected: string) => void;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

export function readConfig(env: Environment = process.env): { config: Config; secrets: Secrets } {
  const faults: string[] = [];
  const fault: Fault = (name, expected) => faults.push(`${name} ${expected}`);
  const text = (name: string) => env[name]?.trim() || null;
  const list = (name: string) =>
    (env[name] ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean);

  const port = readPort(text('PORT'), fault);
  const host = text('HOST') ?? '127.0.0.1';
  const production = env.NODE_ENV === 'production' || Boolean(text('PUBLIC_URL')?.startsWith('https:'));
  const publicUrl = readPublicUrl(text('PUBLIC_URL'), production, port, fault);

  const live = readMode(env, '', 'live', fault);
  const test = readMode(env, 'TEST_', 'test', fault);
  const webhookSecrets = {
    live: readSecrets(list('STRIPE_WEBHOOK_SECRET'), 'STRIPE_WEBHOOK_SECRET', 'whsec_', fault),
    test: readSecrets(list('STRIPE_TEST_WEBHOOK_SECRET'), 'STRIPE_TEST_WEBHOOK_SECRET', 'whsec_', fault),
  };
  const appSecrets = readSecrets(list('STRIPE_APP_SECRET'), 'STRIPE_APP_SECRET', 'absec_', fault);

  const smtpUrl = text('SMTP_URL');
  const mailFrom = text('MAIL_FROM');
  if (smtpUrl && !isUrl(smtpUrl, ['smtp:', 'smtps:']))
    fault('SMTP_URL', 'must look like smtp://user:password@host:port');
  if (smtpUrl && !mailFrom) fault('MAIL_FROM', 'is missing: the sender address that goes with SMTP_URL');
  if (mailFrom && !isMailbox(mailFrom))
    fault('MAIL_FROM', 'must be an address, as hello@example.com or Name <hello@example.com>');
  const alertEmail = text('ALERT_EMAIL');
  if (alertEmail && !isMailbox(alertEmail)) fault('ALERT_EMAIL', 'must be an address');

  const stripeApiBase = text('STRIPE_API_BASE') ?? 'https://api.stripe.com';
  if (!isHttpsOrLoopback(stripeApiBase)) fault('STRIPE_API_BASE', 'must be an https address, or http on loopback');
  const databaseUrl = text('DATABASE_URL') ?? 'sqlite:./data/tillpost.db';
  if (!/^(sqlite:.+|postgres(ql)?:\/\/.+)/.test(databaseUrl))
    fault('DATABASE_URL', 'must be sqlite:./path/to/file.db, sqlite::memory: or postgres://…');
  const allowedAccounts = list('ALLOWED_ACCOUNTS');
  if (allowedAccounts.some((account) => !/^acct_\w+$/.test(account)))
    fault('ALLOWED_ACCOUNTS', 'must be a comma-separated list of Stripe account ids (acct_…)');
  const payloadRetentionDays = Number(text('RETENTION_DAYS') ?? 90);
  if (!Number.isInteger(payloadRetentionDays) || payloadRetentionDays < 1)
    fault('RETENTION_DAYS', 'must be a whole number of days, at least 1');
  const logLevel = text('LOG_LEVEL') ?? 'info';
  if (!LOG_LEVELS.includes(logLevel)) fault('LOG_LEVEL', `must be one of ${LOG_LEVELS.join(', ')}`);
  const encryptionKeys = readEncryptionKeys(list('ENCRYPTION_KEY'), production, fault);

  if (faults.length) throw new ConfigError(faults);
  return {
    config: {
      production,
      port,
      host,
      publicUrl,
      modes: { live: live && { authorizeUrl: live.authorizeUrl }, test: test && { authorizeUrl: test.authorizeUrl } },
      stripeApiBase: stripeApiBase.replace(/\/+$/, ''),
      mailFrom,
      alertEmail,
      allowedAccounts,
      payloadRetentionDays,
      logLevel,
    },
    secrets: {
      databaseUrl,
      encryptionKeys,
      stripeKeys: { live: live?.secretKey ?? null, test: test?.secretKey ?? null },
      webhookSecrets,
      appSecrets,
      smtpUrl,
    },
  };
}

/** What `npm run stripe:setup` needs: it runs before the webhook secrets can be known, so a mode is just its key here. */
export function readSetupConfig(env: Environment = process.env) {
  const faults: string[] = [];
  const fault: Fault = (name, expected) => faults.push(`${name} ${expected}`);
  const key = (name: string, mode: 'live' | 'test') => {
    const value = env[name]?.trim() || null;
    if (value && !new RegExp(`^(sk|rk)_${mode}_\\w+$`).test(value)) fault(name, `must be a ${mode} key (sk_${mode}_…)`);
    return value;
  };
  const keys = { live: key('STRIPE_SECRET_KEY', 'live'), test: key('STRIPE_TEST_SECRET_KEY', 'test') };
  if (!keys.live && !keys.test) fault('STRIPE_SECRET_KEY', "or STRIPE_TEST_SECRET_KEY is missing: the app owner's key");
  const publicUrl = readPublicUrl(env.PUBLIC_URL?.trim() || null, true, 0, fault);
  const stripeApiBase = env.STRIPE_API_BASE?.trim() || 'https://api.stripe.com';
  if (!isHttpsOrLoopback(stripeApiBase)) fault('STRIPE_API_BASE', 'must be an https address, or http on loopback');
  if (faults.length) throw new ConfigError(faults);
  return { publicUrl, stripeApiBase: stripeApiBase.replace(/\/+$/, ''), keys };
}

/** PUBLIC_URL alone, for tools that need no other setting. Without a trailing slash; throws ConfigError. */
export function readAddress(env: Environment = process.env): string {
  const faults: string[] = [];
  const fault: Fault = (name, expected) => faults.push(`${name} ${expected}`);
  const port = readPort(env.PORT?.trim() || null, fault);
  const address = readPublicUrl(env.PUBLIC_URL?.trim() || null, env.NODE_ENV === 'production', port, fault);
  if (faults.length) throw new ConfigError(faults);
  return address;
}

function readPort(value: string | null, fault: Fault): number {
  const port = value === null ? 4242 : Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) fault('PORT', 'must be a port number from 0 to 65535');
  return port;
}

function readPublicUrl(value: string | null, production: boolean, port: number, fault: Fault): string {
  if (value === null) {
    if (production)
      fault('PUBLIC_URL', 'is missing: the https address under which Stripe and people reach this server');
    return `http://127.0.0.1:${port}`;
  }
  if (!isUrl(value, ['http:', 'https:']))
    fault('PUBLIC_URL', 'must be an address such as https://tillpost.example.com');
  else if (production && !isHttpsOrLoopback(value)) fault('PUBLIC_URL', 'must be an https address');
  else if (/[?#]/.test(value)) fault('PUBLIC_URL', 'must have no query or fragment');
  return value.replace(/\/+$/, '');
}

function readMode(env: Environment, prefix: '' | 'TEST_', mode: 'live' | 'test', fault: Fault) {
  const names = {
    secretKey: `STRIPE_${prefix}SECRET_KEY`,
    authorizeUrl: `STRIPE_${prefix}AUTHORIZE_URL`,
    webhookSecret: `STRIPE_${prefix}WEBHOOK_SECRET`,
  };
  const [secretKey, authorizeUrl, webhookSecret] = [names.secretKey, names.authorizeUrl, names.webhookSecret].map(
    (name) => env[name]?.trim() || null,
  );
  if (!secretKey && !authorizeUrl && !webhookSecret) return null;
  const missing = (name: string) =>
    fault(
      name,
      `is missing: ${mode} mode is configured in part; set all of ${Object.values(names).join(', ')} or none`,
    );
  if (!secretKey) missing(names.secretKey);
  else if (!new RegExp(`^(sk|rk)_${mode}_\\w+$`).test(secretKey))
    fault(names.secretKey, `must be a ${mode} key (sk_${mode}_…)`);
  if (!authorizeUrl) missing(names.authorizeUrl);
  else if (!isHttpsOrLoopback(authorizeUrl)) fault(names.authorizeUrl, "must be the app's whole https install link");
  if (!webhookSecret) missing(names.webhookSecret);
  return secretKey && authorizeUrl ? { secretKey, authorizeUrl } : null;
}

function readSecrets(secrets: string[], name: string, prefix: string, fault: Fault): string[] {
  if (secrets.some((secret) => !secret.startsWith(prefix)))
    fault(name, `must be a comma-separated list of ${prefix}… secrets`);
  return secrets;
}

function readEncryptionKeys(values: string[], production: boolean, fault: Fault): Buffer[] {
  if (values.length === 0) {
    if (production) fault('ENCRYPTION_KEY', 'is missing: 32 random bytes in base64 (openssl rand -base64 32)');
    return [Buffer.alloc(32, 'tillpost: for local use only')];
  }
  const keys = values.map((value) => Buffer.from(value, 'base64'));
  if (keys.some((key) => key.length !== 32))
    fault(
      'ENCRYPTION_KEY',
      'must be 32 bytes in base64 (openssl rand -base64 32), or a comma-separated list of such keys',
    );
  return keys;
}

function isUrl(value: string, protocols: string[]): boolean {
  return URL.canParse(value) && protocols.includes(new URL(value).protocol) && new URL(value).hostname !== '';
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const isHttpsOrLoopback = (value: string): boolean =>
  isUrl(value, ['https:']) || (isUrl(value, ['http:']) && LOOPBACK.test(new URL(value).hostname));

const isMailbox = (value: string): boolean => /^([^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(value);
