/** A merchant's look: what is taken as a logo, where it shows, and that it goes with the install. */
import { PNG } from 'pngjs';
import { LOGO_REFUSED } from '../../shared/words/branding';
import { openSession } from '../installs/sessions';
import { listEmails } from '../emails/list-emails';
import { readEmail } from '../emails/emails';
import { unsubscribeUrl } from '../emails/unsubscribe-token';
import { readSettings } from '../settings/settings';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { createBrowserClient, type BrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, lending, TEST, type Tillpost } from './harness';

const lend = lending(async (tillpost) => {
  await tillpost.connect();
});

function draw(width: number, height: number): Buffer {
  const png = new PNG({ width, height });
  for (let at = 0; at < png.data.length; at += 4) png.data.set([200, 30, 90, 255], at);
  return PNG.sync.write(png);
}

async function signIn(tillpost: Tillpost): Promise<BrowserClient> {
  const client = createBrowserClient(tillpost.url);
  const session = await openSession(tillpost.ctx, { tenant: TEST, kind: 'full', previous: undefined });
  client.jar.set('tillpost_session', session);
  return client;
}

async function upload(client: BrowserClient, file: Buffer, fields?: Record<string, string>, headers = {}) {
  const form = new FormData();
  const all = fields ?? { csrf_token: await client.csrfToken('/settings/branding') };
  for (const [name, value] of Object.entries(all)) form.set(name, value);
  form.set('logo', new Blob([file]), '../../logo.png');
  return client.send('/settings/branding/logo', form, headers);
}

const logoIn = (html: string) => /src="(?:http:\/\/[^/"]+)?(\/logo\/[^"]+)"/.exec(html)?.[1] ?? '';
const text = async (client: BrowserClient, path: string) => (await client.get(path)).text();
const save = async (client: BrowserClient, fields: Record<string, string>) =>
  client.post('/settings/branding', { csrf_token: await client.csrfToken('/settings/branding'), ...fields });

const LOOK = {
  'brand.has_color': 'on',
  'brand.color': '#FFD400',
  'brand.font': 'georgia',
  'brand.footer': 'Rocket <Rides> Ltd\r\n1 Launch Pad',
};

describe.each(ENGINES)('branding on %s', (engine) => {
  it('shows in the emails that go out, and in the pages behind their links', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      expect((await upload(client, draw(480, 192))).status).toBe(303);
      expect((await save(client, LOOK)).status).toBe(303);
      const { brand } = await readSettings(tillpost.db, TEST);
      expect(brand).toEqual({ color: '#ffd400', font: 'georgia', footer: 'Rocket <Rides> Ltd\n1 Launch Pad' });
      const settings = await readSettings(tillpost.db, TEST);
      await tillpost.enable({}, { ...settings, sender: { ...settings.sender, from_name: 'Rocket Rides' } });

      const { id } = await createWorkflow(tillpost.db, TEST, { template: 'new_customer' }, tillpost.clock.now());
      await activateWorkflow(tillpost.db, TEST, id, tillpost.clock.now());
      const created = Math.floor(tillpost.clock.now() / 1_000);
      await tillpost.deliver(fixtureEvent('customer.created', { account: ACCOUNT, created }));
      await tillpost.worker.drain();
      const [email] = (await listEmails(tillpost.db, TEST, { limit: 1 })).data;
      const { html, text: plain } = (await readEmail(tillpost.db, TEST, email!.id))!;
      expect(html).toContain(`src="${tillpost.url}/logo/`);
      expect(html).toMatch(/width="120" height="48" alt="Rocket Rides"/);
      expect(html).toContain('Georgia');
      expect(html).toContain('Rocket &lt;Rides&gt; Ltd');
      expect(plain).toContain('-- \nRocket <Rides> Ltd\n1 Launch Pad');
      expect(html).not.toContain('#4f46e5');

      const page = await client.get(new URL(unsubscribeUrl(tillpost.ctx, TEST, email!.id)).pathname);
      const body = await page.text();
      expect(logoIn(body)).toBe(logoIn(html ?? ''));
      expect(body).toContain('--accent:#ffd400');
      expect(body).toContain('--on-accent:#1a1f36');
      expect(body).toContain('Rocket &lt;Rides&gt; Ltd');
      expect(body).not.toContain('Tillpost');
      expect(page.headers.get('content-security-policy')).toMatch(/style-src 'self' 'sha256-[\w+/=]+'/);
      expect((await client.get('/settings/people')).headers.get('content-security-policy')).not.toContain('sha256');
    }));

  it('serves a logo to who has its address, cached for as long as it is the newest', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      await upload(client, draw(100, 50));
      const first = logoIn(await text(client, '/settings/branding'));
      const stranger = createBrowserClient(tillpost.url);
      const loaded = await stranger.get(first);
      expect(loaded.status).toBe(200);
      expect(loaded.headers.get('content-type')).toBe('image/png');
      expect(loaded.headers.get('x-content-type-options')).toBe('nosniff');
      expect(loaded.headers.get('cache-control')).toContain('immutable');
      expect(loaded.headers.getSetCookie()).toEqual([]);
      expect(PNG.sync.read(Buffer.from(await loaded.arrayBuffer())).width).toBe(100);

      await upload(client, draw(60, 30));
      const second = logoIn(await text(client, '/settings/branding'));
      expect(second).not.toBe(first);
      const asSent = await stranger.get(first);
      expect(asSent.headers.get('cache-control')).toBe('public, max-age=300');
      expect(PNG.sync.read(Buffer.from(await asSent.arrayBuffer())).width).toBe(60);
      expect((await stranger.get(`/logo/${'a'.repeat(43)}/0.png`)).status).toBe(404);

      const csrf_token = await client.csrfToken('/settings/branding');
      expect((await client.post('/settings/branding/logo/delete', { csrf_token })).status).toBe(303);
      expect((await stranger.get(second)).status).toBe(404);
      expect(await tillpost.db.selectFrom('logo_image').select('png').execute()).toEqual([]);
    }));

  it('goes when all data of the install does', () =>
    lend({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      await upload(client, draw(100, 50));
      const csrf_token = await client.csrfToken();
      await client.post('/settings/stripe/erase', { csrf_token, account: ACCOUNT });
      await tillpost.worker.drain();
      for (const table of ['logo', 'logo_image', 'setting'] as const)
        expect(await tillpost.db.selectFrom(table).selectAll().execute()).toEqual([]);
    }));
});

