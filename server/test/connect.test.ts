/** Connect to Stripe and sign in, as a browser goes through it. */
import { createBrowserClient, type BrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { ACCOUNT, lending, LIVE, MALFORMED_SIGNATURES, SECRETS, sign, TEST, type Tillpost } from './harness';
import { createOpenLink } from '../installs/open-link';
import { findInstall } from '../installs/installs';
import { transact } from '../db/transact';
import { endInstall } from '../events/end-install';

const OTHER = 'acct_1SomebodyElse';

const withTillpost = lending();

/** The state that /connect gave this browser. */
async function beginState(browser: BrowserClient, mode = 'test'): Promise<string> {
  const response = await browser.get(`/connect?mode=${mode}`);
  return new URL(response.headers.get('location') ?? '').searchParams.get('state') ?? '';
}

const callback = (fields: Record<string, string>) => `/oauth/callback?${new URLSearchParams(fields).toString()}`;

async function signIn(tillpost: Tillpost, browser: BrowserClient, account = ACCOUNT, mode: 'live' | 'test' = 'test') {
  const state = await beginState(browser, mode);
  const code = tillpost.localStripe.authorize(account, mode === 'live');
  return browser.get(callback({ code, state }));
}

describe.each(ENGINES)('connecting on %s', (engine) => {
  it('leads to the install link and back into the settings, signed in', () =>
    withTillpost({ engine }, async (tillpost) => {
      tillpost.localStripe.addAccount({ id: ACCOUNT, name: 'Corner Bakery', email: 'owner@bakery.example' });
      const browser = createBrowserClient(tillpost.url);
      const start = await browser.get('/connect?mode=test');
      const link = new URL(start.headers.get('location') ?? '');
      expect(start.status).toBe(302);
      expect(link.searchParams.get('client_id')).toBe('ca_sandbox_test');
      expect(link.searchParams.get('redirect_uri')).toBe(`${tillpost.url}/oauth/callback`);

      const code = tillpost.localStripe.authorize(ACCOUNT, false);
      const end = await browser.get(callback({ code, state: link.searchParams.get('state') ?? '' }));
      expect([end.status, end.headers.get('location')]).toEqual([302, '/settings/stripe']);
      expect((await browser.get('/settings/stripe')).status).toBe(200);

      const install = await findInstall(tillpost.db, TEST);
      expect(install).toMatchObject({
        status: 'active',
        account_name: 'Corner Bakery',
        account_email: 'owner@bakery.example',
      });
      expect(JSON.stringify(install)).not.toMatch(/sk_test|rt_test/);
    }));

  it('again keeps the install, its id and its time, and wakes what waited', () =>
    withTillpost({ engine }, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      await signIn(tillpost, browser);
      const first = await findInstall(tillpost.db, TEST);
      await tillpost.db.updateTable('install').set({ status: 'needs_reconnect' }).execute();
      tillpost.clock.advance(3_600_000);
      const waiting = { ...event('evt_waits'), status: 'waiting' as const, due_at: null };
      await tillpost.db.insertInto('event').values(waiting).execute();
      await signIn(tillpost, browser);
      await tillpost.worker.drain();
      const second = await findInstall(tillpost.db, TEST);
      expect(second).toMatchObject({ id: first?.id, connected_at: first?.connected_at, status: 'active' });
      const row = await tillpost.db
        .selectFrom('event')
        .select(['status', 'attempts'])
        .where('id', '=', 'evt_waits')
        .executeTakeFirst();
      expect(row).toEqual({ status: expect.not.stringMatching('waiting') as string, attempts: 1 });
    }));

  it('after a disconnect keeps the id but begins anew', () =>
    withTillpost({ engine }, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      await signIn(tillpost, browser);
      const first = await findInstall(tillpost.db, TEST);
      await transact(tillpost.db, (trx) => endInstall(trx, TEST, tillpost.clock.now()));
      tillpost.clock.advance(60_000);
      await signIn(tillpost, browser);
      const second = await findInstall(tillpost.db, TEST);
      expect(second?.id).toBe(first?.id);
      expect(second?.connected_at).toBeGreaterThan(first?.connected_at ?? Infinity);
      expect(second?.removed_at).toBeNull();
    }));

  it('holds several accounts and both modes side by side, and switches between them', () =>
    withTillpost({ engine }, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      await signIn(tillpost, browser, ACCOUNT, 'test');
      await signIn(tillpost, browser, ACCOUNT, 'live');
      await signIn(tillpost, browser, OTHER, 'test');
      expect(await onScreen(tillpost)).toMatchObject({ account_id: OTHER, livemode: 0 });
      const csrf_token = await browser.csrfToken();
      const switched = await browser.post('/session/switch', { csrf_token, account_id: ACCOUNT, mode: 'live' });
      expect(switched.status).toBe(303);
      expect(await onScreen(tillpost)).toMatchObject({ account_id: ACCOUNT, livemode: 1 });
    }));
});

