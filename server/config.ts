/**
 * The only reader of the environment. Each variable is one entry of VARIABLES: what it must look like, and its default.
 * A blank one counts as not set; without a default it is null then. Faults name the variable, never its value.
 */
import { createPublicKey } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { isUrlEncoded } from './clean-text';
import { SENDER_WORDS } from '../shared/words/deliverability';
import { readDkimKey } from './dkim-key';
import { domainOf, isAnswerable } from './mail-domain';

// Forms of a value. `expected` completes the sentence that the variable's name begins.
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const orNull = <T extends z.ZodType>(form: T) => form.nullable().default(null);
const text = (pattern: RegExp, expected: string) => z.string().regex(pattern, expected);
const list = (item: RegExp, expected: string, missing = expected) =>
  z
    .string(missing)
    .transform((value) => value.split(',').flatMap((one) => one.trim() || []))
    .refine((items) => items.length > 0 && items.every((one) => item.test(one)), expected);
const wholeNumber = (least: number, most: number, expected: string) =>
  z
    .string()
    .transform(Number)
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, expected);
const withoutEndSlash = (address: string) => address.replace(/\/+$/, '');
const url = (protocol: RegExp, expected: string, hostname = /./) => z.url({ protocol, hostname, error: expected });
/** https, or http that doesn't leave this machine. */
const secureUrl = (expected: string, missing = expected) =>
  z.union([url(/^https$/, expected), url(/^http$/, expected, LOOPBACK)], {
    error: ({ input }) => (input === undefined ? missing : expected),
  });
