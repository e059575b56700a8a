import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readAddress, readConfig, readSetupConfig } from './config';

const KEY = Buffer.alloc(32, 7).toString('base64');
const OLDER_KEY = Buffer.alloc(32, 6).toString('base64');
const SMTP = { SMTP_URL: 'smtp://127.0.0.1:2525', MAIL_FROM: 'hello@example.com' };
const LIVE_MODE = {
  STRIPE_SECRET_KEY: 'sk_live_1',
  STRIPE_AUTHORIZE_URL: 'https://marketplace.stripe.com/oauth/v2/authorize?client_id=ca_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1, whsec_2',
};

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe('readConfig', () => {
  it('has a default for everything on one laptop', () => {
    const { config, secrets } = readConfig({});
    expect(config).toEqual({
      production: false,
      port: 4242,
      host: '127.0.0.1',
      publicUrl: 'http://127.0.0.1:4242',
      modes: { live: null, test: null },
      stripeApiBase: 'https://api.stripe.com',
      loopsApiBase: 'https://app.loops.so/api',
      mailFrom: null,
      mailFromMarketing: null,
      alertEmail: null,
      bounces: { address: null, isPostmark: false },
      testSendsPerHour: 20,
      apiRequestsPerSecond: 10,
      allowedAccounts: [],
      retentionDays: 90,
      logLevel: 'info',
    });
    expect(secrets).toMatchObject({
      databaseUrl: 'sqlite:./data/tillpost.db',
      stripeKeys: { live: null, test: null },
      webhookSecrets: { live: [], test: [] },
      appSecrets: [],
      smtpUrl: null,
      dkim: null,
    });
    expect(secrets.encryptionKeys.map((key) => key.length)).toEqual([32]);
  });

  it('takes a blank variable for one that is not set, and trims the others', () =>
    expect(readConfig({ PORT: ' ', SMTP_URL: '', HOST: ' 0.0.0.0 ' }).config).toMatchObject({
      port: 4242,
      host: '0.0.0.0',
    }));

  it('reads a mode, secrets apart', () => {
    const { config, secrets } = readConfig(LIVE_MODE);
    expect(config.modes).toEqual({ live: { authorizeUrl: LIVE_MODE.STRIPE_AUTHORIZE_URL }, test: null });
    expect(secrets.stripeKeys).toEqual({ live: 'sk_live_1', test: null });
    expect(secrets.webhookSecrets).toEqual({ live: ['whsec_1', 'whsec_2'], test: [] });
  });

  it('reads several encryption keys in their order', () =>
    expect(readConfig({ ENCRYPTION_KEY: `${KEY}, ${OLDER_KEY}` }).secrets.encryptionKeys).toEqual([
      Buffer.alloc(32, 7),
      Buffer.alloc(32, 6),
    ]));

  it('sends what is forwarded elsewhere on a local server only', () => {
    const LOOPS_API_BASE = 'http://127.0.0.1:4243/api/';
    expect(readConfig({ LOOPS_API_BASE }).config.loopsApiBase).toBe('http://127.0.0.1:4243/api');
    const production = { PUBLIC_URL: 'https://tillpost.example.com', ENCRYPTION_KEY: KEY };
    expect(readConfig(production).config.loopsApiBase).toBe('https://app.loops.so/api');
    expect(faultsOf(() => readConfig({ ...production, LOOPS_API_BASE }))).toEqual([
      'LOOPS_API_BASE must not be set: contacts are forwarded to https://app.loops.so/api',
    ]);
  });

  it('drops the slash at the end of an address', () =>
    expect(
      readConfig({ PUBLIC_URL: 'http://127.0.0.1:1/', STRIPE_API_BASE: 'http://localhost:4243/' }).config,
    ).toMatchObject({ publicUrl: 'http://127.0.0.1:1', stripeApiBase: 'http://localhost:4243' }));

  it.each([
    ['PORT', 'eighty', 'must be a port number from 0 to 65535'],
    ['PORT', '65536', 'must be a port number from 0 to 65535'],
    ['PUBLIC_URL', 'tillpost.example.com', 'must be an address such as https://tillpost.example.com'],
    ['PUBLIC_URL', 'http://127.0.0.1:1/?a=b', 'must have no query or fragment'],
    ['PUBLIC_URL', 'http://127.0.0.1:1/mail', 'must have no path: everything stands at fixed paths below its host'],
    ['PUBLIC_URL', 'http://127.0.0.1:1/mail/', 'must have no path: everything stands at fixed paths below its host'],
    ['LOG_LEVEL', 'loud', 'must be one of fatal, error, warn, info, debug, trace, silent'],
    ['DATABASE_URL', 'mysql://x', 'must be sqlite:./path/to/file.db, sqlite::memory: or postgres://…'],
    [
      'ENCRYPTION_KEY',
      `${KEY},short`,
      'must be 32 bytes in base64 (openssl rand -base64 32), or a comma-separated list of such keys',
    ],
    ['RETENTION_DAYS', '0', 'must be a whole number of days, at least 1'],
    ['STRIPE_APP_SECRET', 'absec_1,whsec_1', 'must be a comma-separated list of absec_… secrets'],
    [
      'LOOPS_API_BASE',
      'https://elsewhere.example',
      'must be an http address on loopback, and only where the server itself is local',
    ],
    ['STRIPE_API_BASE', 'http://api.example.com', 'must be an https address, or http on loopback'],
    ['STRIPE_API_BASE', 'http://127.0.0.1.example.com', 'must be an https address, or http on loopback'],
    ['ALLOWED_ACCOUNTS', 'acct_1 acct_2', 'must be a comma-separated list of Stripe account ids (acct_…)'],
    ['ALLOWED_ACCOUNTS', ',', 'must be a comma-separated list of Stripe account ids (acct_…)'],
    ['MAIL_FROM', 'a@b.example, c@d.example', 'must be an address, as hello@example.com or Name <hello@example.com>'],
    ['MAIL_FROM', 'jürgen@example.com', 'must have only ASCII letters before the @'],
    ['MAIL_FROM_MARKETING', 'News', 'must be an address, as hello@example.com or Name <hello@example.com>'],
    ['MAIL_FROM_MARKETING', 'Jörg <jörg@example.com>', 'must have only ASCII letters before the @'],
    ['ALERT_EMAIL', 'nobody', 'must be an address'],
  ])('refuses %s=%s', (name, value, expected) =>
    expect(faultsOf(() => readConfig({ [name]: value }))).toEqual([`${name} ${expected}`]),
  );

  it.each([
    ['STRIPE_SECRET_KEY', 'sk_test_1', 'must be a live key (sk_live_…)'],
    ['STRIPE_AUTHORIZE_URL', 'http://example.com', "must be the app's whole https install link"],
    ['STRIPE_WEBHOOK_SECRET', 'absec_1', 'must be a comma-separated list of whsec_… secrets'],
  ])('refuses %s=%s in a mode that is whole', (name, value, expected) =>
    expect(faultsOf(() => readConfig({ ...LIVE_MODE, [name]: value }))).toEqual([`${name} ${expected}`]),
  );

  it('names what a mode lacks that is configured in part', () =>
    expect(faultsOf(() => readConfig({ STRIPE_TEST_SECRET_KEY: 'sk_test_1' }))).toEqual(
      ['STRIPE_TEST_AUTHORIZE_URL', 'STRIPE_TEST_WEBHOOK_SECRET'].map(
        (name) =>
          `${name} is missing: test mode is configured in part; ` +
          'set all of STRIPE_TEST_SECRET_KEY, STRIPE_TEST_AUTHORIZE_URL, STRIPE_TEST_WEBHOOK_SECRET or none',
      ),
    ));

  it('wants a sender with an SMTP server', () => {
    expect(faultsOf(() => readConfig({ SMTP_URL: SMTP.SMTP_URL }))).toEqual([
      'MAIL_FROM is missing: the sender address that goes with SMTP_URL',
    ]);
    expect(readConfig(SMTP).config.mailFrom).toBe(SMTP.MAIL_FROM);
  });

  it.each([
    ...['%', '100%sure', '%zz', '/b', '?b', '#b', '?b=c', 'a/b'].map((password) => [
      `smtp://jenny:1${password}@mail.example.com:587`,
      'must look like smtp://user:password@host:port, user and password URL-encoded ' +
        '(% as %25, @ as %40, / as %2F, ? as %3F, # as %23)',
    ]),
    ['smtp://h?rate=5&speed=3', 'has an unknown parameter speed: there are rate, rate_per_install, name, tls'],
    ['smtp://h?Rate=5', 'has an unknown parameter Rate: there are rate, rate_per_install, name, tls'],
    ['smtp://h?constructor=5', 'has an unknown parameter constructor: there are rate, rate_per_install, name, tls'],
    ...['', '0', '0.0', '-1', 'many', '1e3'].map((rate) => [
      `smtp://h?rate_per_install=${rate}`,
      'must have as rate_per_install a number of emails per second above 0',
    ]),
    ...['', '-a.example', 'a..example', 'a b', '[mail.example.com]', 'a\r\nMAIL', `${'a'.repeat(64)}.example`].map(
      (name) => [
        `smtp://h?name=${encodeURIComponent(name)}`,
        'must have as name the name to greet the mail server with, as mail.example.com or [192.0.2.1]',
      ],
    ),
    ...['', 'true', 'Required'].map((tls) => [`smtp://h?tls=${tls}`, 'must have as tls required or optional']),
  ])('refuses SMTP_URL=%s', (address, expected) =>
    expect(faultsOf(() => readConfig({ ...SMTP, SMTP_URL: address }))).toEqual([`SMTP_URL ${expected}`]),
  );

  it.each([
    'smtp://u:1%25%40%3F@mail.example.com:587?rate=14&rate_per_install=0.5',
    'smtps://mail.example.com/',
    'smtp://mail.example.com?name=out.example.com&tls=optional',
    'smtp://mail.example.com?name=[IPv6:2001:db8::1]&tls=required',
  ])('takes SMTP_URL=%s', (address) =>
    expect(readConfig({ ...SMTP, SMTP_URL: address }).secrets.smtpUrl).toBe(address),
  );

  it('takes MAIL_FROM for marketing, unless that has a sender of its own', () => {
    const News = 'Nächstes <news@müller.example>';
    expect(readConfig(SMTP).config.mailFromMarketing).toBe(SMTP.MAIL_FROM);
    expect(readConfig({ ...SMTP, MAIL_FROM_MARKETING: News }).config.mailFromMarketing).toBe(News);
  });

  it.each([
    ['BOUNCE_TOKEN', 'short', 'must be at least 16 letters, digits, _ or -'],
    ['BOUNCE_SECRET', 'whsec_x', 'must be a secret of Standard Webhooks'],
    ['BOUNCE_ADDRESS', 'bounces+x@example.com', 'must be an address without +'],
    ['BOUNCE_ADDRESS', 'a-very-long-name@example.com', 'must be an address without +'],
    ['BOUNCE_IMAP_URL', 'imap://u:p@mail.example.com', 'must look like imaps://'],
    ['BOUNCE_IMAP_URL', 'imaps://mail.example.com', 'must look like imaps://'],
    ['BOUNCE_IMAP_URL', 'imaps://u:100%@mail.example.com', 'must look like imaps://'],
    ['BOUNCE_IMAP_URL', 'imaps://u:a/b@mail.example.com', 'must look like imaps://'],
    ['SES_TOPIC_ARN', 'arn:aws:sqs:eu-west-1:123456789012:x', 'must be the ARN of an SNS topic'],
    ['POSTMARK_WEBHOOK_AUTH', 'password', 'must be user:password'],
    ['SENDGRID_PUBLIC_KEY', 'AAAA', 'must be the event webhook'],
    ['RESEND_WEBHOOK_SECRET', 'secret', 'must be a secret of Standard Webhooks'],
  ])('refuses %s=%s', (name, value, expected) => {
    const faults = faultsOf(() => readConfig({ BOUNCE_TOKEN: 'bounce-token-0123456789', [name]: value }));
    expect(faults).toEqual([expect.stringContaining(`${name} ${expected}`)]);
  });

  it.each([
    'imaps://u:p%40ss%2Fword@mail.example.com/INBOX',
    'imaps://u:p@mail.example.com:993',
    'imap://u:p@127.0.0.1:1143',
  ])('takes BOUNCE_IMAP_URL=%s', (address) =>
    expect(readConfig({ BOUNCE_IMAP_URL: address }).secrets.bounceMailbox).toBe(address),
  );

  it('wants a token with a provider that may report', () =>
    expect(
      faultsOf(() => readConfig({ MAILGUN_SIGNING_KEY: 'key', BOUNCE_SECRET: `whsec_${'A'.repeat(32)}` })),
    ).toEqual(['BOUNCE_TOKEN is missing: the end of the address that goes with BOUNCE_SECRET, MAILGUN_SIGNING_KEY']));

  it('names every fault at once, and never the value', () => {
    const read = () =>
      readConfig({ PORT: 'x', SMTP_URL: 'hunter2', STRIPE_SECRET_KEY: 'hunter2', LOG_LEVEL: 'hunter2' });
    expect(faultsOf(read).map((fault) => fault.split(' ')[0])).toEqual([
      'PORT',
      'LOG_LEVEL',
      'STRIPE_SECRET_KEY',
      'SMTP_URL',
      'STRIPE_AUTHORIZE_URL',
      'STRIPE_WEBHOOK_SECRET',
      'MAIL_FROM',
    ]);
    expect(faultsOf(read).join()).not.toContain('hunter2');
    expect(read).toThrow(/^The configuration has 7 faults:\n- PORT must be a port number/);
  });
});