describe("Stripe's install page", () => {
  /** Follows /connect to the page, decides there, and comes back with what Stripe redirects to. */
  async function decide(browser: BrowserClient, decision: 'allow' | 'deny'): Promise<Response> {
    const link = new URL((await browser.get('/connect?mode=test')).headers.get('location') ?? '');
    const page = await (await fetch(link)).text();
    expect(page).toContain(ACCOUNT);
    const fields = { ...Object.fromEntries(link.searchParams), account: ACCOUNT, decision };
    const back = await fetch(link, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
    return browser.get(back.headers.get('location') ?? '');
  }

  it('allowing leads into the settings, denying to a page that says so', () =>
    withTillpost({}, async (tillpost) => {
      tillpost.localStripe.addAccount({ id: ACCOUNT });
      const browser = createBrowserClient(tillpost.url);
      const denied = await decide(browser, 'deny');
      expect(denied.status).toBe(400);
      expect(await denied.text()).toContain('Access was not granted');
      const allowed = await decide(browser, 'allow');
      expect(allowed.headers.get('location')).toBe('/settings/stripe');
      expect(await (await browser.get('/settings/stripe')).text()).toContain(ACCOUNT);
    }));
});

describe('a callback that can not be honoured is a page that says what happened', () => {
  const cases: [string, RegExp, (tillpost: Tillpost, browser: BrowserClient) => Promise<Record<string, string>>][] = [
    ['a denial without state', /Access was not granted/, () => Promise.resolve({ error: 'access_denied' })],
    ['another error of Stripe', /invalid_scope/, () => Promise.resolve({ error: 'invalid_scope' })],
    [
      'no state, as from the Marketplace',
      /without starting here/,
      (tillpost) => Promise.resolve({ code: tillpost.localStripe.authorize(ACCOUNT, false) }),
    ],
    [
      'an unknown state',
      /Start again/,
      (tillpost) => Promise.resolve({ code: tillpost.localStripe.authorize(ACCOUNT, false), state: 'made-up' }),
    ],
    [
      'a state of another browser',
      /only in the browser it began in/,
      async (tillpost) => ({
        code: tillpost.localStripe.authorize(ACCOUNT, false),
        state: await beginState(createBrowserClient(tillpost.url)),
      }),
    ],
    [
      'a state older than 10 minutes',
      /for 10 minutes/,
      async (tillpost, browser) => {
        const state = await beginState(browser);
        tillpost.clock.advance(10 * 60_000 + 1_000);
        return { code: tillpost.localStripe.authorize(ACCOUNT, false), state };
      },
    ],
    ['no code', /without the code/, async (_tillpost, browser) => ({ state: await beginState(browser) })],
    [
      'a code that was never given out',
      /not valid any more/,
      async (_tillpost, browser) => ({
        code: 'ac_made_up',
        state: await beginState(browser),
      }),
    ],
    [
      'a code older than 5 minutes',
      /not valid any more/,
      async (tillpost, browser) => {
        const state = await beginState(browser);
        const code = tillpost.localStripe.authorize(ACCOUNT, false);
        tillpost.clock.advance(5 * 60_000 + 1_000);
        return { code, state };
      },
    ],
    [
      'a code of the other mode',
      /not valid any more/,
      async (tillpost, browser) => ({
        code: tillpost.localStripe.authorize(ACCOUNT, true),
        state: await beginState(browser),
      }),
    ],
    [
      'a forged install signature',
      /not signed with this app/,
      async (tillpost, browser) => ({
        code: tillpost.localStripe.authorize(ACCOUNT, false),
        state: await beginState(browser),
        user_id: 'usr_1',
        account_id: ACCOUNT,
        install_signature: sign('{"state":"other"}', SECRETS.app, tillpost.clock.now()),
      }),
    ],
    [
      'Stripe failing',
      /can not be reached/,
      async (tillpost, browser) => {
        tillpost.localStripe.faults.add({ kind: 'server_error', path: '/v1/oauth/token' });
        return { code: tillpost.localStripe.authorize(ACCOUNT, false), state: await beginState(browser) };
      },
    ],
    [
      'a cut connection',
      /can not be reached/,
      async (tillpost, browser) => {
        tillpost.localStripe.faults.add({ kind: 'cut', path: '/v1/oauth/token' });
        return { code: tillpost.localStripe.authorize(ACCOUNT, false), state: await beginState(browser) };
      },
    ],
  ];

  it.each(cases)('for %s', (_name, words, arrange) =>
    withTillpost({}, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      const response = await browser.get(callback(await arrange(tillpost, browser)));
      const html = await response.text();
      expect(response.status).toBe(400);
      expect(html).toMatch(words);
      expect(html).toMatch(/href="\/(connect\?mode=(live|test))?"/);
      expect(browser.session()).toBeUndefined();
      expect(await findInstall(tillpost.db, TEST)).toBeUndefined();
    }),
  );

  it('for a callback that is played again', () =>
    withTillpost({}, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      const state = await beginState(browser);
      const url = callback({ code: tillpost.localStripe.authorize(ACCOUNT, false), state });
      expect((await browser.get(url)).status).toBe(302);
      expect((await browser.get(url)).status).toBe(400);
      expect((await findInstall(tillpost.db, TEST))?.status).toBe('active');
    }));

  it('for the key of another environment', () =>
    withTillpost({ env: { STRIPE_TEST_SECRET_KEY: 'sk_test_anotherPlatform00' } }, async (tillpost) => {
      const response = await signIn(tillpost, createBrowserClient(tillpost.url));
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('STRIPE_TEST_SECRET_KEY');
    }));

  it('for an account that ALLOWED_ACCOUNTS does not name', () =>
    withTillpost({ env: { ALLOWED_ACCOUNTS: OTHER } }, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      const response = await signIn(tillpost, browser);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('ALLOWED_ACCOUNTS');
      expect(await findInstall(tillpost.db, TEST)).toBeUndefined();
      expect((await signIn(tillpost, browser, OTHER)).status).toBe(302);
    }));
});