describe('a logo', () => {
  const refusals: [string, Buffer, string][] = [
    ['a GIF', Buffer.from('GIF89a and so on'), LOGO_REFUSED.notPng],
    ['a picture of 2,001 pixels', draw(2_001, 1), LOGO_REFUSED.tooManyPixels(2_001, 1)],
    ['a file of 600 kB', Buffer.concat([draw(1, 1), Buffer.alloc(600 * 1024)]), LOGO_REFUSED.tooManyBytes],
    ['no file', Buffer.alloc(0), LOGO_REFUSED.none],
  ];
  it('is refused with a sentence beside its field', () =>
    lend({}, async (tillpost) => {
      const client = await signIn(tillpost);
      for (const [, file, message] of refusals) {
        const response = await upload(client, file);
        expect([response.status, (await response.text()).includes(message)]).toEqual([400, true]);
      }
      expect(await tillpost.db.selectFrom('logo').selectAll().execute()).toEqual([]);
    }));

  it('is taken from our own form only', () =>
    lend({}, async (tillpost) => {
      const client = await signIn(tillpost);
      expect((await upload(client, draw(10, 10), {})).status).toBe(403);
      const fields = { csrf_token: await client.csrfToken('/settings/branding') };
      expect((await upload(client, draw(10, 10), fields, { origin: 'https://evil.example' })).status).toBe(403);
      const odd = { 'content-type': 'multipart/form-data; boundary=x' };
      expect((await client.send('/settings/branding/logo', 'no form', odd)).status).toBe(400);
      expect((await upload(createBrowserClient(tillpost.url), draw(10, 10), {})).status).toBe(403);
      expect(await tillpost.db.selectFrom('logo').selectAll().execute()).toEqual([]);
    }));
});

describe('a colour', () => {
  it('that can hardly be read is taken, and said to be', () =>
    lend({}, async (tillpost) => {
      const client = await signIn(tillpost);
      await save(client, LOOK);
      const page = await text(client, '/settings/branding');
      expect(page).toContain('A button of this colour stands out from white by 1.4:1');
      await save(client, { ...LOOK, 'brand.color': '#1d4ed8' });
      expect(await text(client, '/settings/branding')).not.toContain('stands out from');
    }));

  it('that is none is refused, and named', () =>
    lend({}, async (tillpost) => {
      const client = await signIn(tillpost);
      const response = await save(client, { ...LOOK, 'brand.color': 'red}body{display:none' });
      expect(response.status).toBe(400);
      expect(await response.text()).toContain('Must be a colour such as #0f6b5c');
      expect((await readSettings(tillpost.db, TEST)).brand.color).toBeNull();
    }));

  it('shows in the preview before it is saved', () =>
    lend({}, async (tillpost) => {
      const client = await signIn(tillpost);
      const csrf_token = await client.csrfToken('/settings/branding');
      const drawn = await (await client.post('/settings/branding/preview', { csrf_token, ...LOOK })).text();
      expect(drawn).toContain('bgcolor="#ffd400"');
      expect(await text(client, '/settings/branding/preview')).toContain('bgcolor="#4f46e5"');
    }));
});
