/** What may not stand in a log: every secret and token a whole Tillpost used, and what it wrote to people. */
import { Writable } from 'node:stream';
import { createTransport } from './emails/transport';
import { findInstall } from './installs/installs';
import { connectRestrictedKey } from './installs/restricted-key';
import { openSecret } from './installs/seals';
import { createLog, redact } from './log';
import { payUrl } from './emails/pay-token';
import { unsubscribeUrl } from './emails/unsubscribe-token';
import { createBrowserClient } from './test/browser-client';
import { ENGINES } from './test/databases';
import { ACCOUNT, LIVE, SECRETS, startTillpost, TEST, type Tillpost } from './test/harness';
import { startMailServer } from './test/mail-server';
import { activateWorkflow, createWorkflow } from './workflows/workflows';

const ENCRYPTION_KEY = Buffer.alloc(32, 7).toString('base64');
const SMTP_PASSWORD = 'smtp-hunter2-password';
const CONTENT = 'Only Jenny may read these very words.';
const DEFINITION = {
  name: 'Welcome',
  trigger: { event: 'customer.created' },
  steps: [{ id: 'a', kind: 'email', email: { kind: 'transactional', subject: 'Hello', body: CONTENT } }],
};

/** A log at its most talkative that keeps its lines. */
function listen() {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  return { lines, log: createLog('trace', destination) };
}

describe('redact', () => {
  it.each([
    ['Invalid API Key provided: sk_test_4eC39HqLyjWDarjtT1zdp7dc', 'sk_test_[redacted]'],
    ['key rk_live_51abcDEF_x is expired', 'rk_live_[redacted]'],
    ['whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH', 'whsec_[redacted]'],
    ['absec_0123456789abcdef', 'absec_[redacted]'],
    ['postgres://tillpost:hunter2@db:5432/tillpost refused', 'postgres://tillpost:[redacted]@db:5432'],
    ['smtp://me%40example.com:p%2Fw@smtp.example.com', ':[redacted]@smtp.example.com'],
    ['smtps://me:a@b:c/d@smtp.example.com failed', ':[redacted]@smtp.example.com failed'],
    ['Authorization: Bearer eyJhbGciOi.abc-def', 'Bearer [redacted]'],
    ['Authorization: Basic c2tfdGVzdF8xOg==', 'Basic [redacted]'],
    ['AUTH PLAIN AG1lAGh1bnRlcjI=', 'AUTH PLAIN [redacted]'],
    ['POST /Open/fAbmVQcG-_7aLZ2o1tJ3k9fAbmVQcG-_7aLZ2o1tJ3k failed', '/Open/[redacted] failed'],
    ['POST /open/fAbmVQcG-_7aLZ2o1tJ3k9fAbmVQcG-_7aLZ2o1tJ3k failed', '/open/[redacted] failed'],
    ['GET /unsubscribe/eyJhIjoxfQ.c2lnbmF0dXJl failed', '/unsubscribe/[redacted] failed'],
    ['POST /bounces/ses/bounce-token-0123456789 failed', '/bounces/ses/[redacted] failed'],
    ['GET /confirm-address/eyJhIjoxfQ.c2lnbmF0dXJl failed', '/confirm-address/[redacted] failed'],
    ['/oauth/callback?code=ac_123456789&state=abcdefghijkl', 'code=[redacted]&state=[redacted]'],
  ])('keeps the secret in "%s" to itself', (text, expected) => {
    expect(redact(text)).toContain(expected);
    expect(redact(text)).not.toMatch(/hunter2|4eC39|51abc|5WbX|0123456789ab|p%2Fw|b:c|eyJ|c2t|AG1l|fAbm|123456789/);
  });

  it('leaves ids and ordinary words alone', () => {
    const text = 'evt_1PqExample of acct_1TillpostTest failed: customer cus_ABC not found at https://api.stripe.com/v1';
    expect(redact(text)).toBe(text);
  });
});

