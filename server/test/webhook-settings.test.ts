/** Settings → Webhooks over HTTP: what is shown once, what is refused, and who may what. */
import { Webhook } from 'standardwebhooks';
import { openSession } from '../installs/sessions';
import { clientOf } from './api-rig';
import { createBrowserClient, type BrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { lending, LIVE, TEST, type Tillpost } from './harness';
import type { Tenant } from '../db/tenant';

const PATH = '/settings/webhooks';
const HERE = 'http://127.0.0.1:1/hooks';

const withConsole = lending(async (tillpost) => {
  for (const tenant of [TEST, LIVE]) await tillpost.connect(tenant);
});

async function signIn(tillpost: Tillpost, tenant: Tenant = TEST, kind: 'full' | 'dashboard' = 'full') {
  const client = createBrowserClient(tillpost.url);
  client.jar.set('tillpost_session', await openSession(tillpost.ctx, { tenant, kind, previous: undefined }));
  return client;
}

async function send(client: BrowserClient, path: string, fields: Record<string, string | readonly string[]> = {}) {
  const body = new URLSearchParams({ csrf_token: await client.csrfToken() });
  for (const [name, values] of Object.entries(fields)) for (const value of [values].flat()) body.append(name, value);
  const response = await client.send(path, body.toString(), { 'content-type': 'application/x-www-form-urlencoded' });
  return { status: response.status, location: response.headers.get('location'), page: await response.text() };
}

const page = async (client: BrowserClient, path: string) => (await client.get(path)).text();
const secretIn = (html: string) => /id="new-secret"[^>]*>(whsec_[A-Za-z0-9+/=]+)</.exec(html)?.[1];
const endpoints = ({ db }: Tillpost) =>
  db.selectFrom('webhook_endpoint').selectAll().where('deleted_at', 'is', null).orderBy('id').execute();

async function addEndpoint(tillpost: Tillpost, client: BrowserClient) {
  const fields = { url: HERE, description: 'CRM', types: 'contact.created' };
  const { status, page: html } = await send(client, PATH, fields);
  expect(status).toBe(200);
  return { id: (await endpoints(tillpost)).at(-1)!.id, secret: secretIn(html) };
}

describe.each(ENGINES)('on %s', (engine) => {
  it('a secret is shown in the answer that makes it, is sealed, and never shown again', () =>
    withConsole({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const { id, secret } = await addEndpoint(tillpost, client);
      expect(() => new Webhook(secret!)).not.toThrow();
      expect(Buffer.from(secret!.slice('whsec_'.length), 'base64')).toHaveLength(32);
      const [row] = await endpoints(tillpost);
      expect(row?.secret).not.toContain(secret!.slice(6, 20));
      for (const path of [PATH, `${PATH}/${id}`]) expect(await page(client, path)).not.toContain('whsec_');

      const { page: rotated } = await send(client, `${PATH}/${id}/secret`);
      expect(secretIn(rotated)).toMatch(/^whsec_/);
      expect(secretIn(rotated)).not.toBe(secret);
      expect(rotated).toContain('two signatures');
    }));

  it('an endpoint is changed, turned off and on, and deleted with its log', () =>
    withConsole({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const { id } = await addEndpoint(tillpost, client);
      const changed = { url: `${HERE}2`, description: '', types: ['contact.deleted', 'contact.updated'] };
      expect((await send(client, `${PATH}/${id}`, changed)).location).toBe(`${PATH}/${id}`);
      const [row] = await endpoints(tillpost);
      expect(row).toMatchObject({
        url: `${HERE}2`,
        description: null,
        types: '["contact.updated","contact.deleted"]',
        status: 'active',
      });
      await send(client, `${PATH}/${id}/off`);
      expect(await endpoints(tillpost)).toMatchObject([{ status: 'off' }]);
      await send(client, `${PATH}/${id}/on`);
      expect(await endpoints(tillpost)).toMatchObject([{ status: 'active' }]);
      expect((await send(client, `${PATH}/${id}/delete`)).location).toBe(PATH);
      expect(await endpoints(tillpost)).toEqual([]);
      expect(await page(client, PATH)).toContain('No endpoints yet');
    }));

  it('what was typed wrong is shown again beside what is expected', () =>
    withConsole({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const types = ['contact.created'];
      for (const [fields, words] of [
        [{ url: 'http://example.com/', types }, 'like http://localhost:3000/webhooks'],
        [{ url: 'http://169.254.169.254/', types }, 'Must lead to a public address or to this machine'],
        [{ url: 'https://10.0.0.1/', types }, 'Must lead to a public address'],
        [{ url: 'https://a:b@example.com/', types }, 'Must not hold a user name or password'],
        [{ url: 'https://example.com/', types: [] }, 'Choose at least one'],
        [{ url: 'https://example.com/', types: ['contact.exploded'] }, 'Must be some of contact.created'],
        [{ url: 'https://example.com/', types, description: 'x'.repeat(201) }, 'Must have at most 200 characters'],
        [{ url: '"><script>alert(1)</script>', types }, '&quot;&gt;&lt;script&gt;'],
      ] as const) {
        const answer = await send(client, PATH, { description: '', ...fields });
        expect([answer.status, answer.page.includes(words), words]).toEqual([400, true, words]);
        expect(answer.page).not.toContain('<script>alert');
      }
      const { id } = await addEndpoint(tillpost, client);
      const answer = await send(client, `${PATH}/${id}`, { url: 'ftp://example.com/', description: 'CRM', types });
      expect(answer.status).toBe(400);
      expect(answer.page).toContain('ftp://example.com/');
      expect(await endpoints(tillpost)).toMatchObject([{ url: HERE }]);
    }));

  it('an install has ten at most, and no way to those of another', () =>
    withConsole({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const { id } = await addEndpoint(tillpost, client);
      const other = await signIn(tillpost, LIVE);
      expect((await other.get(`${PATH}/${id}`)).status).toBe(404);
      for (const action of ['', '/off', '/secret', '/delete', '/test', '/deliveries/whd_1/again'])
        expect([
          action,
          (await send(other, `${PATH}/${id}${action}`, { url: HERE, types: 'contact.created' })).status,
        ]).toEqual([action, 404]);
      expect(await endpoints(tillpost)).toMatchObject([{ status: 'active', old_secret: null }]);
      for (let n = 1; n < 10; n++) await addEndpoint(tillpost, client);
      const eleventh = await send(client, PATH, { url: HERE, description: '', types: ['contact.created'] });
      expect(eleventh.status).toBe(400);
      expect(await endpoints(tillpost)).toHaveLength(10);
    }));

  it('a session of the Dashboard’s link may look, and change nothing', () =>
    withConsole({ engine }, async (tillpost) => {
      const { id } = await addEndpoint(tillpost, await signIn(tillpost));
      const limited = await signIn(tillpost, TEST, 'dashboard');
      expect((await limited.get(`${PATH}/${id}`)).status).toBe(200);
      for (const path of [
        PATH,
        `${PATH}/${id}`,
        `${PATH}/${id}/off`,
        `${PATH}/${id}/secret`,
        `${PATH}/${id}/delete`,
        `${PATH}/${id}/test`,
      ])
        expect([path, (await send(limited, path, { url: HERE, types: 'contact.created' })).status]).toEqual([
          path,
          403,
        ]);
      const forged = await limited.post(`${PATH}/${id}/off`, { csrf_token: 'x' });
      expect(forged.status).toBe(403);
      expect(await endpoints(tillpost)).toMatchObject([{ status: 'active' }]);
    }));

  it('the log shows what was delivered, by state, and sends it again', () =>
    withConsole({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const { id } = await addEndpoint(tillpost, client);
      await (await clientOf(tillpost)).createContact({ email: 'jenny@example.com' });
      await tillpost.worker.drain();
      const [delivery] = await tillpost.db.selectFrom('webhook_delivery').selectAll().execute();
      expect(delivery).toMatchObject({ status: 'pending', attempts: 1 });
      const one = `${PATH}/${id}/deliveries/${delivery?.id}`;
      expect(await page(client, `${PATH}/${id}?status=pending`)).toContain(one);
      expect(await page(client, `${PATH}/${id}?status=delivered`)).not.toContain(one);
      const shown = await page(client, one);
      for (const words of [
        ...['Contact · jenny@example.com', `/audience/${delivery?.contact_id}`],
        ...['No connection, or it broke off', '1 of 10', delivery!.id, 'hx-trigger="every 1s"'],
      ])
        expect(shown).toContain(words);
      const endpoint = await page(client, `${PATH}/${id}`);
      expect(endpoint).toMatch(/The last request failed\..*Next try/);
      expect(endpoint).not.toContain('Nothing was taken since');
      tillpost.clock.advance(3_600_000);
      expect(await page(client, `${PATH}/${id}`)).toContain('Nothing was taken since');
      await tillpost.db.updateTable('webhook_delivery').set({ status: 'failed', due_at: null }).execute();
      expect(await page(client, one)).not.toContain('hx-trigger');
      expect((await send(client, `${one}/again`)).location).toBe(one);
      await tillpost.worker.drain();
      const [again] = await tillpost.db.selectFrom('webhook_delivery').selectAll().execute();
      expect(again).toMatchObject({ id: delivery?.id, attempts: 1 });
      expect((await client.get(`${PATH}/${id}/deliveries/whd_none`)).status).toBe(404);
    }));

  it('a test message is signed, delivered and logged as any other, to an endpoint that is on', () =>
    withConsole({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const { id } = await addEndpoint(tillpost, client);
      const { location } = await send(client, `${PATH}/${id}/test`);
      await tillpost.worker.drain();
      const [delivery] = await tillpost.db.selectFrom('webhook_delivery').selectAll().execute();
      expect(location).toBe(`${PATH}/${id}/deliveries/${delivery?.id}`);
      expect(delivery).toMatchObject({ type: 'webhook.test', status: 'pending', attempts: 1 });
      expect(JSON.parse(delivery!.payload)).toMatchObject({ type: 'webhook.test', data: { id, test: true } });
      expect(await page(client, location!)).toContain('webhook.test');
      expect(await page(client, `${PATH}/${id}`)).toContain(delivery!.id);
      await send(client, `${PATH}/${id}/off`);
      expect((await send(client, `${PATH}/${id}/test`)).status).toBe(400);
    }));

  it('sends ten test messages a minute of an install, and says when there can be more', () =>
    withConsole({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const { id } = await addEndpoint(tillpost, client);
      for (let n = 0; n < 10; n++) expect((await send(client, `${PATH}/${id}/test`)).status).toBe(303);
      const refused = await send(client, `${PATH}/${id}/test`);
      expect(refused.status).toBe(429);
      expect(refused.page).toMatch(
        /There were 10 test messages within a minute\. The next one can be sent in \d+ seconds\./,
      );
      expect(refused.page).toContain(HERE);
      expect(await tillpost.db.selectFrom('webhook_delivery').select('id').execute()).toHaveLength(10);
      const other = await signIn(tillpost, LIVE);
      const { id: live } = await addEndpoint(tillpost, other);
      expect((await send(other, `${PATH}/${live}/test`)).status).toBe(303);
    }));

  it('a button chooses all or none of a group, saves nothing and keeps what was typed', () =>
    withConsole({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const fields = { url: HERE, description: 'CRM', types: ['contact.created', 'event.processed'] };
      const chosen = ({ page: html }: { page: string }) =>
        [...html.matchAll(/<input type="checkbox" name="types"[^>]*checked=""[^>]*>/g)].map(
          ([box]) => /value="([^"]+)"/.exec(box)?.[1],
        );
      const all = await send(client, PATH, { ...fields, group: 'workflow.all' });
      expect([all.status, all.page.includes(HERE)]).toEqual([200, true]);
      expect(chosen(all)).toEqual([
        ...[
          'contact.created',
          'workflow.run.started',
          'workflow.run.finished',
          'workflow.run.exited',
          'event.processed',
        ],
      ]);
      expect(chosen(await send(client, PATH, { ...fields, group: 'contact.none' }))).toEqual(['event.processed']);
      expect(await endpoints(tillpost)).toEqual([]);
    }));

  it('says at email.sent that it does not come while there is no mail server', () =>
    withConsole({ engine }, async (tillpost) => {
      expect(await page(await signIn(tillpost), PATH)).toContain('Does not come now: this server has no mail server');
    }));

  it('every page says that an endpoint was turned off, until it is on again', () =>
    withConsole({ engine }, async (tillpost) => {
      const client = await signIn(tillpost);
      const { id } = await addEndpoint(tillpost, client);
      const strip = 'A webhook endpoint was turned off';
      expect(await page(client, '/audience')).not.toContain(strip);
      await tillpost.db.updateTable('webhook_endpoint').set({ status: 'failing' }).execute();
      await tillpost.db.updateTable('install').set({ troubles: '["webhooks"]' }).where('livemode', '=', 0).execute();
      expect(await page(client, '/audience')).toContain(strip);
      expect(await page(client, `${PATH}/${id}`)).toContain('Nothing but failures came back for five days');
      await send(client, `${PATH}/${id}/on`);
      expect(await page(client, '/audience')).not.toContain(strip);
    }));
});
