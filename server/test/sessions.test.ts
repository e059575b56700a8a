/** How long sessions last, who sees and ends them, and what the one from the Dashboard's link may not do. */
import { findContact } from '../audience/contacts';
import { findInstall } from '../installs/installs';
import { findSession, openSession, signOut } from '../installs/sessions';
import { newId } from '../db/new-id';
import { sha256 } from '../vault';
import { tenantColumns, type Tenant } from '../db/tenant';
import { createBrowserClient, type BrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { startTillpost, TEST, type Tillpost } from './harness';

const DAY = 24 * 3_600_000;
const OTHER: Tenant = { accountId: 'acct_1SomebodyElse', livemode: false };
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe.each(ENGINES)('sessions on %s', (engine) => {
  let tillpost: Tillpost;
  beforeEach(async () => {
    tillpost = await startTillpost({ engine });
    for (const tenant of [TEST, OTHER]) await tillpost.connect(tenant);
  });
  afterEach(() => tillpost.close());

  async function open(
    kind: 'full' | 'dashboard' = 'full',
    tenant = TEST,
    browser: string | null = null,
  ): Promise<BrowserClient> {
    const client = createBrowserClient(tillpost.url);
    const id = await openSession(tillpost.ctx, { tenant, kind, previous: undefined, browser });
    client.jar.set('tillpost_session', id);
    return client;
  }
  /** Goes through Connect to Stripe. */
  async function signIn(client: BrowserClient, tenant: Tenant): Promise<void> {
    const start = await client.get('/connect?mode=test');
    const state = new URL(start.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const code = tillpost.localStripe.authorize(tenant.accountId, tenant.livemode);
    await client.get(`/oauth/callback?${new URLSearchParams({ code, state }).toString()}`);
  }
  const isIn = async (client: BrowserClient) => (await client.get('/settings/stripe')).status === 200;
  const rows = () => tillpost.db.selectFrom('session').selectAll().orderBy('created_at').execute();
  const page = async (client: BrowserClient) => (await client.get('/settings/people')).text();

  it('end 90 days after the sign-in, however much they are used', async () => {
    const client = await open();
    for (let day = 0; day < 80; day += 20) {
      tillpost.clock.advance(20 * DAY);
      expect(await isIn(client)).toBe(true);
    }
    tillpost.clock.advance(9 * DAY);
    expect(await isIn(client)).toBe(true);
    tillpost.clock.advance(DAY + 1_000);
    expect(await isIn(client)).toBe(false);
  });

  it('are not made younger by signing in to another account, only by signing in to their own', async () => {
    const client = await open();
    const [{ created_at } = { created_at: 0 }] = await rows();
    tillpost.clock.advance(10 * DAY);
    await signIn(client, OTHER);
    expect(await rows()).toMatchObject([{ account_id: OTHER.accountId, created_at }]);
    const alone = await open('full', OTHER);
    tillpost.clock.advance(DAY);
    await signIn(alone, OTHER);
    expect((await rows()).at(-1)?.created_at).toBeGreaterThan(created_at + 10 * DAY + DAY / 2);
  });

  it('note their use once an hour', async () => {
    const client = await open();
    const used = async () => (await rows())[0]?.used_at ?? 0;
    const first = await used();
    tillpost.clock.advance(DAY / 48);
    await client.get('/events');
    expect(await used()).toBe(first);
    tillpost.clock.advance(DAY / 24);
    await client.get('/events');
    expect(await used()).toBeGreaterThan(first);
  });

  it('are listed in the settings with their browser, this one marked, and those of other accounts not', async () => {
    const client = await open();
    await open('dashboard', TEST, 'Safari on iOS');
    await open('full', OTHER, 'Chrome on Windows');
    const html = await page(client);
    expect(html).toContain('Safari on iOS');
    expect(html).toContain('Link from the Dashboard');
    expect(html.match(/This session/g)).toHaveLength(1);
    expect(html).not.toContain('Chrome on Windows');
  });

  it('bear the name of the browser that signed in', async () => {
    const start = await fetch(`${tillpost.url}/connect?mode=test`, { redirect: 'manual' });
    const cookie = start.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const state = new URL(start.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const query = new URLSearchParams({ code: tillpost.localStripe.authorize(TEST.accountId, false), state });
    const headers = { cookie, 'user-agent': FIREFOX };
    await fetch(`${tillpost.url}/oauth/callback?${query.toString()}`, { headers, redirect: 'manual' });
    expect(await rows()).toMatchObject([{ browser: 'Firefox on Linux' }]);
  });

  it('that ended while its person was signing in to another account takes nothing along', async () => {
    const { ctx } = tillpost;
    const id = await openSession(ctx, { tenant: TEST, kind: 'full', previous: undefined });
    const previous = await findSession(ctx, id);
    await signOut(ctx.db, previous!);
    const next = await openSession(ctx, { tenant: OTHER, kind: 'full', previous });
    const rows = await ctx.db.selectFrom('session_install').selectAll().where('id_hash', '=', sha256(next)).execute();
    expect(rows.map(({ account_id }) => account_id)).toEqual([OTHER.accountId]);
  });

  it('can be ended one by one by whoever is signed in to the account, and by nobody else', async () => {
    const [own, other, stranger, lesser] = [
      await open(),
      await open(),
      await open('full', OTHER),
      await open('dashboard'),
    ];
    const otherHash = sha(other);
    const end = async (client: BrowserClient, session: string) =>
      client.post('/session/end', { csrf_token: await client.csrfToken(), session });
    for (const client of [own, other, lesser]) expect((await end(stranger, sha(client))).status).toBe(404);
    expect([await isIn(own), await isIn(other)]).toEqual([true, true]);
    expect((await end(lesser, otherHash)).status).toBe(403);
    expect((await end(own, otherHash)).headers.get('location')).toBe('/settings/people');
    expect([await isIn(own), await isIn(other), await isIn(lesser)]).toEqual([true, false, true]);
    expect((await end(lesser, sha(lesser))).headers.get('location')).toBe('/');
    expect(await isIn(lesser)).toBe(false);
    expect((await end(own, otherHash)).status).toBe(404);
  });

  it('from the Dashboard may not export, delete a contact, disconnect, erase or import, and are not offered to', async () => {
    const id = newId('con', Date.now());
    await addContact(id);
    const [lesser, full] = [await open('dashboard'), await open()];
    const csrf_token = await lesser.csrfToken();
    expect((await lesser.get('/audience.csv')).status).toBe(403);
    expect(await (await lesser.get('/audience')).text()).not.toContain('audience.csv');
    expect(await (await lesser.get(`/audience/${id}`)).text()).not.toContain(`/audience/${id}/delete`);
    for (const path of [
      `/audience/${id}/delete`,
      '/settings/stripe/import',
      '/settings/stripe/disconnect',
      '/settings/stripe/erase',
    ])
      expect((await lesser.post(path, { csrf_token, account: TEST.accountId })).status).toBe(403);
    expect(await findContact(tillpost.db, TEST, id)).toBeDefined();
    expect((await findInstall(tillpost.db, TEST))?.status).toBe('active');
    expect(await (await full.get('/audience')).text()).toContain('audience.csv');
    expect((await full.get('/audience.csv')).status).toBe(200);
  });

  it.each(['import', 'disconnect', 'erase'])('are asked for the account’s name or id before they %s', async (act) => {
    const client = await open();
    const csrf_token = await client.csrfToken();
    for (const account of ['', OTHER.accountId, 'Test accoun']) {
      const refused = await client.post(`/settings/stripe/${act}`, { csrf_token, account });
      expect(refused.status).toBe(400);
      expect(await refused.text()).toContain('neither the name nor the id of this account');
    }
    expect(await tillpost.db.selectFrom('import_job').selectAll().execute()).toEqual([]);
    expect((await findInstall(tillpost.db, TEST))?.status).toBe('active');
    expect((await client.post(`/settings/stripe/${act}`, { csrf_token, account: ' Test account ' })).status).toBe(303);
  });

  const sha = (client: BrowserClient) => sha256(client.session() ?? '');

  const addContact = (id: string) =>
    tillpost.db
      .insertInto('contact')
      .values({
        ...tenantColumns(TEST),
        id,
        email: 'jenny@example.com',
        first_name: null,
        last_name: null,
        name_stamp: 0,
        user_group: null,
        status: 'subscribed',
        source: 'Stripe',
        search_text: '',
        created_at: 1,
        updated_at: 1,
      })
      .execute();
});