const publicUrl = (form: z.ZodType<string>) =>
  form
    .refine((address) => !/[?#]/.test(address), 'must have no query or fragment')
    .refine(hasNoPath, 'must have no path: everything stands at fixed paths below its host')
    .transform(withoutEndSlash);
/** What isn't an address at all is a fault of its own. */
const hasNoPath = (address: string) => !URL.canParse(address) || /^\/*$/.test(new URL(address).pathname);
const SMTP_FORM =
  'must look like smtp://user:password@host:port, user and password URL-encoded ' +
  '(% as %25, @ as %40, / as %2F, ? as %3F, # as %23)';
const rate = { form: /^(?=.*[1-9])\d+(\.\d+)?$/, expected: 'a number of emails per second above 0' };
const HOST_NAME = /^(?=.{1,253}$)[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/i;
const ADDRESS_LITERAL = /^\[(\d{1,3}(\.\d{1,3}){3}|IPv6:[\da-f:.]+)\]$/i;
/** What may stand after the `?` of SMTP_URL. */
const SMTP_PARAMETERS = new Map([
  ['rate', rate],
  ['rate_per_install', rate],
  [
    'name',
    {
      form: new RegExp(`${HOST_NAME.source}|${ADDRESS_LITERAL.source}`, 'i'),
      expected: 'the name to greet the mail server with, as mail.example.com or [192.0.2.1]',
    },
  ],
  ['tls', { form: /^(required|optional)$/, expected: 'required or optional' }],
]);
const smtpUrl = url(/^smtps?$/, SMTP_FORM).superRefine((address, { addIssue }) => {
  for (const message of faultsOfSmtp(address)) addIssue({ code: 'custom', message });
});
const stripeKey = (mode: Mode) => text(new RegExp(`^(sk|rk)_${mode}_\\w+$`), `must be a ${mode} key (sk_${mode}_…)`);
const installLink = secureUrl("must be the app's whole https install link");
const webhookSecrets = list(/^whsec_/, 'must be a comma-separated list of whsec_… secrets');
const encryptionKeys = list(
  /^[\w+/-]{43}=?$/,
  'must be 32 bytes in base64 (openssl rand -base64 32), or a comma-separated list of such keys',
  'is missing: 32 random bytes in base64 (openssl rand -base64 32)',
).transform((keys) => keys.map((key) => Buffer.from(key, 'base64')));
const IMAP_FORM =
  'must look like imaps://user:password@host/INBOX (imap:// on loopback only), user and password URL-encoded as in SMTP_URL';
const imapUrl = z
  .union([url(/^imaps$/, IMAP_FORM), url(/^imap$/, IMAP_FORM, LOOPBACK)], IMAP_FORM)
  .refine(isMailboxAddress, IMAP_FORM);
const webhookKey = text(
  /^whsec_[\w+/]{16,}=*$/,
  'must be a secret of Standard Webhooks: whsec_ and base64 (echo whsec_$(openssl rand -base64 32))',
);
const mailbox = (expected: string) => text(/^([^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, expected);
/** Everybody's mail would need a server that takes other letters, and recipients whose servers do. */
const sender = mailbox('must be an address, as hello@example.com or Name <hello@example.com>').refine(
  (value) => !/[^\0-\x7f][^\s<>@]*@/.test(value),
  'must have only ASCII letters before the @',
);
/** In production people must be able to answer, and bounces to come back. */
const publicly = <T extends z.ZodType<string | null>>(address: T) =>
  address.refine((value) => value === null || isAnswerable(domainOf(value)), SENDER_WORDS.unanswerable);
const bounceAddress = text(
  /^[^\s<>@+]{1,15}@[^\s<>@]+$/,
  'must be an address without +, of at most 15 characters before the @',
);
const domain = z
  .string()
  .transform((value) => domainToASCII(value))
  .refine((value) => HOST_NAME.test(value) && value.includes('.'), 'must be a domain, as example.com');
const dkimKey = z.string().transform((value, { addIssue }) => {
  const key = readDkimKey(value);
  if (key !== undefined) return key;
  addIssue({ code: 'custom', message: DKIM_KEY_FORM });
  return z.NEVER;
});
const DKIM_KEY_FORM =
  'must be an RSA private key of 1024 bits or more, as PEM (-----BEGIN PRIVATE KEY-----\\n…) ' +
  'or as the path of a readable file with it';

/** Merchants' keys go there: nobody should be able to send them elsewhere. */
export const LOOPS = 'https://app.loops.so/api';
const LOOPS_FORM = 'must be an http address on loopback, and only where the server itself is local';

const VARIABLES = z.object({
  PORT: wholeNumber(0, 65_535, 'must be a port number from 0 to 65535').default(4242),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: orNull(publicUrl(url(/^https?$/, 'must be an address such as https://tillpost.example.com'))),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),

  DATABASE_URL: text(
    /^(sqlite:.+|postgres(ql)?:\/\/.+)/,
    'must be sqlite:./path/to/file.db, sqlite::memory: or postgres://…',
  ).default('sqlite:./data/tillpost.db'),
  ENCRYPTION_KEY: encryptionKeys.default([Buffer.alloc(32, 'tillpost: for local use only')]),
  RETENTION_DAYS: wholeNumber(1, Infinity, 'must be a whole number of days, at least 1').default(90),

  STRIPE_SECRET_KEY: orNull(stripeKey('live')),
  STRIPE_AUTHORIZE_URL: orNull(installLink),
  STRIPE_WEBHOOK_SECRET: webhookSecrets.default([]),
  STRIPE_TEST_SECRET_KEY: orNull(stripeKey('test')),
  STRIPE_TEST_AUTHORIZE_URL: orNull(installLink),
  STRIPE_TEST_WEBHOOK_SECRET: webhookSecrets.default([]),
  STRIPE_APP_SECRET: list(/^absec_/, 'must be a comma-separated list of absec_… secrets').default([]),
  STRIPE_API_BASE: secureUrl('must be an https address, or http on loopback')
    .transform(withoutEndSlash)
    .default('https://api.stripe.com'),
  ALLOWED_ACCOUNTS: list(/^acct_\w+$/, 'must be a comma-separated list of Stripe account ids (acct_…)').default([]),

  SMTP_URL: orNull(smtpUrl),
  MAIL_FROM: orNull(sender),
  MAIL_FROM_MARKETING: orNull(sender),
  ALERT_EMAIL: orNull(mailbox('must be an address')),
  DKIM_DOMAIN: orNull(domain),
  DKIM_SELECTOR: orNull(text(/^[\w-]+(\.[\w-]+)*$/, 'must be the part of the DNS name before ._domainkey')),
  DKIM_PRIVATE_KEY: orNull(dkimKey),
  TEST_SENDS_PER_HOUR: wholeNumber(1, 10_000, 'must be a whole number from 1 to 10000').default(20),
  API_REQUESTS_PER_SECOND: wholeNumber(1, 10_000, 'must be a whole number from 1 to 10000').default(10),

  LOOPS_API_BASE: url(/^https?$/, LOOPS_FORM, LOOPBACK)
    .transform(withoutEndSlash)
    .default(LOOPS),

  BOUNCE_TOKEN: orNull(text(/^[\w-]{16,}$/, 'must be at least 16 letters, digits, _ or -')),
  BOUNCE_SECRET: orNull(webhookKey),
  BOUNCE_ADDRESS: orNull(bounceAddress),
  BOUNCE_IMAP_URL: orNull(imapUrl),
  SES_TOPIC_ARN: orNull(
    text(
      /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/,
      'must be the ARN of an SNS topic (arn:aws:sns:region:account:name)',
    ),
  ),
  POSTMARK_WEBHOOK_AUTH: orNull(text(/^[^:]+:.+$/, 'must be user:password, as in the basic auth of the webhook')),
  MAILGUN_SIGNING_KEY: z.string().nullable().default(null),
  SENDGRID_PUBLIC_KEY: orNull(
    z.string().refine(isPublicKey, "must be the event webhook's verification key: an ECDSA public key in base64"),
  ),
  RESEND_WEBHOOK_SECRET: orNull(webhookKey),

  METRICS_TOKEN: orNull(text(/^[\x21-\x7e]{16,}$/, 'must be at least 16 characters, without spaces')),
});

/** In production two of them have no default, the address is safe, and senders are real. */
const PRODUCTION_VARIABLES = VARIABLES.extend({
  PUBLIC_URL: publicUrl(
    secureUrl(
      'must be an https address such as https://tillpost.example.com',
      'is missing: the https address under which Stripe and people reach this server',
    ),
  ),
  ENCRYPTION_KEY: encryptionKeys,
  MAIL_FROM: publicly(orNull(sender)),
  MAIL_FROM_MARKETING: publicly(orNull(sender)),
  BOUNCE_ADDRESS: publicly(orNull(bounceAddress)),
  LOOPS_API_BASE: z.literal(LOOPS, `must not be set: contacts are forwarded to ${LOOPS}`).default(LOOPS),
});

/** Variables that mean something only together: all of them are set, or none. */
const TOGETHER = {
  'live mode': ['STRIPE_SECRET_KEY', 'STRIPE_AUTHORIZE_URL', 'STRIPE_WEBHOOK_SECRET'],
  'test mode': ['STRIPE_TEST_SECRET_KEY', 'STRIPE_TEST_AUTHORIZE_URL', 'STRIPE_TEST_WEBHOOK_SECRET'],
  DKIM: ['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_PRIVATE_KEY'],
};

type Values = z.output<typeof VARIABLES>;
type Environment = Record<string, string | undefined>;
/** Stripe's `livemode` in words: each mode has its own keys, install link and webhook secrets. */
export const MODES = ['live', 'test'] as const;
export type Mode = (typeof MODES)[number];
export type Config = ReturnType<typeof readConfig>['config'];
export type Secrets = ReturnType<typeof readConfig>['secrets'];

/** The whole configuration, secrets apart. Throws ConfigError. */
export function readConfig(env: Environment = process.env) {
  const given = withoutBlanks(env);
  const production = isProduction(given);
  const values = parse(production ? PRODUCTION_VARIABLES : VARIABLES, given, missingCompanions(given));
  const modeOf = (authorizeUrl: string | null) => (authorizeUrl === null ? null : { authorizeUrl });
  return {
    config: {
      production,
      port: values.PORT,
      host: values.HOST,
      /** Without a trailing slash. */
      publicUrl: values.PUBLIC_URL ?? localUrl(values.PORT),
      /** Null where no Stripe App is configured. `authorizeUrl` is the whole install link. */
      modes: { live: modeOf(values.STRIPE_AUTHORIZE_URL), test: modeOf(values.STRIPE_TEST_AUTHORIZE_URL) },
      /** Without a trailing slash. */
      stripeApiBase: values.STRIPE_API_BASE,
      /** Likewise. */
      loopsApiBase: values.LOOPS_API_BASE,
      mailFrom: values.MAIL_FROM,
      mailFromMarketing: values.MAIL_FROM_MARKETING ?? values.MAIL_FROM,
      alertEmail: values.ALERT_EMAIL,
      bounces: {
        /** The return path of emails; each adds its own `+token`. Null: the sender's address is. */
        address: values.BOUNCE_ADDRESS,
        /** It wants the email's name in a header of its own. */
        isPostmark: values.POSTMARK_WEBHOOK_AUTH !== null,
      },
      /** Of an install. */
      testSendsPerHour: values.TEST_SENDS_PER_HOUR,
      /** Of an API key, in each process. */
      apiRequestsPerSecond: values.API_REQUESTS_PER_SECOND,
      /** Empty: whoever can install the app may connect. */
      allowedAccounts: values.ALLOWED_ACCOUNTS,
      /** Older payloads of events and contents of emails are deleted; their rows stay. */
      retentionDays: values.RETENTION_DAYS,
      logLevel: values.LOG_LEVEL,
    },
    secrets: {
      databaseUrl: values.DATABASE_URL,
      /** 32 bytes each: the first encrypts, all decrypt. */
      encryptionKeys: values.ENCRYPTION_KEY,
      stripeKeys: { live: values.STRIPE_SECRET_KEY, test: values.STRIPE_TEST_SECRET_KEY },
      webhookSecrets: { live: values.STRIPE_WEBHOOK_SECRET, test: values.STRIPE_TEST_WEBHOOK_SECRET },
      appSecrets: values.STRIPE_APP_SECRET,
      /** Null: whoever reaches the port may read the metrics. */
      metricsToken: values.METRICS_TOKEN,
      /** What proves that a provider's report is the provider's; null: that provider is not heard. */
      bounces: {
        token: values.BOUNCE_TOKEN,
        generic: values.BOUNCE_SECRET,
        sesTopic: values.SES_TOPIC_ARN,
        postmark: values.POSTMARK_WEBHOOK_AUTH,
        mailgun: values.MAILGUN_SIGNING_KEY,
        sendgrid: values.SENDGRID_PUBLIC_KEY,
        resend: values.RESEND_WEBHOOK_SECRET,
      },
      /** Null: no mailbox is read. */
      bounceMailbox: values.BOUNCE_IMAP_URL,
      /** Null: emails are captured. */
      smtpUrl: values.SMTP_URL,
      /** Null: emails are not signed. The key is PEM. */
      dkim: dkimOf(values),
    },
  };
}

/** What `npm run stripe:setup` needs: it runs before the webhook secrets can be known, so a mode is just its key here. */
export function readSetupConfig(env: Environment = process.env) {
  const wanted = {
    STRIPE_SECRET_KEY: true,
    STRIPE_TEST_SECRET_KEY: true,
    PUBLIC_URL: true,
    STRIPE_API_BASE: true,
  } as const;
  const given = withoutBlanks(env);
  const hasKey = given.STRIPE_SECRET_KEY ?? given.STRIPE_TEST_SECRET_KEY;
  const noKey = "STRIPE_SECRET_KEY or STRIPE_TEST_SECRET_KEY is missing: the app owner's key";
  const values = parse(PRODUCTION_VARIABLES.pick(wanted), given, hasKey ? [] : [noKey]);
  return {
    publicUrl: values.PUBLIC_URL,
    stripeApiBase: values.STRIPE_API_BASE,
    keys: { live: values.STRIPE_SECRET_KEY, test: values.STRIPE_TEST_SECRET_KEY },
  };
}

/** PUBLIC_URL alone, for tools that need no other setting. Without a trailing slash; throws ConfigError. */
export function readAddress(env: Environment = process.env): string {
  const wanted = { PORT: true, PUBLIC_URL: true } as const;
  const given = withoutBlanks(env);
  const values = parse(isProduction(given) ? PRODUCTION_VARIABLES.pick(wanted) : VARIABLES.pick(wanted), given);
  return values.PUBLIC_URL ?? localUrl(values.PORT);
}

/** DATABASE_URL alone, likewise. */
export const readDatabaseUrl = (env: Environment = process.env): string =>
  parse(VARIABLES.pick({ DATABASE_URL: true }), withoutBlanks(env)).DATABASE_URL;

export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n- ${faults.join('\n- ')}`,
    );
  }
}

/** Throws ConfigError with what the schema finds and the faults found already. */
function parse<T extends z.ZodObject>(variables: T, given: Environment, faults: readonly string[] = []): z.output<T> {
  const { data, error } = variables.safeParse(given);
  const found = error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? [];
  if (!data || faults.length > 0) throw new ConfigError([...new Set([...found, ...faults])]);
  return data;
}

function missingCompanions(given: Environment): string[] {
  const faults = Object.entries(TOGETHER).flatMap(([what, names]) => {
    const missing = names.filter((name) => !given[name]);
    const reason = `${what} is configured in part; set all of ${names.join(', ')} or none`;
    return missing.length === names.length ? [] : missing.map((name) => `${name} is missing: ${reason}`);
  });
  if (given.SMTP_URL && !given.MAIL_FROM)
    faults.push('MAIL_FROM is missing: the sender address that goes with SMTP_URL');
  const reporting = REPORTING.filter((name) => given[name]);
  if (reporting.length > 0 && !given.BOUNCE_TOKEN)
    faults.push(`BOUNCE_TOKEN is missing: the end of the address that goes with ${reporting.join(', ')}`);
  return faults;
}

/** Each lets one more provider report at POST /bounces/<provider>/<BOUNCE_TOKEN>. */
const REPORTING = [
  'BOUNCE_SECRET',
  'SES_TOPIC_ARN',
  'POSTMARK_WEBHOOK_AUTH',
  'MAILGUN_SIGNING_KEY',
  'SENDGRID_PUBLIC_KEY',
  'RESEND_WEBHOOK_SECRET',
];

/** What isn't an address at all is a fault of its own. */
function isMailboxAddress(address: string): boolean {
  if (!URL.canParse(address)) return true;
  const { username, password, pathname, search, hash } = new URL(address);
  const parts = [username, password, pathname];
  return username !== '' && search + hash === '' && !pathname.slice(1).includes('@') && parts.every(isUrlEncoded);
}

function isPublicKey(base64: string): boolean {
  try {
    return (
      createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' }).asymmetricKeyType === 'ec'
    );
  } catch {
    return false;
  }
}

function faultsOfSmtp(address: string): string[] {
  if (!URL.canParse(address)) return [];
  const { username, password, pathname, search, hash, searchParams } = new URL(address);
  // A raw / ? or # ends the host: what follows, an @ included, is the rest of the password then, and must not be shown.
  const isCutOff = !['', '/'].includes(pathname) || hash !== '' || search.includes('@');
  if (isCutOff || !isUrlEncoded(username) || !isUrlEncoded(password)) return [SMTP_FORM];
  return [...searchParams].flatMap(([name, value]) => {
    const known = SMTP_PARAMETERS.get(name);
    if (!known) return `has an unknown parameter ${name}: there are ${[...SMTP_PARAMETERS.keys()].join(', ')}`;
    return known.form.test(value) ? [] : `must have as ${name} ${known.expected}`;
  });
}

function dkimOf(values: Pick<Values, 'DKIM_DOMAIN' | 'DKIM_SELECTOR' | 'DKIM_PRIVATE_KEY'>) {
  const { DKIM_DOMAIN: domain, DKIM_SELECTOR: selector, DKIM_PRIVATE_KEY: privateKey } = values;
  return domain !== null && selector !== null && privateKey !== null ? { domain, selector, privateKey } : null;
}

/** Of the host of an address. */
export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname);

/** Whether only programs of this machine reach the server: it is being tried or tested. */
export const isLocal = ({ publicUrl }: { publicUrl: string }): boolean => isLoopback(new URL(publicUrl).hostname);

const withoutBlanks = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value?.trim() || undefined]));

const isProduction = ({ NODE_ENV, PUBLIC_URL }: Environment): boolean =>
  NODE_ENV === 'production' || Boolean(PUBLIC_URL?.startsWith('https:'));

const localUrl = (port: number): string => `http://127.0.0.1:${port}`;
