/** Limits on pages that need no session, and the token for the metrics. */
import { createOpenLink } from '../installs/open-link';
import { createBrowserClient } from './browser-client';
import { lending, TEST } from './harness';

const withTillpost = lending();
const NO_APP = { STRIPE_TEST_SECRET_KEY: '', STRIPE_TEST_AUTHORIZE_URL: '', STRIPE_TEST_WEBHOOK_SECRET: '' };

describe('requests without a session', () => {
  it.each(['/open/', '/unsubscribe/', '/confirm-address/'])(
    'to one link under %s are limited, those to another are not',
    (path) =>
      withTillpost({}, async (tillpost) => {
        const browser = createBrowserClient(tillpost.url);
        for (let n = 0; n < 30; n++) expect((await browser.get(`${path}one`)).status).not.toBe(429);
        const limited = await browser.get(`${path}one`);
        expect(limited.status).toBe(429);
        const seconds = Number(limited.headers.get('retry-after'));
        expect(seconds).toBeGreaterThan(0);
        expect(await limited.text()).toMatch(/Try again in (a second|\d+ seconds)\./);
        expect((await browser.post(`${path}one`, {})).status).toBe(429);
        expect((await browser.get(`${path}another`)).status).not.toBe(429);
      }),
  );

  it('with one key are limited, those with another are not', () =>
    withTillpost({ env: NO_APP }, async (tillpost) => {
      const browser = createBrowserClient(tillpost.url);
      const csrf_token = await browser.csrfToken('/');
      const paste = async (key: string) => (await browser.post('/connect/key', { csrf_token, key })).status;
      for (let n = 0; n < 10; n++) expect(await paste('rk_test_wrong')).toBe(400);
      expect(await paste('rk_test_wrong')).toBe(429);
      expect(await paste('rk_test_other')).toBe(400);
    }));

  it('of one address are limited far above what people do, and signed-in people and deliveries are not', () =>
    withTillpost({}, async (tillpost) => {
      await tillpost.connect();
      const browser = createBrowserClient(tillpost.url);
      const statuses = [];
      for (let n = 0; n < 1_300; n += 50)
        statuses.push(
          ...(await Promise.all(
            Array.from({ length: 50 }, async () => (await browser.get('/connect?mode=no')).status),
          )),
        );
      expect(statuses.slice(0, 1_200)).not.toContain(429);
      expect(statuses.slice(1_200).every((status) => status === 429)).toBe(true);
      expect((await browser.get(`/open/${await createOpenLink(tillpost.ctx, TEST, 'usr_1')}`)).status).toBe(429);
      expect((await browser.get('/unsubscribe/x')).status).toBe(404);
      expect((await browser.get('/')).status).toBe(200);
      expect((await tillpost.call('overview')).status_code).toBe(200);
    }));
});

describe('/metrics', () => {
  const TOKEN = 'scrape-me-0123456789';
  const read = (url: string, authorization?: string) =>
    fetch(`${url}/metrics`, authorization === undefined ? {} : { headers: { authorization } });

  it('wants METRICS_TOKEN as a bearer token where it is set', () =>
    withTillpost({ env: { METRICS_TOKEN: TOKEN } }, async ({ url }) => {
      for (const wrong of [
        undefined,
        '',
        TOKEN,
        `Basic ${TOKEN}`,
        `Bearer ${TOKEN}x`,
        'Bearer ',
        `Bearer ${TOKEN.slice(0, -1)}`,
      ]) {
        const refused = await read(url, wrong);
        expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
        expect(await refused.text()).not.toContain('tillpost_');
      }
      const answer = await read(url, `Bearer ${TOKEN}`);
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('tillpost_queue_due')]);
    }));

  it('is open without one', () =>
    withTillpost({}, async ({ url }) => {
      expect((await read(url)).status).toBe(200);
    }));
});