describe('the install signature', () => {
  it.each(MALFORMED_SIGNATURES)('is refused on a page that says so when it is "%s"', (part) =>
    withTillpost({}, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      const install_signature = `t=${Math.floor(tillpost.clock.now() / 1000)},${part}`;
      const state = await beginState(browser);
      const code = tillpost.localStripe.authorize(ACCOUNT, false);
      const response = await browser.get(
        callback({ code, state, user_id: 'usr_1', account_id: ACCOUNT, install_signature }),
      );
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('not signed with this app');
    }),
  );

  it('is accepted when it is right', () =>
    withTillpost({}, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      const state = await beginState(browser);
      const identity = { state, user_id: 'usr_1', account_id: ACCOUNT };
      const install_signature = sign(JSON.stringify(identity), SECRETS.app, tillpost.clock.now());
      const code = tillpost.localStripe.authorize(ACCOUNT, false);
      expect((await browser.get(callback({ ...identity, code, install_signature }))).status).toBe(302);
    }));
});

describe('/connect', () => {
  it.each(['/connect', '/connect?mode=prod', '/connect?mode=live&mode=test'])('asks for a mode at %s', (path) =>
    withTillpost({}, async (tillpost) => {
      const response = await createBrowserClient(tillpost.url).get(path);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('/connect?mode=live');
    }),
  );

  it('says which mode is not set up', () =>
    withTillpost(
      { env: { STRIPE_SECRET_KEY: '', STRIPE_AUTHORIZE_URL: '', STRIPE_WEBHOOK_SECRET: '' } },
      async ({ url }) => {
        const response = await createBrowserClient(url).get('/connect?mode=live');
        expect(response.status).toBe(400);
        expect(await response.text()).toContain('STRIPE_AUTHORIZE_URL');
      },
    ));
});

