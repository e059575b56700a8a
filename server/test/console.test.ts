/** The console over HTTP: who may see what, and what hostile input does. */
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { newContact } from '../audience/audience-rows';
import type { PaidColumns } from '../audience/payments';
import { searchTextOf } from '../fold-text';
import { newId } from '../db/new-id';
import { tenantColumns, type Tenant } from '../db/tenant';
import { listEvents } from '../events/events';
import { findInstall } from '../installs/installs';
import { openSession } from '../installs/sessions';
import type { Settings } from '../../shared/settings';
import { changeSettings, readSettings, saveSettings } from '../settings/settings';
import { createWorkflow } from '../workflows/workflows';
import { readWorkflow } from '../workflows/read-workflows';
import { createBrowserClient, fieldsOf, type BrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { LIVE, SECRETS, sign, startTillpost, TEST, type Tillpost } from './harness';

const OTHER: Tenant = { accountId: 'acct_1SomebodyElse', livemode: false };
const SECTIONS = ['/settings/stripe', '/audience', '/events', '/workflows', '/emails'];

describe.each(ENGINES)('the console on %s', (engine) => {
  let tillpost: Tillpost;
  beforeAll(async () => {
    tillpost = await startTillpost({ engine });
    for (const tenant of [TEST, LIVE, OTHER]) await tillpost.connect(tenant);
  });
  afterAll(() => tillpost.close());

  /** A browser that is signed in, as Connect to Stripe (`full`) or the Dashboard's link would do. */
  async function signedIn(tenant: Tenant = TEST, kind: 'full' | 'dashboard' = 'full'): Promise<BrowserClient> {
    const client = createBrowserClient(tillpost.url);
    client.jar.set('tillpost_session', await openSession(tillpost.ctx, { tenant, kind, previous: undefined }));
    return client;
  }

  const visitor = () => createBrowserClient(tillpost.url);
  const text = async (client: BrowserClient, path: string) => (await client.get(path)).text();
  const uniqueAddress = () => `${newId('con', Date.now())}@example.com`;

  async function addContact(
    fields: {
      first_name?: string;
      user_group?: string;
      email?: string;
      delinquent?: 0 | 1;
      customer_since?: number;
      paid?: Partial<PaidColumns>;
    } = {},
    tenant = TEST,
  ) {
    const now = tillpost.clock.now();
    const id = newId('con', Date.now());
    const { email = uniqueAddress(), first_name = null } = fields;
    await tillpost.db
      .insertInto('contact')
      .values({
        ...newContact(tenant, { email, status: 'subscribed', source: 'Stripe' }, now),
        id,
        first_name,
        user_group: fields.user_group ?? null,
        delinquent: fields.delinquent ?? null,
        customer_since: fields.customer_since ?? null,
        ...fields.paid,
        search_text: searchTextOf({ email, first_name, last_name: null }),
      })
      .execute();
    return id;
  }

  async function addEvent(name: string): Promise<string> {
    await tillpost.enable();
    const id = `evt_${newId('con', Date.now()).slice(4)}`;
    const customer = {
      id: `cus_${id.slice(4)}`,
      object: 'customer',
      email: uniqueAddress(),
      name,
      created: 1,
      metadata: {},
    };
    await tillpost.deliver({
      id,
      object: 'event',
      type: 'customer.created',
      account: TEST.accountId,
      livemode: false,
      created: Math.floor(tillpost.clock.now() / 1000),
      api_version: '2026-01-01',
      data: { object: customer },
    });
    await tillpost.worker.drain();
    return id;
  }

  describe('without a session', () => {
    it.each(SECTIONS)('sends %s to the start page', async (path) => {
      const response = await visitor().get(path);
      expect(response.status).toBe(302);
      expect(response.headers.get('location')).toBe('/');
    });

    it('refuses to give away the audience as a file', async () => {
      expect((await visitor().get('/audience.csv')).status).toBe(302);
    });

    it('offers to connect in the configured modes, and no restricted key for them', async () => {
      const page = await text(visitor(), '/');
      expect(page).toContain('href="/connect?mode=live"');
      expect(page).toContain('href="/connect?mode=test"');
      expect(page).not.toContain('Restricted key');
    });

    it('says that a page is not there, in words and with a next step', async () => {
      const response = await visitor().get('/no/such/page');
      expect(response.status).toBe(404);
      const page = await response.text();
      expect(page).toContain('There is no such page');
      // Drawn once for all strangers; who is signed in sees it within the console.
      const own = await text(await signedIn(), '/no/such/page');
      expect(own).toContain('There is no such page');
      expect(own).toContain('csrf');
      expect(await text(visitor(), '/another/page')).toBe(page);
    });
  });

  it.each(['/unsubscribe/%E0%A4%A', '/events/%E0%A4%A', '/open/%', '/nothing/%C0'])(
    'answers 404 to %s, which can not be decoded',
    async (path) => {
      const client = await signedIn();
      const answers = [await client.get(path), await client.post(path, {})];
      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
      expect(await answers[0]!.text()).toContain('There is no such page');
    },
  );

  describe('every page', () => {
    it.each(['/', '/no/such/page', '/connect?mode=none'])(
      '%s allows no inline script or style and no framing',
      async (path) => {
        const policy = (await visitor().get(path)).headers.get('content-security-policy') ?? '';
        expect(policy).toContain("default-src 'none'");
        expect(policy).toContain("script-src 'self'");
        expect(policy).toContain("frame-ancestors 'none'");
        expect(policy).not.toContain('unsafe');
      },
    );

    it.each(SECTIONS)('%s holds no inline script, style or handler', async (path) => {
      const client = await signedIn();
      const response = await client.get(path);
      expect(response.status).toBe(200);
      const page = await response.text();
      expect(page).not.toMatch(/<script(?![^>]*\ssrc=)/);
      expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
      expect(response.headers.get('cache-control')).toBe('no-store');
    });

    it('marks test mode, and only test mode', async () => {
      expect(await text(await signedIn(TEST), '/events')).toContain('Test mode');
      expect(await text(await signedIn(LIVE), '/events')).not.toContain('Test mode');
    });

    it('serves its assets with a hash of their content, for ever', async () => {
      const page = await text(visitor(), '/');
      const [path = ''] = /\/assets\/console-[0-9a-f]{12}\.css/.exec(page) ?? [];
      const asset = await visitor().get(path);
      expect(asset.headers.get('content-type')).toContain('text/css');
      expect(asset.headers.get('cache-control')).toContain('immutable');
      expect((await visitor().get('/assets/console-000000000000.css')).status).toBe(404);
      const as = (encoding: string) => fetch(tillpost.url + path, { headers: { 'accept-encoding': encoding } });
      expect((await as('gzip, br')).headers.get('content-encoding')).toBe('br');
      expect(asset.headers.get('content-encoding')).toBe('gzip');
      expect(asset.headers.get('vary')).toBe('Accept-Encoding');
      const plain = await as('identity');
      expect(plain.headers.get('content-encoding')).toBeNull();
      expect(await plain.text()).toBe(await asset.text());
    });

    it('says of a contact’s payment only that it is overdue', async () => {
      const client = await signedIn();
      const pageOf = async (delinquent?: 0 | 1) =>
        text(client, `/audience/${await addContact({ delinquent, customer_since: 1 })}`);
      expect(await pageOf(1)).toContain('Overdue');
      for (const page of [await pageOf(0), await pageOf()]) {
        expect(page).toContain('Customer since');
        expect(page).not.toContain('Overdue');
        expect(page).not.toContain('Paid');
      }
    });
  });

  it('says what a contact has paid in the list, on its page and in the file', async () => {
    const client = await signedIn();
    const at = Date.UTC(2026, 0, 2);
    const paid = { ltv: 24_000, ltv_currency: 'usd', ltv_others: '{"eur":500}', payments: 12, first_payment_at: at };
    const email = uniqueAddress();
    const id = await addContact({ email, paid: { ...paid, last_payment_at: at } });
    const page = await text(client, `/audience/${id}`);
    for (const words of ['Lifetime value', '$240.00', '€5.00', 'less refunds', 'First payment', 'Last payment'])
      expect(page).toContain(words);
    const list = await text(client, `/audience?query=${email}`);
    for (const words of ['Lifetime value', '$240.00', '12 payments']) expect(list).toContain(words);
    const [head = '', line = ''] = (await text(client, `/audience.csv?query=${email}`)).trim().split(/\r?\n/);
    expect(head).toMatch(
      /ltv_minor_units,ltv_currency,ltv_other_currencies,payments,first_payment_at,last_payment_at,user_id,note,mailing_lists,billing_contacts$/,
    );
    expect(line).toMatch(/24000,usd,500 eur,12,2026-01-02T00:00:00.000Z,2026-01-02T00:00:00.000Z,,,,$/);
    const unpaid = await text(client, `/audience/${await addContact({ customer_since: 1 })}`);
    expect(unpaid).not.toContain('Lifetime value');
  });

  describe('forms', () => {
    it.each([
      '/settings/stripe',
      '/settings/stripe/import',
      '/settings/stripe/disconnect',
      '/workflows',
      '/events/evt_1/replay',
    ])('%s is refused without the CSRF token, before anything else', async (path) => {
      const client = await signedIn();
      expect((await client.post(path, {})).status).toBe(403);
      expect((await client.post(path, { csrf_token: 'forged' })).status).toBe(403);
    });

    it('refuses a token of another session', async () => {
      const [mine, theirs] = [await signedIn(), await signedIn(OTHER)];
      const response = await mine.post('/workflows', {
        csrf_token: await theirs.csrfToken(),
        template: 'new_customer',
      });
      expect(response.status).toBe(403);
    });

    it('refuses a form from another site', async () => {
      const client = await signedIn();
      const fields = { csrf_token: await client.csrfToken(), template: 'new_customer' };
      expect((await client.post('/workflows', fields, { origin: 'https://evil.example' })).status).toBe(403);
      expect((await client.post('/workflows', fields, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    });

    it('keeps what was typed and says at the field what is expected', async () => {
      const client = await signedIn();
      const before = await readSettings(tillpost.db, TEST);
      const response = await client.post('/settings/sending', {
        csrf_token: await client.csrfToken(),
        test_recipients: 'me@example.com\nnobody',
        'sender.reply_to': 'not an address',
        locale: 'en-US',
        timezone: 'Mars/Olympus',
      });
      expect(response.status).toBe(400);
      const page = await response.text();
      expect(page).toContain('value="not an address"');
      expect(page).toContain('“nobody” Must be an email address');
      expect(page).toContain('Must be a time zone such as Europe/Berlin');
      const events = await client.post('/settings/stripe', {
        csrf_token: await client.csrfToken(),
        on_customer_deleted: 'keep',
        'events.customer.created.enabled': 'on',
        'events.customer.created.user_group': 'G'.repeat(101),
      });
      expect(events.status).toBe(400);
      const opened = await events.text();
      expect(opened).toMatch(/name="events.customer.created.enabled"[^>]*checked/);
      expect(opened).toContain('href="#events.customer.created.user_group"');
      // The group and the row with the field stand open.
      expect(opened.match(/<details class="fold" open/g)).toHaveLength(1);
      expect(opened).toMatch(/<details open=""><summary><span class="event-name">Customer created/);
      expect(await readSettings(tillpost.db, TEST)).toEqual(before);
    });

    it('tells when the mail server keeps refusing this account’s emails, though not for their addresses', async () => {
      const client = await signedIn();
      const refuse = (tenant: Tenant, outcome: string) =>
        tillpost.db
          .insertInto('email')
          .values({
            ...tenantColumns(tenant),
            id: newId('eml', Date.now()),
            kind: 'transactional',
            to_address: 'a@example.com',
            subject: 'Hi',
            status: 'failed',
            reason: 'refused',
            outcome,
            message_id: newId('eml', Date.now()),
            is_test: 0,
            created_at: tillpost.clock.now(),
          })
          .execute();
      await refuse(TEST, EMAIL_REASONS.refused('550 Your IP has a poor reputation'));
      await refuse(TEST, EMAIL_REASONS.addressRefused('550 5.1.1 User unknown'));
      await refuse({ ...TEST, livemode: true }, EMAIL_REASONS.refused('550 Spam'));
      expect(await text(client, '/settings/sending')).not.toContain('keeps refusing');
      await refuse(TEST, EMAIL_REASONS.refused('552 Message too large'));
      expect(await text(client, '/settings/sending')).toContain('It refused 2 emails of the last day');
    });

    it('saves every event with their options', async () => {
      const client = await signedIn();
      const { events } = await readSettings(tillpost.db, TEST);
      const fields = Object.keys(events).flatMap((type) => [
        [`events.${type}.enabled`, 'on'],
        [`events.${type}.sync_billing`, 'on'],
        [`events.${type}.user_group`, ` Group of ${type} `],
      ]);
      const response = await client.post('/settings/stripe', {
        csrf_token: await client.csrfToken(),
        consent: 'transactional_only',
        on_customer_deleted: 'delete',
        only_while_unknown: 'send',
        track: 'all',
        test_recipients: '',
        locale: 'de-DE',
        timezone: 'Europe/Berlin',
        ...(Object.fromEntries(fields) as Record<string, string>),
      });
      expect(response.headers.get('location')).toBe('/settings/stripe');
      const saved = await readSettings(tillpost.db, TEST);
      expect(saved).toMatchObject({
        consent: 'transactional_only',
        on_customer_deleted: 'delete',
        only_while_unknown: 'send',
        track: { clicks: true, transactional: true },
        timezone: 'Europe/Berlin',
      });
      for (const [type, choice] of Object.entries(saved.events))
        expect(choice).toEqual({
          enabled: true,
          trigger_workflows: false,
          sync_name: false,
          sync_billing: true,
          user_group: `Group of ${type}`,
        });
    });

    it('offers to sync billing only for events that fill it, and keeps the choice of the others', async () => {
      const page = await text(await signedIn(), '/settings/stripe');
      const inputOf = (type: string) => page.match(`<input[^>]*name="events.${type}.sync_billing"[^>]*>`)?.[0];
      expect(inputOf('customer.subscription.created')).toContain('type="checkbox"');
      for (const type of ['customer.deleted', 'invoice.paid', 'quote.accepted', 'charge.dispute.created'])
        expect(inputOf(type)).toContain('type="hidden"');
    });

    describe('of settings that somebody else saved meanwhile', () => {
      const SENDER = { from_name: 'Rocket Rides', reply_to: null, postal_address: null };

      /** The form as one person sees it, with what stands in its fields. */
      async function open(path = '/settings/sending') {
        const client = await signedIn(LIVE);
        return { client, fields: fieldsOf(await text(client, path)) };
      }
      const change = (settings: Parameters<typeof changeSettings>[2]) =>
        changeSettings(tillpost.db, LIVE, settings, tillpost.clock.now());
      const choice = async () => (await readSettings(tillpost.db, LIVE)).events['invoice.payment_failed'];

      it('keep the input, say what changed, and save both on a second try', async () => {
        const { client, fields } = await open();
        const events = { 'invoice.payment_failed': { ...(await choice()), enabled: true } };
        const saved = await change({ sender: SENDER, events });
        const response = await client.post('/settings/sending', { ...fields, locale: 'de-DE' });
        expect(response.status).toBe(409);
        const page = await response.text();
        expect(page).toContain('these settings were changed meanwhile');
        expect(page).toContain('Changed meanwhile: Sender.');
        expect(page).not.toContain('You changed');
        expect(await readSettings(tillpost.db, LIVE)).toEqual(saved);

        const again = fieldsOf(page);
        expect(again).toMatchObject({
          revision: String(saved.revision),
          locale: 'de-DE',
          'sender.from_name': 'Rocket Rides',
        });
        expect((await client.post('/settings/sending', again)).status).toBe(303);
        expect(await readSettings(tillpost.db, LIVE)).toEqual({
          ...saved,
          locale: 'de-DE',
          revision: saved.revision + 1,
        });
      });

      it('say which of the changes saving again would replace', async () => {
        const { client, fields } = await open();
        await change({ sender: { ...SENDER, from_name: 'Theirs' } });
        const page = await (await client.post('/settings/sending', { ...fields, 'sender.from_name': 'Mine' })).text();
        expect(page).toContain('You changed Sender too');
        expect(fieldsOf(page)['sender.from_name']).toBe('Mine');
      });

      it('still say so after a faulty field was mended', async () => {
        const { client, fields } = await open();
        await change({ only_while_unknown: 'send' });
        const refused = await client.post('/settings/sending', { ...fields, timezone: 'Mars/Olympus' });
        expect(refused.status).toBe(400);
        const mended = { ...fieldsOf(await refused.text()), timezone: 'Asia/Tokyo' };
        const response = await client.post('/settings/sending', mended);
        expect([response.status, fieldsOf(await response.text()).only_while_unknown]).toEqual([409, 'send']);
      });

      it('are no obstacle when they stand on another page', async () => {
        const { client, fields } = await open('/settings/stripe');
        await change({ sender: { ...SENDER, from_name: 'On the other page' }, locale: 'nl-NL' });
        const response = await client.post('/settings/stripe', { ...fields, on_customer_deleted: 'keep' });
        expect(response.status).toBe(303);
        expect(await readSettings(tillpost.db, LIVE)).toMatchObject({
          on_customer_deleted: 'keep',
          locale: 'nl-NL',
          sender: { from_name: 'On the other page' },
        });
      });

      it('take a second click on Save for what it is', async () => {
        const { client, fields } = await open();
        const answers = [1, 2].map(() => client.post('/settings/sending', { ...fields, locale: 'fr-FR' }));
        for (const { headers } of await Promise.all(answers)) expect(headers.get('location')).toBe('/settings/sending');
      });

      it('are saved all the same from a form that was opened before the revision was there', async () => {
        const { client, fields } = await open();
        const { revision: _revision, loaded: _loaded, only_while_unknown: _unknown, track: _track, ...old } = fields;
        const kept = { only_while_unknown: 'send', track: { clicks: true, transactional: false } } as const;
        await change(kept);
        expect((await client.post('/settings/sending', { ...old, locale: 'it-IT' })).status).toBe(303);
        expect(await readSettings(tillpost.db, LIVE)).toMatchObject({ locale: 'it-IT', ...kept });
      });
    });

    it('keep the choices of a type that a form opened before an update does not show', async () => {
      const client = await signedIn(LIVE);
      const before = await readSettings(tillpost.db, LIVE);
      const refunds = { ...before.events['charge.refunded'], enabled: true, user_group: 'Refunded' };
      const events = { ...before.events, 'charge.refunded': refunds };
      await saveSettings(tillpost.db, LIVE, { ...before, events }, tillpost.clock.now());
      const fields = fieldsOf(await text(client, '/settings/stripe'));
      const { events: shown, ...sections } = JSON.parse(fields.loaded ?? '') as Settings;
      const { 'charge.refunded': _refunds, ...known } = shown;
      const old = Object.entries(fields).filter(([name]) => !name.startsWith('events.charge.refunded.'));
      const loaded = JSON.stringify({ ...sections, events: known });
      const response = await client.post('/settings/stripe', {
        ...Object.fromEntries(old),
        loaded,
        consent: 'transactional_only',
      });
      expect(response.status).toBe(303);
      const saved = await readSettings(tillpost.db, LIVE);
      expect([saved.consent, saved.events['charge.refunded']]).toEqual(['transactional_only', refunds]);
    });

    it('fills in the recommended events without saving them', async () => {
      const client = await signedIn(OTHER);
      const response = await client.post('/settings/stripe/preset', {
        csrf_token: await client.csrfToken(),
        timezone: 'UTC',
      });
      const page = await response.text();
      expect(page).toMatch(/name="events.customer.deleted.enabled"[^>]*checked/);
      expect(page).not.toMatch(/name="events.invoice.paid.enabled"[^>]*checked/);
      expect((await readSettings(tillpost.db, OTHER)).events['customer.deleted'].enabled).toBe(false);
    });
  });

  describe('a session from the Dashboard’s link', () => {
    it.each(['import', 'disconnect', 'erase'])('can not %s, and is not offered to', async (act) => {
      const client = await signedIn(TEST, 'dashboard');
      expect(await text(client, '/settings/stripe')).not.toContain(`action="/settings/stripe/${act}"`);
      const fields = { csrf_token: await client.csrfToken(), account: TEST.accountId };
      expect((await client.post(`/settings/stripe/${act}`, fields)).status).toBe(403);
    });
  });

  describe('another install’s ids', () => {
    it('are as unknown as malformed ones', async () => {
      const contact = await addContact();
      const workflow = await createWorkflow(tillpost.db, TEST, { template: 'new_customer' }, tillpost.clock.now());
      const event = await addEvent('Jenny Rosen');
      const paths = [
        `/audience/${contact}`,
        `/workflows/${workflow.id}`,
        `/workflows/${workflow.id}/runs`,
        `/events/${event}`,
      ];
      const [owner, stranger, sameAccountLive] = [await signedIn(TEST), await signedIn(OTHER), await signedIn(LIVE)];
      for (const path of paths) {
        expect((await owner.get(path)).status).toBe(200);
        expect((await stranger.get(path)).status).toBe(404);
        expect((await sameAccountLive.get(path)).status).toBe(404);
      }
      for (const path of [
        '/audience/%00',
        '/events/..%2f..',
        '/emails/eml_nope',
        `/emails/eml_nope/html`,
        '/workflows/%F0%9F%92%A9',
      ])
        expect((await owner.get(path)).status).toBe(404);
    });

    it('can not be changed', async () => {
      const contact = await addContact();
      const workflow = await createWorkflow(tillpost.db, TEST, { template: 'new_customer' }, tillpost.clock.now());
      const event = await addEvent('Jenny Rosen');
      const stranger = await signedIn(OTHER);
      const csrf_token = await stranger.csrfToken();
      const paths = [
        `/audience/${contact}/unsubscribe`,
        `/audience/${contact}/delete`,
        `/workflows/${workflow.id}/activate`,
        `/workflows/${workflow.id}/delete`,
        `/workflows/${workflow.id}/preview`,
        `/events/${event}/replay`,
      ];
      for (const path of paths) expect((await stranger.post(path, { csrf_token })).status).toBe(404);
      expect((await readWorkflow(tillpost.db, TEST, workflow.id))?.status).toBe('draft');
      expect((await (await signedIn()).get(`/audience/${contact}`)).status).toBe(200);
    });

    it('are not in lists or exports', async () => {
      const email = uniqueAddress();
      await addContact({ email });
      const stranger = await signedIn(OTHER);
      expect(await text(stranger, `/audience?query=${email}`)).toContain('No contact matches');
      expect(await text(stranger, '/audience.csv')).not.toContain(email);
      expect(await text(await signedIn(), '/audience.csv')).toContain(email);
    });
  });

  describe('hostile names and payloads', () => {
    const HOSTILE = `<script>alert(1)</script>"><img src=x onerror=alert(1)>'`;

    it('are shown as text wherever they stand', async () => {
      const event = await addEvent(HOSTILE);
      const { data } = await listEvents(tillpost.db, TEST, { limit: 1 });
      const client = await signedIn();
      const contact = data[0]?.contact ?? '';
      for (const path of [
        `/events/${event}`,
        `/audience/${contact}`,
        '/audience',
        `/audience?query=${encodeURIComponent(HOSTILE)}`,
      ]) {
        const page = await text(client, path);
        expect(page).not.toMatch(/<script>alert|<img src=x/);
      }
      expect(await text(client, `/audience/${contact}`)).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    });

    it('are shown as deep as Stripe could nest them, however deep they are', async () => {
      await tillpost.enable();
      const id = `evt_${newId('con', Date.now()).slice(4)}`;
      const object = `{"id":"cus_deep","object":"customer","email":"${uniqueAddress()}","metadata":{"at":"the top","deep":DEEP}}`;
      const body = `{"id":"${id}","type":"customer.created","account":"${TEST.accountId}","livemode":false,"data":{"object":${object}}}`;
      const deep = body.replace('DEEP', '['.repeat(100_000) + ']'.repeat(100_000));
      const headers = { 'Stripe-Signature': sign(deep, SECRETS.webhook.test, tillpost.clock.now()) };
      const answer = await fetch(`${tillpost.url}/webhooks/stripe`, { method: 'POST', headers, body: deep });
      expect(answer.status).toBe(200);
      await tillpost.worker.drain();
      expect(await tillpost.call('events/read', { id })).toMatchObject({
        status_code: 200,
        status: 'processed',
        payload: { data: { object: { metadata: { at: 'the top' } } } },
      });
      const page = await (await signedIn()).get(`/events/${id}`);
      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('the top')]);
    });

    it('do not become formulas in the exported file', async () => {
      const formula = '=HYPERLINK("https://evil.example";"Click")';
      await addContact({ first_name: formula, user_group: '@SUM(A1)' });
      const file = await text(await signedIn(), '/audience.csv');
      expect(file).toContain(`"'=HYPERLINK(""https://evil.example"";""Click"")"`);
      expect(file).toContain("'@SUM(A1)");
    });

    it('do no harm in the query of a list', async () => {
      const client = await signedIn();
      const queries = [
        '?query=%00%ff',
        '?status=nonsense',
        `?user_group=${encodeURIComponent("' or 1=1 --")}`,
        '?query[]=a&query[]=b',
      ];
      for (const query of queries) expect((await client.get(`/audience${query}`)).status).toBe(200);
      for (const query of ['?since=yesterday', '?type=%00', '?contact=nobody', '?until=2026-02-31'])
        expect((await client.get(`/events${query}`)).status).toBe(200);
    });

    it('find no way out of the editor’s fields', async () => {
      const client = await signedIn();
      const { id } = await createWorkflow(tillpost.db, TEST, { template: 'new_customer' }, tillpost.clock.now());
      const response = await client.post(`/workflows/${id}/edit`, {
        csrf_token: await client.csrfToken(),
        operation: 'add __proto__.steps email',
        name: HOSTILE,
        '__proto__.polluted': 'yes',
        'constructor.prototype.polluted': 'yes',
        'steps.0.id': 'one',
        'steps.0.kind': 'email',
        'steps.0.email.body': '</textarea><script>alert(1)</script>',
      });
      expect(response.status).toBe(200);
      expect(await response.text()).not.toContain('<script>alert');
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });
  });

  describe('the editor', () => {
    const EMAIL = {
      name: 'Welcome',
      'trigger.event': 'customer.created',
      'trigger.frequency': 'once_per_contact',
      'steps.0.id': 'hello',
      'steps.0.kind': 'email',
      'steps.0.email.kind': 'transactional',
      'steps.0.email.subject': 'Hello {{ contact.first_name | default: "there" }}',
      'steps.0.email.preview_text': '',
      'steps.0.email.body': 'Line one\r\nLine two',
    };

    async function open() {
      const client = await signedIn();
      const { id, revision } = await createWorkflow(
        tillpost.db,
        TEST,
        { template: 'new_customer' },
        tillpost.clock.now(),
      );
      const csrf_token = await client.csrfToken();
      const post = (path: string, fields: Record<string, string>) =>
        client.post(`/workflows/${id}${path}`, { csrf_token, revision: String(revision), ...fields });
      return { client, id, post };
    }

    it('saves what stands in its fields', async () => {
      const { id, post } = await open();
      const response = await post('', EMAIL);
      expect(response.headers.get('location')).toBe(`/workflows/${id}`);
      const saved = await readWorkflow(tillpost.db, TEST, id);
      expect(saved?.definition).toMatchObject({
        name: 'Welcome',
        trigger: { event: 'customer.created', frequency: 'once_per_contact' },
        steps: [{ id: 'hello', kind: 'email', email: { body: 'Line one\nLine two' } }],
      });
    });

    it('answers a changed field with the picture alone', async () => {
      const { id, post } = await open();
      const html = await (await post('/picture', { ...EMAIL, 'steps.0.email.subject': 'Good day <b>' })).text();
      expect(html).toContain('id="draft-picture"');
      expect(html).toContain('Good day &lt;b&gt;');
      expect(html).toContain(`hx-post="/workflows/${id}/picture"`);
      expect(html).not.toContain('<form');
      expect(html.length).toBeLessThan(10_000);
      expect((await post('x/picture', EMAIL)).status).toBe(404);
    });

    it('adds, moves and removes steps, also inside a branch', async () => {
      const { post } = await open();
      const kinds = (page: string) =>
        [...page.matchAll(/name="(steps[\w.]*)\.kind" value="(\w+)"/g)].map(([, place, kind]) => `${place} ${kind}`);
      const added = await (await post('/edit', { ...EMAIL, operation: 'add steps branch' })).text();
      expect(kinds(added)).toEqual(['steps.0 email', 'steps.1 branch']);
      const branch = {
        'steps.1.id': 'fork',
        'steps.1.kind': 'branch',
        'steps.1.paths.0.id': 'a',
        'steps.1.paths.0.name': 'A',
      };
      const nested = await (
        await post('/edit', { ...EMAIL, ...branch, operation: 'add steps.1.paths.0.steps wait' })
      ).text();
      expect(kinds(nested)).toEqual(['steps.0 email', 'steps.1 branch', 'steps.1.paths.0.steps.0 wait']);
      const moved = await (await post('/edit', { ...EMAIL, ...branch, operation: 'up steps.1' })).text();
      expect(kinds(moved)).toEqual(['steps.0 branch', 'steps.1 email']);
      const removed = await (await post('/edit', { ...EMAIL, ...branch, operation: 'remove steps.0' })).text();
      expect(kinds(removed)).toEqual(['steps.0 branch']);
    });

    it('names each problem at its field and keeps what was written', async () => {
      const { id, post } = await open();
      const response = await post('', { ...EMAIL, 'steps.0.email.body': 'Dear\n{{ event.nonsense }}' });
      expect(response.status).toBe(400);
      const page = await response.text();
      expect(page).toContain('There is no event.nonsense here (line 2, column');
      expect(page).toContain('href="#steps-0-email-body"');
      expect(page).toContain('{{ event.nonsense }}');
      expect((await readWorkflow(tillpost.db, TEST, id))?.revision).toBe(1);
    });

    it('says so when someone else saved meanwhile, keeps the input, and saves it on a second try', async () => {
      const { id, post } = await open();
      await post('', { ...EMAIL, name: 'Theirs' });
      const response = await post('', { ...EMAIL, name: 'Mine' });
      expect(response.status).toBe(409);
      const page = await response.text();
      expect(page).toContain('this workflow was changed meanwhile');
      expect(page).toContain('value="Mine"');
      expect(page).toContain('name="revision" value="2"');
      await post('', { ...EMAIL, name: 'Mine', revision: '2' });
      expect((await readWorkflow(tillpost.db, TEST, id))?.name).toBe('Mine');
    });

    it('previews the unsaved email in a document that may do nothing', async () => {
      const { post } = await open();
      const response = await post('/preview', { ...EMAIL, preview: 'steps.0' });
      expect(await response.text()).toContain('Line one');
      const policy = response.headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/(^|;)sandbox(;|$)/);
      expect(policy).toContain("frame-ancestors 'self'");
      const plain = await (await post('/preview', { ...EMAIL, preview: 'steps.0', 'view.steps.0': 'text' })).text();
      expect(plain).toContain('Subject: Hello Jenny');
    });

    it('sends a test and says where it went', async () => {
      const { client, post } = await open();
      const page = await (
        await post('/test', { ...EMAIL, test: 'steps.0', 'test_to.steps.0': 'me@example.com' })
      ).text();
      expect(page).toContain('The test to me@example.com is on its way');
      expect(await text(client, '/emails')).toContain('Hello Jenny');
    });

    it('takes a form with many long emails', async () => {
      const { id, post } = await open();
      const emails = Array.from({ length: 12 }, (_, n) => [
        [`steps.${n}.id`, `e${n}`],
        [`steps.${n}.kind`, 'email'],
        [`steps.${n}.email.kind`, 'transactional'],
        [`steps.${n}.email.subject`, `Email ${n}`],
        [`steps.${n}.email.body`, 'ü'.repeat(40_000)],
      ]).flat();
      const response = await post('', { ...EMAIL, ...(Object.fromEntries(emails) as Record<string, string>) });
      expect(response.status).toBe(303);
      expect((await readWorkflow(tillpost.db, TEST, id))?.definition.steps).toHaveLength(12);
    });
  });

  describe('what a person does to a contact', () => {
    it('unsubscribes, subscribes again, regroups and deletes', async () => {
      const id = await addContact();
      const client = await signedIn();
      const csrf_token = await client.csrfToken();
      const act = (name: string, fields = {}) => client.post(`/audience/${id}/${name}`, { csrf_token, ...fields });
      await act('unsubscribe');
      expect(await text(client, `/audience/${id}`)).toContain('Unsubscribed');
      await act('resubscribe');
      await act('profile', { user_group: 'Founders' });
      expect(await text(client, `/audience/${id}`)).toContain('value="Founders"');
      expect((await act('profile', { user_group: 'x'.repeat(101) })).status).toBe(400);
      expect((await act('delete')).headers.get('location')).toBe('/audience');
      expect((await client.get(`/audience/${id}`)).status).toBe(404);
    });
  });

  describe('disconnecting', () => {
    it('says until when the data is kept, and offers to delete it or to connect again', async () => {
      const tenant = { accountId: 'acct_1ComesAndGoes', livemode: false };
      await tillpost.connect(tenant);
      const contact = await addContact({}, tenant);
      const client = await signedIn(tenant);
      const csrf_token = await client.csrfToken();
      expect((await client.post('/settings/stripe/disconnect', { csrf_token })).status).toBe(400);
      expect((await findInstall(tillpost.db, tenant))?.status).toBe('active');
      const response = await client.post('/settings/stripe/disconnect', { csrf_token, account: 'Test account' });
      expect(response.headers.get('location')).toBe('/settings/stripe');
      const page = await text(client, '/settings/stripe');
      expect(page).toContain('This account is disconnected');
      const keptUntil = new Date(tillpost.clock.now() + 30 * 86_400_000).toISOString().slice(0, 10);
      expect(page).toContain(`dateTime="${keptUntil}`);
      expect(page).toContain('href="/connect?mode=test"');
      expect(page).toContain('action="/settings/stripe/erase"');
      expect(page).not.toContain('action="/settings/stripe"');
      expect((await client.get(`/audience/${contact}`)).status).toBe(200);
    });
  });

  describe('deleting all data', () => {
    it('wants the account’s id typed, then leaves nothing and ends the session', async () => {
      const tenant = { accountId: 'acct_1LeavesForGood', livemode: false };
      await tillpost.connect(tenant);
      await addContact({}, tenant);
      const client = await signedIn(tenant);
      const csrf_token = await client.csrfToken();
      const wrong = await client.post('/settings/stripe/erase', { csrf_token, account: TEST.accountId });
      expect(wrong.status).toBe(400);
      const right = await client.post('/settings/stripe/erase', { csrf_token, account: tenant.accountId });
      expect(right.headers.get('location')).toBe('/');
      await tillpost.worker.drain();
      const left = await tillpost.db
        .selectFrom('contact')
        .select('id')
        .where('account_id', '=', tenant.accountId)
        .execute();
      expect(left).toEqual([]);
      expect((await client.get('/events')).status).toBe(302);
    });
  });
});
