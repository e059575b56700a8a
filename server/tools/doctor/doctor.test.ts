/** `npm run doctor` against a local Stripe, a real SMTP server and both engines. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setUpConnectEndpoint } from '../../installs/connect-endpoint';
import { connectRestrictedKey } from '../../installs/restricted-key';
import { ENGINES } from '../../test/databases';
import { ACCOUNT, createClock, lending, TEST, type Tillpost } from '../../test/harness';
import { fixtureEvent } from '../../test/fixtures/stripe';
import { startMailServer } from '../../test/mail-server';
import { createVault } from '../../vault';
import { activateWorkflow, createWorkflow } from '../../workflows/workflows';
import { examine, examineSettings } from './examine';
import type { Finding } from '../../finding';
import { toLine } from './line';

const OWNER_KEY = 'sk_test_sandbox0000000000';
const TEST_MODE_ONLY = { STRIPE_SECRET_KEY: '', STRIPE_AUTHORIZE_URL: '', STRIPE_WEBHOOK_SECRET: '' };
const NO_APP = {
  ...TEST_MODE_ONLY,
  STRIPE_TEST_SECRET_KEY: '',
  STRIPE_TEST_AUTHORIZE_URL: '',
  STRIPE_TEST_WEBHOOK_SECRET: '',
};

/** A Tillpost whose test mode is set up at Stripe as `npm run stripe:setup` does it. */
const withTillpost = lending(
  ({ ctx, url }) => setUpConnectEndpoint(ctx.stripeFor(OWNER_KEY), `${url}/webhooks/stripe`),
  { env: TEST_MODE_ONLY },
);

const of = (findings: Finding[], check: string) => findings.find((finding) => finding.check === check);
const faultsIn = (findings: Finding[]) => findings.filter(({ kind }) => kind === 'fault').map(toLine);

describe.each(ENGINES)('a Tillpost that is set up on %s', (engine) => {
  it('has no faults, and stays as it is', async () => {
    const mail = await startMailServer();
    const sender = { MAIL_FROM: 'hello@example.com', MAIL_FROM_MARKETING: 'news@example.com' };
    const work = withTillpost({ engine, env: { SMTP_URL: mail.url, ...sender } }, async (tillpost) => {
      const findings = await examine(tillpost.ctx);
      expect(faultsIn(findings)).toEqual([]);
      expect(findings.map(({ check, kind }) => [check, kind])).toEqual([
        ['Database', 'ok'],
        ['Stripe, live mode', 'skipped'],
        ['Stripe, test mode', 'ok'],
        ['Webhooks, test mode', 'ok'],
        ['Clock', 'ok'],
        ['Email', 'ok'],
        ['Sender', 'warning'],
        ['Sender', 'warning'],
        ['DKIM', 'skipped'],
        ['Mail server', 'ok'],
        ['EHLO name', 'warning'],
        ['Bounces', 'skipped'],
        ['Address', 'ok'],
      ]);
      expect(of(findings, 'Email')?.says).toMatch(/from hello@example\.com, marketing from news@example\.com$/);
      const tables = await tillpost.db.introspection.getTables();
      expect(tables.map(({ name }) => name)).not.toContain('tillpost_doctor');
    });
    await work.finally(() => mail.close());
  });

  it('says when the mail server keeps refusing, though not for the addresses', async () => {
    const mail = await startMailServer();
    const env = { SMTP_URL: mail.url, MAIL_FROM: 'hello@example.com' };
    const work = withTillpost({ engine, env }, async ({ ctx, db, clock, connect, enable, deliver, worker }) => {
      await connect();
      const people = ['a@example.com', 'b@example.com', 'c@example.com', 'd@example.com'];
      await enable({}, { test_recipients: people });
      const { id } = await createWorkflow(db, TEST, { template: 'new_customer' }, clock.now());
      await activateWorkflow(db, TEST, id, clock.now());
      const refuse = async (email: string, message: string) => {
        mail.trouble({ at: 'rcpt', code: 550, message });
        const object = { id: `cus_${email[0]}`, email };
        const created = Math.floor(clock.now() / 1000);
        await deliver(fixtureEvent('customer.created', { account: ACCOUNT, created, object }));
        await worker.drain();
      };
      await refuse('a@example.com', 'Your IP has a poor reputation');
      await refuse('b@example.com', '5.1.1 User unknown');
      expect(of(await examine(ctx), 'Refusals')).toBeUndefined();
      await refuse('c@example.com', 'Your IP has a poor reputation');
      expect(of(await examine(ctx), 'Refusals')).toMatchObject({
        kind: 'fault',
        says: expect.stringContaining('refused 2 emails') as string,
      });
      clock.advance(25 * 3_600_000);
      expect(of(await examine(ctx), 'Refusals')).toBeUndefined();
    });
    await work.finally(() => mail.close());
  });

  it('misses its tables until it is migrated', () =>
    withTillpost({ engine }, async (tillpost) => {
      await tillpost.db.deleteFrom('kysely_migration' as never).execute();
      expect(of(await examine(tillpost.ctx), 'Database')).toMatchObject({
        kind: 'fault',
        says: expect.stringMatching(/misses tables/) as unknown,
      });
    }));
});