describe('a session', () => {
  it('is a hashed random id in an HttpOnly, SameSite=Lax cookie for 30 days', () =>
    withTillpost({}, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      const response = await signIn(tillpost, browser);
      const cookie = response.headers.getSetCookie().find((line) => line.startsWith('tillpost_session='));
      expect(cookie).toMatch(/HttpOnly/);
      expect(cookie).toMatch(/SameSite=Lax/);
      expect(cookie).toMatch(/Max-Age=2592000/);
      const rows = await tillpost.db.selectFrom('session').selectAll().execute();
      expect(JSON.stringify(rows)).not.toContain(browser.session());
    }));

  it('has Secure cookies when the public address is https, also behind a proxy', () =>
    withTillpost({ env: { PUBLIC_URL: 'https://tillpost.example.com' } }, async ({ url }) => {
      const response = await fetch(`${url}/connect?mode=test`, { redirect: 'manual' });
      for (const cookie of response.headers.getSetCookie()) expect(cookie).toMatch(/^__Host-.*Secure/);
      expect(response.headers.getSetCookie()).not.toEqual([]);
    }));

  it('gets a fresh id at every sign-in: a planted one is worth nothing', () =>
    withTillpost({}, async (tillpost) => {
      const attacker = createBrowserClient(tillpost.url);
      await signIn(tillpost, attacker, OTHER);
      const planted = attacker.session() ?? '';
      const victim = createBrowserClient(tillpost.url);
      victim.jar.set('tillpost_session', planted);
      await signIn(tillpost, victim);
      expect(victim.session()).not.toBe(planted);
      expect((await attacker.get('/settings/stripe')).status).toBe(302);
    }));

  it('ends 30 days after its last use, not after its first', () =>
    withTillpost({}, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      await signIn(tillpost, browser);
      const day = 24 * 3_600_000;
      tillpost.clock.advance(29 * day);
      expect((await browser.get('/settings/stripe')).headers.getSetCookie().join()).toContain('tillpost_session=');
      tillpost.clock.advance(29 * day);
      expect((await browser.get('/settings/stripe')).status).toBe(200);
      tillpost.clock.advance(31 * day);
      expect((await browser.get('/settings/stripe')).headers.get('location')).toBe('/');
    }));

  it('ends by signing out, here or everywhere', () =>
    withTillpost({}, async (tillpost) => {
      const [laptop, phone, stranger] = [1, 2, 3].map(() => createBrowserClient(tillpost.url));
      for (const browser of [laptop, phone]) await signIn(tillpost, browser!);
      await signIn(tillpost, stranger!, OTHER);
      const stolen = laptop!.session() ?? '';
      await laptop!.post('/session/sign-out', { csrf_token: await laptop!.csrfToken() });
      expect(laptop!.session()).toBeUndefined();
      laptop!.jar.set('tillpost_session', stolen);
      expect((await laptop!.get('/settings/stripe')).status).toBe(302);
      expect((await phone!.get('/settings/stripe')).status).toBe(200);

      await signIn(tillpost, laptop!);
      await laptop!.post('/session/sign-out-everywhere', { csrf_token: await laptop!.csrfToken() });
      expect((await phone!.get('/settings/stripe')).status).toBe(302);
      expect((await stranger!.get('/settings/stripe')).status).toBe(200);
    }));

  it('can not switch to an account it does not hold', () =>
    withTillpost({}, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      await signIn(tillpost, createBrowserClient(tillpost.url), OTHER);
      await signIn(tillpost, browser);
      const csrf_token = await browser.csrfToken();
      const response = await browser.post('/session/switch', { csrf_token, account_id: OTHER, mode: 'test' });
      expect(response.status).toBe(404);
    }));

  it('moves on or ends when its install ends', () =>
    withTillpost({}, async (tillpost) => {
      const [both, one] = [createBrowserClient(tillpost.url), createBrowserClient(tillpost.url)];
      await signIn(tillpost, both, OTHER);
      await signIn(tillpost, both);
      await signIn(tillpost, one);
      await transact(tillpost.db, (trx) => endInstall(trx, TEST, tillpost.clock.now()));
      expect((await both.get('/settings/stripe')).status).toBe(200);
      expect((await one.get('/settings/stripe')).status).toBe(302);
    }));
});

