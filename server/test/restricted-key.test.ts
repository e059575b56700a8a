/** Connecting with a restricted key, and the webhook endpoints Tillpost makes at Stripe. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ACCOUNT_EVENT_TYPES, EVENT_TYPES } from '../../shared/catalogue';
import { CONNECT_EVENT_TYPES, warnOfConnectEndpoints } from '../installs/connect-endpoint';
import { findInstall } from '../installs/installs';
import { STRIPE_API_VERSION } from '../stripe';
import { disconnect } from '../lifecycle/disconnect';
import { createInstallQueue } from '../lifecycle/install-queue';
import { createLog } from '../log';
import { createWorker } from '../worker';
import { createBrowserClient, type BrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { ACCOUNT, lending, TEST, type HarnessOptions, type Tillpost } from './harness';

/** Test mode has no app here. */
const NO_APP = { STRIPE_TEST_SECRET_KEY: '', STRIPE_TEST_AUTHORIZE_URL: '', STRIPE_TEST_WEBHOOK_SECRET: '' };
const NEEDED = [
  'customer_read',
  'subscription_read',
  'invoice_read',
  'charge_read',
  'dispute_read',
  'checkout_session_read',
  'quote_read',
  'event_read',
  'webhook_write',
];

const lend = lending();
const withTillpost = (
  work: (tillpost: Tillpost, browser: BrowserClient) => Promise<void>,
  options: HarnessOptions = {},
) => lend({ env: NO_APP, ...options }, (tillpost) => work(tillpost, createBrowserClient(tillpost.url)));

async function paste(browser: BrowserClient, key: string): Promise<Response> {
  return browser.post('/connect/key', { csrf_token: await browser.csrfToken('/'), key });
}

/** The endpoints of the account at Stripe. */
const endpoints = async ({ ctx }: Tillpost, key: string) => (await ctx.stripeFor(key).webhookEndpoints.list()).data;

describe.each(ENGINES)('a restricted key on %s', (engine) => {
  it('connects its account, makes one endpoint with our types and version, and signs in', () =>
    withTillpost(
      async (tillpost, browser) => {
        const key = tillpost.localStripe.createRestrictedKey(ACCOUNT, false, NEEDED);
        const response = await paste(browser, key);
        expect([response.status, response.headers.get('location')]).toEqual([303, '/settings/stripe']);
        const install = await findInstall(tillpost.db, TEST);
        expect(install).toMatchObject({ kind: 'restricted_key', status: 'active' });
        expect(JSON.stringify(install)).not.toContain(key);
        const [endpoint, ...more] = await endpoints(tillpost, key);
        expect(more).toEqual([]);
        expect(endpoint).toMatchObject({
          url: `${tillpost.url}/webhooks/stripe/${install?.id}`,
          api_version: STRIPE_API_VERSION,
          status: 'enabled',
        });
        const others = ['invoice.voided', 'invoice.marked_uncollectible'];
        expect([...endpoint!.enabled_events].sort()).toEqual([...EVENT_TYPES, ...others].sort());
      },
      { engine },
    ));

  it('lets events in at its own endpoint', () =>
    withTillpost(
      async (tillpost, browser) => {
        await paste(browser, tillpost.localStripe.createRestrictedKey(ACCOUNT, false));
        const event = await tillpost.localStripe.trigger('customer.created', { account: ACCOUNT });
        const row = await tillpost.db.selectFrom('event').selectAll().where('id', '=', event.id).executeTakeFirst();
        expect(row).toMatchObject({ account_id: ACCOUNT, livemode: 0, reason: 'event_off' });
      },
      { engine },
    ));
});