describe('what becomes of emails', () => {
  it('is heard of where a provider may report it', () =>
    withTillpost({ env: { BOUNCE_TOKEN: 'bounce-token-0123456789', MAILGUN_SIGNING_KEY: 'key' } }, async ({ ctx }) =>
      expect(of(await examine(ctx), 'Bounces')).toMatchObject({ kind: 'ok' }),
    ));

  it('stays unknown where the mailbox of bounces does not open, which is told without its password', () =>
    withTillpost({ env: { BOUNCE_IMAP_URL: 'imap://bounces:hunter2hunter2@127.0.0.1:9' } }, async ({ ctx }) => {
      const finding = of(await examine(ctx), 'Bounces');
      expect(finding).toMatchObject({ kind: 'fault', next: 'look at BOUNCE_IMAP_URL' });
      expect(toLine(finding!)).not.toContain('hunter2');
    }));
});

describe('the database', () => {
  it('that can not be reached is a fault, told without its password', () =>
    withTillpost({}, async ({ ctx }) => {
      const databaseUrl = 'postgres://tillpost:hunter2hunter2@127.0.0.1:9/tillpost';
      const findings = await examineSettings({ config: ctx.config, secrets: { ...ctx.secrets, databaseUrl } });
      expect(of(findings, 'Database')).toMatchObject({ kind: 'fault' });
      expect(findings.map(toLine).join('\n')).not.toContain('hunter2');
    }));

  it('is not made by looking for it', () =>
    withTillpost({}, async ({ ctx }) => {
      const folder = await mkdtemp(join(tmpdir(), 'tillpost-'));
      const databaseUrl = `sqlite:${join(folder, 'none', 'tillpost.db')}`;
      for (const _ of [1, 2]) {
        const findings = await examineSettings({ config: ctx.config, secrets: { ...ctx.secrets, databaseUrl } });
        expect(of(findings, 'Database')?.says).toMatch(/does not exist yet/);
      }
      await rm(folder, { recursive: true });
    }));
});