describe('a form', () => {
  const forms = [
    '/settings/stripe',
    '/settings/stripe/import',
    '/settings/stripe/disconnect',
    '/settings/stripe/erase',
    '/session/switch',
    '/session/sign-out',
    '/session/sign-out-everywhere',
    '/connect/key',
    '/open/some-token',
  ];

  it.each(forms)('at %s is refused without the CSRF token of its own session', (path) =>
    withTillpost({}, async (tillpost) => {
      const [browser, stranger] = [createBrowserClient(tillpost.url), createBrowserClient(tillpost.url)];
      expect((await stranger.post(path, {})).status).toBe(403);
      await signIn(tillpost, browser);
      await signIn(tillpost, stranger, OTHER);
      expect((await browser.post(path, {})).status).toBe(403);
      expect((await browser.post(path, { csrf_token: 'made.up' })).status).toBe(403);
      expect((await browser.post(path, { csrf_token: await stranger.csrfToken() })).status).toBe(403);
      expect((await browser.get('/settings/stripe')).status).toBe(200);
    }),
  );

  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['another site, in the words of the browser', { 'sec-fetch-site': 'cross-site' }],
    ['a sister site', { 'sec-fetch-site': 'same-site' }],
  ])('from %s is refused, even with the right token', (_name, headers) =>
    withTillpost({}, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      await signIn(tillpost, browser);
      const csrf_token = await browser.csrfToken();
      expect((await browser.post('/session/sign-out', { csrf_token }, headers as Record<string, string>)).status).toBe(
        403,
      );
      expect((await browser.get('/settings/stripe')).status).toBe(200);
    }),
  );
});

describe("the Dashboard's link", () => {
  const open = async ({ ctx }: Tillpost, tenant = TEST) => `/open/${await createOpenLink(ctx, tenant, 'usr_1')}`;

  it('opens the console once, by the form of its page', () =>
    withTillpost({}, async (tillpost) => {
      await tillpost.connect();
      const link = await open(tillpost);
      const browser = createBrowserClient(tillpost.url);
      const csrf_token = await browser.csrfToken(link);
      const response = await browser.post(link, { csrf_token });
      expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
      expect((await tillpost.db.selectFrom('session').select('kind').executeTakeFirst())?.kind).toBe('dashboard');
      expect((await createBrowserClient(tillpost.url).get(link)).status).toBe(404);
    }));

  it('is worth nothing after 10 minutes, or once the account is disconnected', () =>
    withTillpost({}, async (tillpost) => {
      await tillpost.connect();
      await tillpost.connect(LIVE);
      const [late, gone] = [await open(tillpost), await open(tillpost, LIVE)];
      await transact(tillpost.db, (trx) => endInstall(trx, LIVE, tillpost.clock.now()));
      const browser = createBrowserClient(tillpost.url);
      const csrf_token = await browser.csrfToken(late);
      expect((await browser.get(gone)).status).toBe(404);
      tillpost.clock.advance(10 * 60_000 + 1_000);
      expect((await browser.get(late)).status).toBe(404);
      expect((await browser.post(late, { csrf_token })).status).toBe(404);
    }));

  it('leaves a full session full', () =>
    withTillpost({}, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      await signIn(tillpost, browser);
      await browser.post(await open(tillpost), { csrf_token: await browser.csrfToken() });
      expect(await tillpost.db.selectFrom('session').select('kind').execute()).toEqual([{ kind: 'full' }]);
    }));

  it('never makes its own session full by another sign-in', () =>
    withTillpost({}, async (tillpost) => {
      await tillpost.connect();
      const browser = createBrowserClient(tillpost.url);
      const link = await open(tillpost);
      await browser.post(link, { csrf_token: await browser.csrfToken(link) });
      await signIn(tillpost, browser, OTHER);
      const held = await tillpost.db.selectFrom('session_install').select('account_id').execute();
      expect(held).toEqual([{ account_id: OTHER }]);
    }));
});

const onScreen = ({ db }: Tillpost) => db.selectFrom('session').selectAll().executeTakeFirst();

const event = (id: string) => ({
  account_id: ACCOUNT,
  livemode: 0 as const,
  id,
  seq: id,
  type: 'customer.created',
  created: 1,
  received_at: 1,
  status: 'pending' as const,
  reason: null,
  outcome: '',
});