describe('a log line', () => {
  it('censors fields that hold secrets or content, at the top and one level down', () => {
    const { lines, log } = listen();
    log.info({ access_token: 'AAA', install: { refresh_token: 'BBB', webhook_secret: 'CCC' }, email: { html: 'DDD' } });
    expect(lines.join('')).not.toMatch(/AAA|BBB|CCC|DDD/);
  });

  it('says of an error its name, code and message, and nothing that hangs on it', () => {
    const { lines, log } = listen();
    const error = Object.assign(new Error('refused sk_live_0123456789'), {
      code: 'EAUTH',
      raw: { headers: { authorization: 'Bearer AAA' } },
      config: { password: 'BBB' },
    });
    log.error({ err: new Error('outer', { cause: error }) }, 'failed');
    log.error({ err: error }, 'failed');
    log.error(error);
    expect(lines.join('')).toMatch(/EAUTH/);
    expect(lines.join('')).not.toMatch(/AAA|BBB|0123456789/);
  });

  it('stays one line whatever stands in a message', () => {
    const { lines, log } = listen();
    log.warn({ err: new Error('bad\n{"level":60,"msg":"forged"}\u2028') }, 'a\r\nb');
    expect(lines.join('').trimEnd().split('\n')).toHaveLength(1);
  });
});

describe.each(ENGINES)('a whole Tillpost at trace level on %s', (engine) => {
  it('connects, mails, fails in every way and never logs a secret, a token or an email', async () => {
    const { lines, log } = listen();
    const mail = await startMailServer();
    const smtpUrl = mail.url.replace('smtp://', `smtp://tillpost:${SMTP_PASSWORD}@`);
    const live = { STRIPE_SECRET_KEY: '', STRIPE_AUTHORIZE_URL: '', STRIPE_WEBHOOK_SECRET: '' };
    const env = { ...live, SMTP_URL: smtpUrl, MAIL_FROM: 'Operator <hello@example.com>' };
    const tillpost = await startTillpost({ engine, env, overrides: { log } });
    try {
      const secrets = await liveThroughIt(tillpost, mail);
      const text = lines.join('');
      expect(lines.length).toBeGreaterThanOrEqual(5);
      expect(text).toMatch(/could not be exchanged/);
      expect(text).toMatch(/a restricted key could not be connected/);
      for (const [name, secret] of Object.entries(secrets)) {
        expect([name, secret.length > 5]).toEqual([name, true]);
        expect([name, text.includes(secret)]).toEqual([name, false]);
      }
    } finally {
      await tillpost.close();
      await mail.close();
    }
  });
});

describe.each(ENGINES)('a request that fails on %s', (engine) => {
  it.each(['open', 'unsubscribe', 'pay'])('is logged without the token of its /%s/ link', async (prefix) => {
    const { lines, log } = listen();
    const tillpost = await startTillpost({ engine, overrides: { log } });
    try {
      await tillpost.db.schema.dropTable('link_token').execute();
      await tillpost.db.schema.dropTable('email').execute();
      const url = prefix === 'pay' ? payUrl : unsubscribeUrl;
      const token = new URL(url(tillpost.ctx, TEST, 'eml_1')).pathname.split('/').at(-1)!;
      expect((await fetch(`${tillpost.url}/${prefix}/${token}`)).status).toBe(500);
      expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
        expect.objectContaining({ msg: 'request failed', path: `/${prefix}/[redacted]` }),
      );
      expect(lines.join('')).not.toContain(token);
    } finally {
      await tillpost.close();
    }
  });
});

