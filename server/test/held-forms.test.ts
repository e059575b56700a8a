/** Forms that are sent signed out, what is said of forms once, and the pages that a signed-in person isn't thrown out of. */
import { findInstall } from '../installs/installs';
import { findSession, openSession } from '../installs/sessions';
import { readSettings } from '../settings/settings';
import { createBrowserClient, fieldsOf, type BrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { ACCOUNT, lending, LIVE, TEST, type HarnessOptions, type Tillpost } from './harness';

const lend = lending(async (tillpost) => {
  await tillpost.connect();
});
const withClient = (work: (tillpost: Tillpost, client: BrowserClient) => Promise<void>, options: HarnessOptions = {}) =>
  lend(options, async (tillpost) => {
    const client = createBrowserClient(tillpost.url);
    await signIn(tillpost, client);
    await work(tillpost, client);
  });

async function signIn(tillpost: Tillpost, client: BrowserClient): Promise<void> {
  client.jar.set(
    'tillpost_session',
    await openSession(tillpost.ctx, { tenant: TEST, kind: 'full', previous: undefined }),
  );
}
const text = async (client: BrowserClient, path: string) => (await client.get(path)).text();

const FOOTER = 'Words that took an hour,\n<b>all of them</b> & "more"';

describe.each(ENGINES)('a form on %s', (engine) => {
  it('that is sent signed out is held with its text, and sent by its writer once signed in', () =>
    withClient(
      async (tillpost, client) => {
        const typed = {
          ...fieldsOf(await text(client, '/settings/branding')),
          'brand.footer': FOOTER,
          key: 'rk_live_secret',
        };
        client.jar.delete('tillpost_session');
        const held = await client.post('/settings/branding', typed);
        expect(held.status).toBe(403);
        const page = await held.text();
        expect(page).toContain('You are signed out');
        expect(page).toContain('href="/connect?mode=test" target="_blank"');
        expect(page).toContain('&lt;b&gt;all of them&lt;/b&gt;');
        expect(page).not.toContain('<b>');
        expect(page).not.toContain('rk_live_secret');
        expect((await readSettings(tillpost.db, TEST)).brand.footer).toBeNull();

        await signIn(tillpost, client);
        const asked = await client.post('/settings/branding', fieldsOf(page, 'held-form'));
        const question = await asked.text();
        expect(question).toContain('Send the form now?');
        expect(question).toContain('<strong>Test account</strong> in <strong>test mode</strong>');
        expect((await readSettings(tillpost.db, TEST)).brand.footer).toBeNull();

        const sent = await client.post('/settings/branding', fieldsOf(question, 'held-form'));
        expect([sent.status, sent.headers.get('location')]).toEqual([303, '/settings/branding']);
        expect((await readSettings(tillpost.db, TEST)).brand.footer).toBe(FOOTER);
      },
      { engine },
    ));

  it('of a large workflow is held signed out as well, all of it', () =>
    withClient(
      async (_tillpost, client) => {
        client.jar.delete('tillpost_session');
        const steps = Array.from({ length: 3_000 }, (_, n) => [`steps.${n}`, 'x'.repeat(100)]);
        const held = await client.post('/workflows/wf_1', Object.fromEntries(steps) as Record<string, string>);
        const page = await held.text();
        expect([held.status, page.includes('You are signed out'), page.match(/name="steps\./g)?.length]).toEqual([
          403,
          true,
          3_000,
        ]);
      },
      { engine },
    ));

  it('says what it did once, on the page that it leads to', () =>
    withClient(
      async (_tillpost, client) => {
        const fields = fieldsOf(await text(client, '/settings/sending'));
        const saved = await client.post('/settings/sending', { ...fields, 'sender.from_name': 'Acme' });
        expect(saved.headers.get('location')).toBe('/settings/sending');
        expect(await text(client, '/settings/people')).not.toContain('Settings saved.');
        expect(await text(client, '/settings/sending')).toContain('Settings saved.');
        expect(await text(client, '/settings/sending')).not.toContain('Settings saved.');
        expect(await text(client, '/settings/sending?done=erased')).not.toContain('All data of');
        client.jar.set('tillpost_notice', 'WyIvZXZlbnRzIiw5OTk5OTk5OTk5OTk5OSwiZXJhc2VkIiwiIl0.forged');
        expect(await text(client, '/events')).not.toContain('All data of');
      },
      { engine },
    ));
});

describe('a form of another install than the one on screen', () => {
  /** Signed in to both modes, with test mode on screen. */
  const withBoth = (work: (tillpost: Tillpost, client: BrowserClient) => Promise<void>) =>
    withClient(async (tillpost, client) => {
      await tillpost.connect(LIVE);
      const previous = await findSession(tillpost.ctx, client.session() ?? '');
      client.jar.set('tillpost_session', await openSession(tillpost.ctx, { tenant: LIVE, kind: 'full', previous }));
      await switchTo('test', client);
      await work(tillpost, client);
    });
  async function switchTo(mode: 'live' | 'test', client: BrowserClient, csrf_token?: string): Promise<void> {
    const fields = { csrf_token: csrf_token ?? (await client.csrfToken()), account_id: ACCOUNT, mode };
    expect((await client.post('/session/switch', fields)).status).toBe(303);
  }

  it('does nothing to that one until its writer has seen the account and mode', () =>
    withBoth(async (tillpost, client) => {
      const stale: Record<string, string> = {
        ...fieldsOf(await text(client, '/settings/branding')),
        'brand.footer': FOOTER,
      };
      await switchTo('live', client);
      for (const act of ['erase', 'disconnect', 'import']) {
        const fields = { csrf_token: stale.csrf_token ?? '', account: ACCOUNT };
        expect([act, (await client.post(`/settings/stripe/${act}`, fields)).status]).toEqual([act, 403]);
      }
      expect((await findInstall(tillpost.db, LIVE))?.status).toBe('active');
      expect(await tillpost.db.selectFrom('import_job').selectAll().execute()).toEqual([]);

      const asked = await client.post('/settings/branding', stale);
      const question = await asked.text();
      expect(asked.status).toBe(403);
      expect(question).toContain('<strong>Test account</strong> in <strong>live mode</strong>');
      expect((await readSettings(tillpost.db, LIVE)).brand.footer).toBeNull();
      await client.post('/settings/branding', fieldsOf(question, 'held-form'));
      expect((await readSettings(tillpost.db, LIVE)).brand.footer).toBe(FOOTER);
      expect((await readSettings(tillpost.db, TEST)).brand.footer).toBeNull();
    }));

  it.each([
    ['/settings/stripe/import', { account: ACCOUNT, since: '2026-01-01' }],
    ['/audience/jobs', { action: 'delete', scope: 'all', count: '0' }],
  ])('to %s has to be confirmed anew', (path, fields) =>
    withBoth(async (tillpost, client) => {
      const csrf_token = await client.csrfToken();
      await switchTo('live', client);
      const question = await (await client.post(path, { csrf_token, ...fields })).text();
      expect(question).toContain('Send the form now?');
      expect((await client.post(path, fieldsOf(question, 'held-form'))).status).toBe(400);
      for (const table of ['import_job', 'contact_job'] as const)
        expect(await tillpost.db.selectFrom(table).selectAll().execute()).toEqual([]);
    }),
  );

  it('still switches and signs out: that is about the session', () =>
    withBoth(async (_tillpost, client) => {
      const csrf_token = await client.csrfToken();
      await switchTo('live', client);
      await switchTo('live', client, csrf_token);
      expect((await client.post('/session/sign-out', { csrf_token })).status).toBe(303);
      expect(client.session()).toBeUndefined();
    }));
});

describe('a form with a file', () => {
  const upload = (client: BrowserClient, fields: Record<string, string>, file = '') => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob([file]), file && 'contacts.csv');
    return client.send('/audience/import', form);
  };
  const LINES = 'email,first_name\njenny@example.com,Jenny';

  it('is led to the sign-in and back when it is sent signed out', () =>
    withClient(async (_tillpost, client) => {
      client.jar.delete('tillpost_session');
      const response = await upload(client, { consent: 'agreed' }, LINES);
      const page = await response.text();
      expect(response.status).toBe(403);
      expect(page).toContain('choose the file again');
      expect(page).toContain('href="/connect?mode=test" target="_blank"');
      expect(page).toContain('href="/audience/import"');
    }));

  it('is held with its pasted lines when it is sent signed out and no file was chosen', () =>
    withClient(async (tillpost, client) => {
      client.jar.delete('tillpost_session');
      const held = await upload(client, { consent: 'agreed', lines: LINES });
      const page = await held.text();
      expect([held.status, page]).toEqual([403, expect.stringContaining('jenny@example.com,Jenny')]);
      await signIn(tillpost, client);
      const question = await (await upload(client, fieldsOf(page, 'held-form'))).text();
      expect(question).toContain('Send the form now?');
      const sent = await upload(client, fieldsOf(question, 'held-form'));
      expect([sent.status, sent.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/audience\/jobs\//)]);
    }));

  it('is not read signed out when it is large', () =>
    withClient(async (_tillpost, client) => {
      client.jar.delete('tillpost_session');
      const response = await upload(client, { lines: `${LINES}\n`.repeat(10_000) });
      expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('choose the file again')]);
    }));

  it('of an earlier session asks for the file again', () =>
    withClient(async (tillpost, client) => {
      const csrf_token = await client.csrfToken();
      await signIn(tillpost, client);
      const response = await upload(client, { csrf_token, consent: 'agreed' }, LINES);
      const page = await response.text();
      expect(response.status).toBe(403);
      expect(page).toContain('Choose the file again');
      expect(page).toContain('href="/audience/import"');
      expect(page).not.toContain('held-form');
    }));

  it('of an earlier session is held with its pasted lines when no file was chosen', () =>
    withClient(async (tillpost, client) => {
      const csrf_token = await client.csrfToken();
      await signIn(tillpost, client);
      const question = await (await upload(client, { csrf_token, consent: 'agreed', lines: LINES })).text();
      expect(question).toMatch(/<form[^>]* encType="multipart\/form-data"[^>]* id="held-form"/i);
      const sent = await upload(client, fieldsOf(question, 'held-form'));
      expect([sent.status, sent.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/audience\/jobs\//)]);
    }));
});

describe('a form from outside', () => {
  it('is not held: neither from another site, nor where the browser doesn’t say from where', () =>
    withClient(async (tillpost, client) => {
      const fields = { csrf_token: 'of an earlier session', 'brand.footer': 'Theirs' };
      const foreign: Record<string, string>[] = [
        { 'sec-fetch-site': 'cross-site' },
        { origin: 'https://evil.example' },
      ];
      for (const headers of foreign) {
        const page = await (await client.post('/settings/branding', fields, headers)).text();
        expect(page).toContain('This form was sent from another site.');
        expect(page).not.toContain('Theirs');
      }
      const cookie = [...client.jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const silent = await fetch(`${tillpost.url}/settings/branding`, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { cookie },
      });
      expect(silent.status).toBe(403);
      expect(await silent.text()).not.toContain('Theirs');
    }));

  it('that is a piece of a page is told to sign in, and leaves the page as it is', () =>
    withClient(async (_tillpost, client) => {
      client.jar.delete('tillpost_session');
      const response = await client.post('/settings/stripe/preset', { a: 'b' }, { 'hx-request': 'true' });
      expect(response.status).toBe(401);
    }));
});

describe('who is signed in', () => {
  it('stays in the console where there is no such page, or where a form is refused', () =>
    withClient(async (_tillpost, client) => {
      for (const path of ['/no/such/page', '/events/evt_none', '/settings/none']) {
        const response = await client.get(path);
        const page = await response.text();
        expect([
          response.status,
          page.includes('There is no such page'),
          page.includes('aria-label="Console"'),
        ]).toEqual([404, true, true]);
      }
      const refused = await client.post('/session/end', { csrf_token: await client.csrfToken(), session: 'none' });
      expect(await refused.text()).toContain('aria-label="Console"');
      client.jar.delete('tillpost_session');
      expect(await text(client, '/no/such/page')).not.toContain('aria-label="Console"');
    }));

  it('is told of a mode that isn’t connected, and how to connect it', () =>
    withClient(async (_tillpost, client) => {
      expect(await text(client, '/events')).toContain('href="/settings/connect?mode=live"');
      const page = await text(client, '/settings/connect?mode=live');
      expect(page).toContain('Connect live mode');
      expect(page).toContain('href="/connect?mode=live"');
      expect(page).toContain('aria-label="Console"');
      expect((await client.get('/settings/connect?mode=both')).status).toBe(404);
    }));

  it('sees on every page that the account is disconnected', () =>
    withClient(async (_tillpost, client) => {
      const csrf_token = await client.csrfToken();
      await client.post('/settings/stripe/disconnect', { csrf_token, account: ACCOUNT });
      for (const path of ['/events', '/audience', '/workflows', '/emails', '/recovery', '/settings/people', '/none'])
        expect([path, (await text(client, path)).includes('This account is disconnected: nothing')]).toEqual([
          path,
          true,
        ]);
      expect(await text(client, '/settings/stripe')).not.toContain('This account is disconnected: nothing');
    }));

  it('is told what was deleted with all data, signed out by it', () =>
    withClient(async (_tillpost, client) => {
      const csrf_token = await client.csrfToken();
      const erased = await client.post('/settings/stripe/erase', { csrf_token, account: ACCOUNT });
      expect(erased.headers.get('location')).toBe('/');
      expect(await text(client, '/')).toContain('All data of Test account in test mode is being deleted');
      expect(await text(client, '/')).not.toContain('is being deleted');
    }));
});

describe('a wrong key', () => {
  const env = { STRIPE_TEST_AUTHORIZE_URL: '', STRIPE_TEST_SECRET_KEY: '', STRIPE_TEST_WEBHOOK_SECRET: '' };

  it('keeps its form, with the reason beside it and the key itself nowhere', () =>
    lending()({ env }, async (tillpost) => {
      const client = createBrowserClient(tillpost.url);
      const response = await client.post('/connect/key', {
        csrf_token: await client.csrfToken('/'),
        key: 'sk_test_mine',
      });
      expect(response.status).toBe(400);
      const page = await response.text();
      expect(page).toMatch(/id="key-error">That is not a restricted key/);
      expect(page).toContain('action="/connect/key"');
      expect(page).not.toContain('sk_test_mine');
    }));

  it('leaves who is signed in where they were', () =>
    lending()({ env }, async (tillpost) => {
      const live = { ...TEST, livemode: true };
      await tillpost.connect(live);
      const client = createBrowserClient(tillpost.url);
      const id = await openSession(tillpost.ctx, { tenant: live, kind: 'full', previous: undefined });
      client.jar.set('tillpost_session', id);
      const page = '/settings/connect?mode=test';
      const fields = { csrf_token: await client.csrfToken(page), key: 'rk_test_wrong' };
      const response = await client.post('/connect/key', fields, { referer: tillpost.url + page });
      const body = await response.text();
      expect(body).toContain('Stripe refuses this key');
      expect(body).toContain('Connect test mode');
      expect(body).toContain('aria-label="Console"');
      expect(body).toContain(`data-address="${page}"`);
    }));
});
