/** The OpenAPI document: linted by another's rules, and held against what the server does. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ENDPOINTS } from '../api/endpoints';
import type { Document } from '../api/openapi';
import { newKey, request, withApi } from './api-rig';
import { lending, type Tillpost } from './harness';

const withTillpost = lending(undefined, { env: { PUBLIC_URL: 'http://mail.tillpost.test' } });

const read = async ({ url }: Tillpost): Promise<Document> =>
  (await (await fetch(`${url}/api/openapi.json`)).json()) as Document;

const lint = (source: string): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [join(__dirname, 'lint-openapi.mjs')], { input: source, encoding: 'utf8' }),
  );

describe('the OpenAPI document', () => {
  it('breaks no recommended rule', () =>
    withTillpost({}, async (tillpost) => {
      const source = JSON.stringify(await read(tillpost));
      expect(lint(source)).toEqual([]);
      expect(lint(source.replace('"operationId":"findContact",', ''))).toEqual([
        ['warn', 'operation-operationId', expect.any(String)],
      ]);
      expect(JSON.parse(source)).toMatchObject({
        openapi: '3.1.0',
        servers: [{ url: 'http://mail.tillpost.test/api/v1' }],
      });
    }));

  it('names every route, each of which wants a key', () =>
    withApi({}, async (tillpost) => {
      const { paths = {} } = await read(tillpost);
      const named = Object.entries(paths).flatMap(([path, methods]) =>
        Object.keys(methods as object).map((method) => `${method} ${path}`),
      );
      const known = Object.values(ENDPOINTS).map(({ method, path }) => `${method} ${path}`);
      expect(named.sort()).toEqual(known.sort());
      const key = await newKey(tillpost);
      for (const one of named) {
        const [method = '', path = ''] = one.split(' ');
        const asked = {
          method: method.toUpperCase(),
          ...(method === 'get' || method === 'delete' ? {} : { body: {} }),
        };
        const where = path.replace('{id}', 'none');
        expect([one, (await request(tillpost, where, asked)).status]).toEqual([one, 401]);
        expect([one, (await request(tillpost, where, { ...asked, key })).status]).not.toEqual([one, 500]);
      }
    }));

  it('is shown as a page, to whoever opens it', () =>
    withApi({}, async (tillpost) => {
      const page = await fetch(`${tillpost.url}/api/docs`);
      const html = await page.text();
      expect(page.status).toBe(200);
      for (const [name, { path }] of Object.entries(ENDPOINTS)) {
        expect(html).toContain(`id="${name}"`);
        expect(html).toContain(`<code>${path}</code>`);
      }
    }));
});