describe('the webhook endpoint', () => {
  it('is missed when there is none at our address', () =>
    withTillpost({}, async (tillpost) => {
      const stripe = tillpost.ctx.stripeFor(OWNER_KEY);
      for (const { id } of (await stripe.webhookEndpoints.list()).data) await stripe.webhookEndpoints.del(id);
      expect(of(await examine(tillpost.ctx), 'Webhooks, test mode')).toEqual({
        kind: 'fault',
        check: 'Webhooks, test mode',
        says: `no endpoint leads to ${tillpost.url}/webhooks/stripe`,
        next: 'run `npm run stripe:setup`',
      });
    }));

  it('is at fault when it lacks types, is disabled or has another API version, all told at once', () =>
    withTillpost({}, async (tillpost) => {
      const stripe = tillpost.ctx.stripeFor(OWNER_KEY);
      for (const { id } of (await stripe.webhookEndpoints.list()).data) await stripe.webhookEndpoints.del(id);
      const { id } = await stripe.webhookEndpoints.create({
        url: `${tillpost.url}/webhooks/stripe`,
        enabled_events: ['customer.created'],
        api_version: '2024-06-20',
        connect: true,
      });
      await stripe.webhookEndpoints.update(id, { disabled: true });
      const says = of(await examine(tillpost.ctx), 'Webhooks, test mode')?.says;
      expect(says).toMatch(/disabled/);
      expect(says).toMatch(/does not send .*customer\.updated.*account\.application\.deauthorized/);
      expect(says).toMatch(/2024-06-20/);
    }));

  it('of a restricted key that may not open the portal works, and it is named', () =>
    withTillpost({ env: NO_APP }, async (tillpost) => {
      tillpost.localStripe.addAccount({ id: ACCOUNT });
      const needed = 'customer subscription invoice charge dispute checkout_session quote event webhook payment_intent';
      const permissions = needed.split(' ').map((one) => `${one}_${one === 'webhook' ? 'write' : 'read'}`);
      const key = tillpost.localStripe.createRestrictedKey(ACCOUNT, false, permissions);
      expect((await connectRestrictedKey(tillpost.ctx, key)).kind).toBe('connected');
      const findings = (await examine(tillpost.ctx)).filter(({ check }) => check === ACCOUNT);
      expect(findings.map(({ kind }) => kind)).toEqual(['ok', 'warning']);
      expect(findings[1]?.says).toMatch(/lacks Customer portal: write:/);
    }));

  it('of a restricted key is looked at too', () =>
    withTillpost({ env: NO_APP }, async (tillpost) => {
      tillpost.localStripe.addAccount({ id: ACCOUNT });
      const key = tillpost.localStripe.createRestrictedKey(ACCOUNT, false);
      await connectRestrictedKey(tillpost.ctx, key);
      expect(of(await examine(tillpost.ctx), ACCOUNT)).toMatchObject({ kind: 'ok' });
      const stripe = tillpost.ctx.stripeFor(key);
      for (const { id } of (await stripe.webhookEndpoints.list()).data) await stripe.webhookEndpoints.del(id);
      expect(of(await examine(tillpost.ctx), ACCOUNT)).toMatchObject({
        kind: 'fault',
        says: expect.stringMatching(/no endpoint leads to/) as unknown,
      });
    }));
});

describe('an account that the app connected', () => {
  const installOf = ({ db }: Tillpost) => db.selectFrom('install').selectAll().executeTakeFirst();

  it('is in order, and is only looked at', () =>
    withTillpost({}, async (tillpost) => {
      await tillpost.connect();
      const before = await installOf(tillpost);
      const findings = await examine(tillpost.ctx);
      expect(of(findings, 'Accounts')).toMatchObject({ kind: 'ok' });
      expect(faultsIn(findings)).toEqual([]);
      expect(await installOf(tillpost)).toEqual(before);
    }));

  it('is in order with an expired token, which is left to the next look-up', () =>
    withTillpost({}, async (tillpost) => {
      await tillpost.connect();
      tillpost.clock.advance(2 * 3_600_000);
      const before = await installOf(tillpost);
      const refreshes = () => tillpost.localStripe.requests.count({ grant_type: 'refresh_token' });
      expect(of(await examine(tillpost.ctx), 'Accounts')).toMatchObject({ kind: 'ok' });
      expect([refreshes(), await installOf(tillpost)]).toEqual([0, before]);
    }));

  it('is a fault when no key opens its tokens', () =>
    withTillpost({}, async (tillpost) => {
      await tillpost.connect();
      const vault = createVault([Buffer.alloc(32, 9)]);
      const findings = await examine({ ...tillpost.ctx, vault });
      expect(of(findings, ACCOUNT)).toMatchObject({ kind: 'fault', says: 'no key in ENCRYPTION_KEY opens its tokens' });
      expect(of(findings, 'Suppressions')).toMatchObject({ kind: 'fault' });
    }));

  it('is a fault when Stripe refuses its token, and stays as it is', () =>
    withTillpost({}, async (tillpost) => {
      await tillpost.connect();
      const before = await installOf(tillpost);
      tillpost.localStripe.revoke(ACCOUNT, false);
      expect(of(await examine(tillpost.ctx), ACCOUNT)).toMatchObject({
        kind: 'fault',
        says: expect.stringMatching(/^Stripe refuses its token: /) as unknown,
        next: `connect the account again: ${tillpost.url}/connect?mode=test`,
      });
      expect(await installOf(tillpost)).toEqual(before);
    }));

  it('is a fault once it needs reconnecting', () =>
    withTillpost({}, async (tillpost) => {
      await tillpost.connect();
      await tillpost.enable();
      tillpost.localStripe.revoke(ACCOUNT, false);
      const created = Math.floor(tillpost.clock.now() / 1000);
      await tillpost.deliver(fixtureEvent('customer.subscription.created', { account: ACCOUNT, created }));
      await tillpost.worker.drain();
      expect(of(await examine(tillpost.ctx), ACCOUNT)).toMatchObject({
        kind: 'fault',
        says: expect.stringMatching(/needs to be connected again/) as unknown,
        next: `connect the account again: ${tillpost.url}/connect?mode=test`,
      });
    }));
});