describe('DKIM', () => {
  const pemOf = ({ privateKey }: { privateKey: KeyObject }): string =>
    privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const keyOf = (modulusLength: number): string => pemOf(generateKeyPairSync('rsa', { modulusLength }));
  const KEY_FORM =
    'DKIM_PRIVATE_KEY must be an RSA private key of 1024 bits or more, as PEM (-----BEGIN PRIVATE KEY-----\\n…) ' +
    'or as the path of a readable file with it';
  const pem = keyOf(1024);
  const DKIM = { DKIM_DOMAIN: 'example.com', DKIM_SELECTOR: 'a1._b', DKIM_PRIVATE_KEY: pem };
  const folder = mkdtempSync(join(tmpdir(), 'tillpost-dkim-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const dkimOf = (env: object) => readConfig({ ...DKIM, ...env }).secrets.dkim;

  it('is read with its key as text, with escaped line breaks, or from a file', () => {
    const path = join(folder, 'dkim.pem');
    writeFileSync(path, pem);
    expect(dkimOf({})).toEqual({ domain: 'example.com', selector: 'a1._b', privateKey: pem.trim() });
    expect(dkimOf({ DKIM_PRIVATE_KEY: pem.trim().replaceAll('\n', '\\n') })?.privateKey).toBe(pem.trim());
    expect(dkimOf({ DKIM_PRIVATE_KEY: path })?.privateKey).toBe(pem);
    expect(dkimOf({ DKIM_DOMAIN: 'Müller.example' })?.domain).toBe('xn--mller-kva.example');
  });

  it('is set whole or not at all', () =>
    expect(faultsOf(() => readConfig({ DKIM_DOMAIN: 'example.com' }))).toEqual(
      ['DKIM_SELECTOR', 'DKIM_PRIVATE_KEY'].map(
        (name) =>
          `${name} is missing: DKIM is configured in part; set all of DKIM_DOMAIN, DKIM_SELECTOR, DKIM_PRIVATE_KEY or none`,
      ),
    ));

  it.each([
    ['a host name', { DKIM_DOMAIN: 'localhost' }, 'DKIM_DOMAIN must be a domain, as example.com'],
    ['tags as a domain', { DKIM_DOMAIN: 'a.example; s=x' }, 'DKIM_DOMAIN must be a domain, as example.com'],
    [
      'tags as a selector',
      { DKIM_SELECTOR: 'a;b' },
      'DKIM_SELECTOR must be the part of the DNS name before ._domainkey',
    ],
    ['a broken key', { DKIM_PRIVATE_KEY: '-----BEGIN PRIVATE KEY-----\nhunter2' }, KEY_FORM],
    ['a file that is not there', { DKIM_PRIVATE_KEY: join(folder, 'missing.pem') }, KEY_FORM],
    ['a short key', { DKIM_PRIVATE_KEY: keyOf(512) }, KEY_FORM],
    ['an Ed25519 key', { DKIM_PRIVATE_KEY: pemOf(generateKeyPairSync('ed25519')) }, KEY_FORM],
    ['an RSA-PSS key', { DKIM_PRIVATE_KEY: pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 1024 })) }, KEY_FORM],
  ])('refuses %s', (_, env, expected) => expect(faultsOf(() => dkimOf(env))).toEqual([expected]));
});