describe('pasting the key again', () => {
  it('signs in and keeps the endpoint', () =>
    withTillpost(async (tillpost, browser) => {
      const key = tillpost.localStripe.createRestrictedKey(ACCOUNT, false);
      await paste(browser, key);
      const before = await endpoints(tillpost, key);
      const other = createBrowserClient(tillpost.url);
      expect((await paste(other, key)).status).toBe(303);
      expect((await endpoints(tillpost, key)).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
      expect((await other.get('/settings/stripe')).status).toBe(200);
    }));

  it('at once in two windows still makes one endpoint', () =>
    withTillpost(async (tillpost, browser) => {
      const key = tillpost.localStripe.createRestrictedKey(ACCOUNT, false);
      const answers = await Promise.all([paste(browser, key), paste(createBrowserClient(tillpost.url), key)]);
      expect(answers.map(({ status }) => status)).toEqual([303, 303]);
      expect(await endpoints(tillpost, key)).toHaveLength(1);
    }));

  it('makes a new endpoint when the merchant deleted it, and puts right one that was changed', () =>
    withTillpost(async (tillpost, browser) => {
      const key = tillpost.localStripe.createRestrictedKey(ACCOUNT, false);
      const stripe = tillpost.ctx.stripeFor(key);
      await paste(browser, key);
      const [first] = await endpoints(tillpost, key);
      await stripe.webhookEndpoints.update(first!.id, { enabled_events: ['charge.failed'], disabled: true });
      await paste(createBrowserClient(tillpost.url), key);
      expect(await endpoints(tillpost, key)).toMatchObject([{ id: first!.id, status: 'enabled' }]);
      await stripe.webhookEndpoints.del(first!.id);
      await paste(createBrowserClient(tillpost.url), key);
      const again = await endpoints(tillpost, key);
      expect(again).toHaveLength(1);
      const event = await tillpost.localStripe.trigger('customer.created', { account: ACCOUNT });
      expect(await tillpost.db.selectFrom('event').select('id').execute()).toContainEqual({ id: event.id });
    }));

  it('clears away what an attempt that died left at Stripe', () =>
    withTillpost(async (tillpost, browser) => {
      const key = tillpost.localStripe.createRestrictedKey(ACCOUNT, false);
      const stripe = tillpost.ctx.stripeFor(key);
      const leftover = `${tillpost.url}/webhooks/stripe/ins_0190leftover`;
      await stripe.webhookEndpoints.create({ url: leftover, enabled_events: ['*'] });
      await stripe.webhookEndpoints.create({ url: 'https://elsewhere.example/hook', enabled_events: ['*'] });
      await paste(browser, key);
      const urls = (await endpoints(tillpost, key)).map(({ url }) => url);
      expect(urls).not.toContain(leftover);
      expect(urls).toContain('https://elsewhere.example/hook');
      expect(urls).toHaveLength(2);
    }));
});

describe('a key of an earlier release', () => {
  it('goes on without the permissions that apps need for newer types, and gets their events', () =>
    withTillpost(async (tillpost, browser) => {
      const { localStripe } = tillpost;
      localStripe.addAccount({ id: ACCOUNT });
      await paste(browser, localStripe.createRestrictedKey(ACCOUNT, false, NEEDED));
      expect(await findInstall(tillpost.db, TEST)).toMatchObject({ status: 'active' });
      await tillpost.enable();
      const who = { account: ACCOUNT, email: 'jenny@example.com' };
      await localStripe.trigger('customer.created', who);
      for (const type of ['payment_method.automatically_updated', 'charge.refunded'] as const) {
        const { id } = await localStripe.trigger(type, who);
        await localStripe.idle();
        await tillpost.worker.drain();
        expect(await tillpost.call('events/read', { id })).toMatchObject({ status: 'processed', email: who.email });
      }
    }));

  it('keeps its endpoint as it is where it may not change it; the log names the permission', () =>
    withTillpost(async (tillpost, browser) => {
      const { localStripe, ctx } = tillpost;
      const key = localStripe.createRestrictedKey(ACCOUNT, false);
      await paste(browser, key);
      const [{ id } = { id: '' }] = await endpoints(tillpost, key);
      await ctx.stripeFor(key).webhookEndpoints.update(id, { enabled_events: ['customer.created'] });
      localStripe.faults.add({ kind: 'forbidden', permission: 'webhook_write', path: /webhook_endpoints/ });
      const lines: string[] = [];
      const log = createLog('info', { write: (line: string) => void lines.push(line) });
      await createWorker({ ...ctx, log }, [createInstallQueue()]).drain();
      expect(lines.join('')).toMatch(/"permission":"webhook_write".*may lack event types/);
      expect(await findInstall(tillpost.db, TEST)).toMatchObject({ status: 'active', last_error: null });
    }));
});

describe('an endpoint that an earlier release made', () => {
  /** Connected by the release before, whose endpoint the merchant has disabled since. */
  const withOld = (
    test: (it: { tillpost: Tillpost; start: () => Promise<void>; endpoint: () => Promise<unknown> }) => Promise<void>,
  ) =>
    withTillpost(async (tillpost, browser) => {
      const key = tillpost.localStripe.createRestrictedKey(ACCOUNT, false);
      const stripe = tillpost.ctx.stripeFor(key);
      await paste(browser, key);
      const [{ id } = { id: '' }] = await endpoints(tillpost, key);
      await stripe.webhookEndpoints.update(id, { enabled_events: ['customer.created'], disabled: true });
      tillpost.localStripe.requests.clear();
      await test({
        tillpost,
        start: () => createWorker(tillpost.ctx, [createInstallQueue()]).drain(),
        endpoint: async () => (await endpoints(tillpost, key))[0],
      });
    });
  const updates = ({ localStripe }: Tillpost) => localStripe.requests.count({ path: /webhook_endpoints/ });

  it('sends our types after the next start, which asks for nothing else, and once', () =>
    withOld(async ({ tillpost, start, endpoint }) => {
      await start();
      expect(updates(tillpost)).toBe(1);
      expect(await endpoint()).toMatchObject({ enabled_events: [...ACCOUNT_EVENT_TYPES], status: 'disabled' });
      tillpost.localStripe.requests.clear();
      for (let hours = 0; hours < 3; hours++) {
        await tillpost.worker.drain();
        tillpost.clock.advance(3_600_000);
      }
      expect(updates(tillpost)).toBe(1);
    }));

  it('is left to the start after when Stripe fails; catching up goes on', () =>
    withOld(async ({ tillpost, start, endpoint }) => {
      tillpost.localStripe.faults.add({ kind: 'server_error', path: /webhook_endpoints/, times: 1 });
      await start();
      expect(await endpoint()).toMatchObject({ enabled_events: ['customer.created'] });
      const install = await findInstall(tillpost.db, TEST);
      expect(install).toMatchObject({ status: 'active', attempts: 0, last_error: null });
      expect(install?.catch_up_from).not.toBeNull();
      await start();
      expect(await endpoint()).toMatchObject({ enabled_events: [...ACCOUNT_EVENT_TYPES] });
    }));
});

describe('the log of a start', () => {
  const OWNER_KEY = 'sk_test_sandbox0000000000';
  const TEST_MODE_ONLY = { STRIPE_SECRET_KEY: '', STRIPE_AUTHORIZE_URL: '', STRIPE_WEBHOOK_SECRET: '' };

  /** What a start writes. */
  async function logOf({ ctx }: Tillpost, production = true): Promise<string> {
    const lines: string[] = [];
    const log = createLog('info', { write: (line: string) => void lines.push(line) });
    await warnOfConnectEndpoints({ ...ctx, log, config: { ...ctx.config, production } });
    return lines.join('');
  }

  it('says that the endpoint of the app lacks types, and what to do', () =>
    lend({ env: TEST_MODE_ONLY }, async (tillpost) => {
      const url = `${tillpost.url}/webhooks/stripe`;
      expect(await logOf(tillpost)).toContain(`no endpoint leads to ${url}`);
      const stripe = tillpost.ctx.stripeFor(OWNER_KEY);
      const earlier = CONNECT_EVENT_TYPES.filter((type) => type !== 'invoice.voided');
      const wanted = { url, connect: true, api_version: STRIPE_API_VERSION };
      const { id } = await stripe.webhookEndpoints.create({ ...wanted, enabled_events: [...earlier] });
      expect(await logOf(tillpost)).toMatch(/does not send invoice\.voided.*npm run stripe:setup/);
      await stripe.webhookEndpoints.update(id, { enabled_events: [...CONNECT_EVENT_TYPES] });
      expect(await logOf(tillpost)).toBe('');
    }));

  it('says when Stripe can not be asked, which keeps nothing from starting', () =>
    lend({ env: TEST_MODE_ONLY }, async (tillpost) => {
      tillpost.localStripe.faults.add({ kind: 'server_error' });
      expect(await logOf(tillpost)).toMatch(/could not be looked at/);
    }));

  it('says nothing where no app is configured, and on a laptop', async () => {
    await lend({ env: { ...TEST_MODE_ONLY, ...NO_APP } }, async (tillpost) => expect(await logOf(tillpost)).toBe(''));
    await lend({ env: TEST_MODE_ONLY }, async (tillpost) => expect(await logOf(tillpost, false)).toBe(''));
  });
});

describe('a key that can not be used', () => {
  it.each(['', 'sk_test_1234567890', 'rk_test_', 'rk_prod_123', 'pk_test_1234'])('is refused: “%s”', (key) =>
    withTillpost(async (_tillpost, browser) => {
      const response = await paste(browser, key);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('restricted key');
      expect(browser.session()).toBeUndefined();
    }),
  );

  it('names every permission it lacks, all at once', () =>
    withTillpost(async (tillpost, browser) => {
      const few = NEEDED.filter((permission) => permission !== 'quote_read' && permission !== 'dispute_read');
      const response = await paste(browser, tillpost.localStripe.createRestrictedKey(ACCOUNT, false, few));
      const html = await response.text();
      expect(response.status).toBe(400);
      expect(html).toMatch(/Disputes: read, Quotes: read/);
      expect(html).not.toMatch(/Customers: read/);
      expect(await findInstall(tillpost.db, TEST)).toBeUndefined();
    }));

  it('is told when Stripe does not know it', () =>
    withTillpost(async (_tillpost, browser) => {
      const response = await paste(browser, 'rk_test_nobodyKnowsThisKey');
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('refuses this key');
    }));

  it('of a mode whose app is configured is sent to Connect to Stripe', () =>
    withTillpost(
      async (tillpost, browser) => {
        const response = await paste(browser, tillpost.localStripe.createRestrictedKey(ACCOUNT, false));
        expect(response.status).toBe(400);
        expect(await response.text()).toContain('/connect?mode=test');
      },
      { env: { STRIPE_SECRET_KEY: '', STRIPE_AUTHORIZE_URL: '', STRIPE_WEBHOOK_SECRET: '' } },
    ));

  it('of an account that is not allowed makes nothing at Stripe', () =>
    withTillpost(
      async (tillpost, browser) => {
        const key = tillpost.localStripe.createRestrictedKey(ACCOUNT, false);
        expect((await paste(browser, key)).status).toBe(400);
        expect(await endpoints(tillpost, key)).toEqual([]);
      },
      { env: { ...NO_APP, ALLOWED_ACCOUNTS: 'acct_1SomebodyElse' } },
    ));
});

describe('the end of a restricted-key install', () => {
  it('deletes its endpoint at Stripe', () =>
    withTillpost(async (tillpost, browser) => {
      const key = tillpost.localStripe.createRestrictedKey(ACCOUNT, false);
      await paste(browser, key);
      await disconnect(tillpost.ctx, TEST);
      expect(await endpoints(tillpost, key)).toEqual([]);
      expect(await findInstall(tillpost.db, TEST)).toMatchObject({
        status: 'removed',
        access_token: null,
        webhook_secret: null,
      });
    }));

  it('does not fail on a Stripe that can not be reached', () =>
    withTillpost(async (tillpost, browser) => {
      await paste(browser, tillpost.localStripe.createRestrictedKey(ACCOUNT, false));
      tillpost.localStripe.faults.add({ kind: 'server_error' });
      await disconnect(tillpost.ctx, TEST);
      expect((await findInstall(tillpost.db, TEST))?.status).toBe('removed');
    }));
});

describe('npm run stripe:setup', () => {
  const run = async (tillpost: Tillpost, publicUrl = 'https://tillpost.example.com') => {
    const env = {
      PATH: process.env.PATH,
      PUBLIC_URL: publicUrl,
      STRIPE_API_BASE: tillpost.stripeUrl,
      STRIPE_TEST_SECRET_KEY: 'sk_test_sandbox0000000000',
      STRIPE_SECRET_KEY: 'sk_live_sandbox0000000000',
    };
    const script = `${__dirname}/../tools/stripe-setup.ts`;
    return (await promisify(execFile)(process.execPath, ['--import', 'tsx', script], { env })).stdout;
  };
  const at = async (tillpost: Tillpost, url: string) =>
    (await endpoints(tillpost, 'sk_test_sandbox0000000000')).filter((endpoint) => endpoint.url === url);

  it('creates an endpoint per mode and prints its variable; a second run changes nothing; a third repairs', () =>
    withTillpost(async (tillpost) => {
      const url = 'https://tillpost.example.com/webhooks/stripe';
      const first = await run(tillpost);
      expect(first).toMatch(/^ *STRIPE_WEBHOOK_SECRET=whsec_/m);
      expect(first).toMatch(/^ *STRIPE_TEST_WEBHOOK_SECRET=whsec_/m);
      const [endpoint, ...more] = await at(tillpost, url);
      expect(more).toEqual([]);
      expect(endpoint?.enabled_events).toHaveLength(CONNECT_EVENT_TYPES.length);

      expect((await run(tillpost)).match(/nothing changed/g)).toHaveLength(2);

      const stripe = tillpost.ctx.stripeFor('sk_test_sandbox0000000000');
      await stripe.webhookEndpoints.update(endpoint!.id, { enabled_events: ['customer.created'], disabled: true });
      expect(await run(tillpost)).toMatch(/added customer.updated.*enabled it again/);
      expect(await at(tillpost, url)).toMatchObject([{ id: endpoint!.id, status: 'enabled' }]);
    }));

  it('names every fault of its configuration at once', async () => {
    const script = `${__dirname}/../tools/stripe-setup.ts`;
    const env = {
      PATH: process.env.PATH,
      STRIPE_TEST_SECRET_KEY: 'pk_test_123',
      PUBLIC_URL: 'http://tillpost.example.com',
    };
    const failed = promisify(execFile)(process.execPath, ['--import', 'tsx', script], { env });
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/STRIPE_TEST_SECRET_KEY[^]*PUBLIC_URL/) as unknown,
    });
  });

  it('makes a second endpoint where the first has another API version, and says to delete that', () =>
    withTillpost(async (tillpost) => {
      const url = 'https://old.example.com/webhooks/stripe';
      const stripe = tillpost.ctx.stripeFor('sk_test_sandbox0000000000');
      const old = await stripe.webhookEndpoints.create({
        url,
        enabled_events: ['*'],
        connect: true,
        api_version: '2020-08-27',
      });
      const output = await run(tillpost, 'https://old.example.com');
      expect(output).toContain(`${old.id} has another API version`);
      expect(await at(tillpost, url)).toHaveLength(2);
    }));
});