describe('the address', () => {
  it.each([
    ['in production is a fault', true, 'fault'],
    ['on a laptop is only told: the server may be off', false, 'skipped'],
  ])('that gives no answer %s', (_what, production, kind) =>
    withTillpost({}, async ({ ctx }) => {
      const config = { ...ctx.config, production, publicUrl: 'http://127.0.0.1:9' };
      expect(of(await examine({ ...ctx, config }), 'Address')).toMatchObject({ kind });
    }),
  );
});

describe('Stripe', () => {
  it('refusing the key is a fault that names the variable and not the key', () =>
    withTillpost({}, async (tillpost) => {
      tillpost.localStripe.faults.add({ kind: 'unauthorized', path: '/v1/webhook_endpoints' });
      const findings = await examine(tillpost.ctx);
      expect(of(findings, 'Stripe, test mode')).toMatchObject({
        kind: 'fault',
        next: expect.stringMatching(/STRIPE_TEST_SECRET_KEY/) as unknown,
      });
      expect(findings.map(toLine).join('\n')).not.toContain(OWNER_KEY);
    }));

  it('failing is a fault, not the end of the checks', () =>
    withTillpost({}, async (tillpost) => {
      tillpost.localStripe.faults.add({ kind: 'server_error' });
      const findings = await examine(tillpost.ctx);
      expect(of(findings, 'Stripe, test mode')).toMatchObject({ kind: 'fault' });
      expect(of(findings, 'Address')).toMatchObject({ kind: 'ok' });
    }));

  it.each([
    [90_000, /9\d s ahead of/],
    [-90_000, /(89|9\d) s behind/],
  ])('living at another time by %i ms is a fault', (ms, says) => {
    const clock = createClock();
    return withTillpost({ clock }, async (tillpost) => {
      const clockOff = { now: () => clock.now() + ms };
      const findings = await examine({ ...tillpost.ctx, clock: clockOff });
      expect(of(findings, 'Clock')).toMatchObject({ kind: 'fault', says: expect.stringMatching(says) as unknown });
    });
  });
});

describe('email', () => {
  it('is a fault when the SMTP server can not be reached', () =>
    withTillpost(
      { env: { SMTP_URL: 'smtp://me:hunter2hunter2@127.0.0.1:9', MAIL_FROM: 'a@example.com' } },
      async (it) => {
        const findings = await examine(it.ctx);
        expect(of(findings, 'Email')).toMatchObject({ kind: 'fault' });
        expect(findings.map(toLine).join('\n')).not.toContain('hunter2');
      },
    ));

  it('is skipped without SMTP', () =>
    withTillpost({}, async (tillpost) =>
      expect(of(await examine(tillpost.ctx), 'Email')).toMatchObject({ kind: 'skipped' }),
    ));
});

describe('npm run doctor', () => {
  const run = (env: Record<string, string>) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'server/tools/doctor.ts'], {
      env: { PATH: process.env.PATH, ...env },
    });

  it('exits with 1 and names every fault of the configuration', async () => {
    const failed = run({ PORT: 'x', SMTP_URL: 'mail.example.com' });
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/✗ Configuration +PORT [^]*✗ Configuration +SMTP_URL [^]*3 faults/) as unknown,
    });
  });

  it('exits with 0 when there is nothing to mend', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tillpost-'));
    const databaseUrl = `sqlite:${join(folder, 'tillpost.db')}`;
    const ENCRYPTION_KEY = Buffer.alloc(32, 7).toString('base64');
    await withTillpost({ databaseUrl, env: { ...NO_APP, ENCRYPTION_KEY } }, async ({ stripeUrl, url }) => {
      const env = { DATABASE_URL: databaseUrl, STRIPE_API_BASE: stripeUrl, PUBLIC_URL: url, ENCRYPTION_KEY };
      const { stdout } = await run(env);
      expect(stdout).toMatch(/✓ Configuration[^]*✓ Database[^]*✓ Clock[^]*✓ Address[^]*No faults\./);
    });
    await rm(folder, { recursive: true });
  });
});