/** Everything that uses a secret, well and badly; returns all of them, in the clear. */
async function liveThroughIt(tillpost: Tillpost, mail: Awaited<ReturnType<typeof startMailServer>>) {
  const { ctx, db, localStripe, clock, worker } = tillpost;
  await tillpost.connect();
  await tillpost.enable({}, { test_recipients: ['jenny@example.com'] });
  const first = await tokens(tillpost);

  const { id } = await createWorkflow(db, TEST, { definition: DEFINITION }, clock.now());
  await activateWorkflow(db, TEST, id, clock.now());
  mail.trouble(
    { at: 'rcpt', code: 450, message: `4.7.1 not now, smtp://tillpost:${SMTP_PASSWORD}@relay` },
    { at: 'data', code: 451, message: '4.3.0 again later' },
  );
  const customer = { id: 'cus_1', object: 'customer', email: 'jenny@example.com', name: 'Jenny Rosen' };
  await localStripe.emit(ACCOUNT, false, 'customer.created', customer);
  // The server refuses our login first; then it is one that wants none.
  await worker.drain();
  ctx.transport?.close();
  ctx.transport = createTransport(mail.url);
  for (let hour = 0; hour < 3; hour++) {
    clock.advance(3_600_000);
    await worker.drain();
  }
  await worker.drain();
  expect(mail.mails.map(({ parsed }) => parsed.text?.includes(CONTENT))).toEqual([true]);

  // The hours above outlived the first token; the next look-up refreshes it. Then Stripe forgets us.
  localStripe.faults.add({ kind: 'server_error', times: 2 });
  await localStripe.trigger('customer.subscription.created', { account: ACCOUNT });
  await worker.drain();
  const second = await tokens(tillpost);
  localStripe.revoke(ACCOUNT, false);
  await localStripe.trigger('quote.finalized', { account: ACCOUNT });
  clock.advance(7_200_000);
  await worker.drain();

  const browser = createBrowserClient(tillpost.url);
  const state = new URL((await browser.get('/connect?mode=test')).headers.get('location') ?? '').searchParams.get(
    'state',
  );
  const code = 'ac_neverIssued000000000';
  localStripe.faults.add({ kind: 'server_error', path: '/v1/oauth/token', times: 1 });
  await browser.get(`/oauth/callback?state=${state}&code=${code}`);
  const key = 'rk_live_unknownToStripe00000000';
  await connectRestrictedKey(ctx, key);
  const goodKey = localStripe.createRestrictedKey(ACCOUNT, true);
  await connectRestrictedKey(ctx, goodKey);
  const keyInstall = await findInstall(db, LIVE);
  const { console_url: consoleUrl } = await tillpost.call('overview', {}, { tenant: LIVE });
  const opened = createBrowserClient(tillpost.url);
  const link = new URL(consoleUrl ?? '');
  const csrf = await opened.csrfToken(link.pathname);
  await opened.post(link.pathname, { csrf_token: csrf });
  await tillpost.deliver({ type: 'customer.created', livemode: false }, 'whsec_forged000000000000');

  // Last, the database goes: everything now fails with an error of its own.
  await db.schema.dropTable('event').execute();
  await localStripe.emit(ACCOUNT, false, 'customer.created', customer);
  await tillpost.call('overview');
  await opened.get('/events');
  await worker.drain();

  return {
    encryptionKey: ENCRYPTION_KEY,
    ownerKey: 'sk_test_sandbox0000000000',
    ownerKeyInBasic: Buffer.from('sk_test_sandbox0000000000:').toString('base64'),
    webhookSecret: SECRETS.webhook.test,
    appSecret: SECRETS.app,
    smtpPassword: SMTP_PASSWORD,
    firstToken: first.token,
    firstRefresh: first.refresh,
    secondToken: second.token,
    secondRefresh: second.refresh,
    state: state ?? '',
    code,
    unknownKey: key,
    restrictedKey: goodKey,
    endpointSecret: (keyInstall && openSecret(ctx, 'webhook', keyInstall)) ?? '',
    session: opened.session() ?? '',
    openLink: link.pathname.slice('/open/'.length),
    csrf,
    content: CONTENT,
  };
}

async function tokens({ ctx, db }: Tillpost): Promise<{ token: string; refresh: string }> {
  const install = await findInstall(db, TEST);
  if (!install) throw new Error('not connected');
  return { token: openSecret(ctx, 'token', install) ?? '', refresh: openSecret(ctx, 'refresh', install) ?? '' };
}