describe('in production', () => {
  const MISSING = {
    address: 'PUBLIC_URL is missing: the https address under which Stripe and people reach this server',
    key: 'ENCRYPTION_KEY is missing: 32 random bytes in base64 (openssl rand -base64 32)',
  };

  it('an address and a key must be set', () =>
    expect(faultsOf(() => readConfig({ NODE_ENV: 'production' }))).toEqual([MISSING.address, MISSING.key]));

  it('an https address is enough to want a key', () =>
    expect(faultsOf(() => readConfig({ PUBLIC_URL: 'https://tillpost.example.com' }))).toEqual([MISSING.key]));

  it.each(['http://tillpost.example.com', 'tillpost.example.com'])('the address %s is refused', (PUBLIC_URL) =>
    expect(faultsOf(() => readConfig({ NODE_ENV: 'production', ENCRYPTION_KEY: KEY, PUBLIC_URL }))).toEqual([
      'PUBLIC_URL must be an https address such as https://tillpost.example.com',
    ]),
  );

  it.each(['http://localhost:4242', 'http://127.0.0.1:4242', 'http://[::1]:4242', 'https://tillpost.example.com'])(
    'the address %s is good',
    (PUBLIC_URL) =>
      expect(readConfig({ NODE_ENV: 'production', ENCRYPTION_KEY: KEY, PUBLIC_URL }).config).toMatchObject({
        production: true,
        publicUrl: PUBLIC_URL,
      }),
  );

  const READY = { NODE_ENV: 'production', ENCRYPTION_KEY: KEY, PUBLIC_URL: 'https://tillpost.example.com' };
  const UNANSWERABLE = 'must be of a domain of yours: nobody can answer an IP address, localhost or a single name';

  it.each([
    'no-reply@127.0.0.1',
    'Acme <no-reply@[192.0.2.1]>',
    'hello@[IPv6:2001:db8::1]',
    'hello@localhost',
    'hello@mail.localhost',
    'hello@mailhost',
  ])('the sender %s is refused, and is good elsewhere', (sender) => {
    const senders = { MAIL_FROM: sender, MAIL_FROM_MARKETING: sender };
    expect(faultsOf(() => readConfig({ ...READY, ...senders, BOUNCE_ADDRESS: 'b@localhost' }))).toEqual([
      `MAIL_FROM ${UNANSWERABLE}`,
      `MAIL_FROM_MARKETING ${UNANSWERABLE}`,
      `BOUNCE_ADDRESS ${UNANSWERABLE}`,
    ]);
    expect(readConfig(senders).config.mailFrom).toBe(sender);
  });

  it.each([
    'hello@acme.dev',
    'hello@example.com',
    'hello@office.local',
    'Acme <hello@mail.acme.co.uk>',
    'hello@müller.de',
    'hello@3com.com',
    'hello@local.dev',
  ])('the sender %s is good', (sender) =>
    expect(readConfig({ ...READY, MAIL_FROM: sender }).config.mailFrom).toBe(sender),
  );
});

describe('readSetupConfig', () => {
  it('needs an address and a key, and nothing else of a mode', () => {
    expect(
      readSetupConfig({ PUBLIC_URL: 'https://a.example', STRIPE_TEST_SECRET_KEY: 'sk_test_1', PORT: 'x' }),
    ).toEqual({
      publicUrl: 'https://a.example',
      stripeApiBase: 'https://api.stripe.com',
      keys: { live: null, test: 'sk_test_1' },
    });
    expect(faultsOf(() => readSetupConfig({}))).toEqual([
      'PUBLIC_URL is missing: the https address under which Stripe and people reach this server',
      "STRIPE_SECRET_KEY or STRIPE_TEST_SECRET_KEY is missing: the app owner's key",
    ]);
  });
});

describe('readAddress', () => {
  it('falls back on the local one', () => {
    expect(readAddress({ PORT: '5000' })).toBe('http://127.0.0.1:5000');
    expect(readAddress({ PUBLIC_URL: 'https://a.example/', SMTP_URL: 'x' })).toBe('https://a.example');
    expect(faultsOf(() => readAddress({ NODE_ENV: 'production' }))).toHaveLength(1);
  });
});
