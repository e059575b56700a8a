/** The OpenAPI document: linted by another's rules, and held against what the server does. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ENDPOINTS } from '../api/endpoints';
import type { Document } from '../api/openapi';
import { clientOf, newKey, request, withApi } from './api-rig';
import { lending, LIVE, type Tillpost } from './harness';

const withTillpost = lending(undefined, { env: { PUBLIC_URL: 'http://mail.tillpost.test' } });

const read = async ({ url }: Tillpost): Promise<Document> =>
  (await (await fetch(`${url}/api/openapi.json`)).json()) as Document;

const lint = (source: string): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [join(__dirname, 'lint-openapi.mjs')], { input: source, encoding: 'utf8' }),
  );

/** A contact, an event, and a workflow of every kind of step whose run mails and waits. */
async function fillLists(tillpost: Tillpost): Promise<void> {
  const condition = { property: 'contact.first_name', operator: 'is_set' };
  const email = { kind: 'transactional', subject: 'Hi', preview_text: '', body: 'Hi' };
  const definition = {
    name: 'Signup',
    trigger: { source: 'api', event: 'signup', conditions: [condition] },
    exit_events: [{ event: 'customer.deleted', match: 'contact' }],
    steps: [
      { id: 'group', kind: 'update_contact', user_group: 'New' },
      { id: 'is', kind: 'filter', conditions: [condition] },
      { id: 'mail', kind: 'email', email },
      { id: 'wait', kind: 'wait', amount: 1, unit: 'days' },
      {
        id: 'way',
        kind: 'branch',
        paths: [{ id: 'one', name: 'One', conditions: [condition], steps: [{ id: 'out', kind: 'exit' }] }],
        else: [],
      },
    ],
  };
  const { id } = await tillpost.call('workflows/create', { definition: definition as never }, { tenant: LIVE });
  await tillpost.call('workflows/activate', { id }, { tenant: LIVE });
  const loops = await clientOf(tillpost, LIVE);
  const contactProperties = { firstName: 'Jenny', seats: 5, isTrial: true };
  await loops.sendEvent({ email: 'jenny@example.com', userId: 'u_1', eventName: 'signup', contactProperties });
  await tillpost.worker.drain();
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
}

const answerOf = (document: Document, path: string): Schema => {
  const { responses } = document.paths?.[path]?.get as unknown as {
    responses: Record<string, { content: Record<string, { schema: Schema }> }>;
  };
  return responses[200]!.content['application/json']!.schema;
};

/** Where a value isn't what the document says, fields that it doesn't name included. */
function faultsOf(document: Document, schema: Schema, value: unknown, path: string[] = []): string[] {
  const here = [path.join('.')];
  const go = (one: Schema, part: unknown, name: string) => faultsOf(document, one, part, [...path, name]);
  if (schema.$ref)
    return faultsOf(document, document.components?.schemas?.[schema.$ref.split('/').at(-1)!] as Schema, value, path);
  if (schema.anyOf) {
    const faults = schema.anyOf.map((one) => faultsOf(document, one, value, path));
    return faults.some((some) => some.length === 0) ? [] : here;
  }
  if (schema.enum && !schema.enum.includes(value)) return here;
  const types = [schema.type ?? []].flat();
  if (value === null) return types.includes('null') ? [] : here;
  if (Array.isArray(value))
    return types.includes('array') ? value.flatMap((one, n) => go(schema.items!, one, String(n))) : here;
  if (typeof value !== 'object')
    return types.includes(typeof value) || (types.includes('integer') && Number.isInteger(value)) ? [] : here;
  if (!types.includes('object')) return here;
  const { properties = {}, required = [], additionalProperties } = schema;
  const missing = required.filter((name) => !(name in value)).map((name) => [...path, name].join('.'));
  const others = additionalProperties === true ? {} : additionalProperties;
  const within = Object.entries(value).flatMap(([name, part]) => {
    const one = properties[name] ?? others;
    return one ? go(one, part, name) : [[...path, name].join('.')];
  });
  return [...missing, ...within];
}

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

  it('describes the objects that lists hold as they are answered, to the last field', () =>
    withApi({}, async (tillpost) => {
      const document = await read(tillpost);
      await fillLists(tillpost);
      const key = await newKey(tillpost, LIVE);
      for (const path of ['/contacts', '/events', '/emails', '/workflows', '/runs']) {
        const { body } = await request(tillpost, path, { key });
        expect([path, (body.data as unknown[]).length]).not.toEqual([path, 0]);
        const schema = answerOf(document, path);
        expect([path, faultsOf(document, schema, body)]).toEqual([path, []]);
        const changed = structuredClone(body);
        Object.assign((changed.data as object[])[0]!, { id: 5, unheard_of: 1 });
        expect(faultsOf(document, schema, changed)).toEqual(['data.0.id', 'data.0.unheard_of']);
      }
    }));

  it('says what else programs meet: too large, when to come back, addresses, and which of two fields they need', () =>
    withTillpost({}, async (tillpost) => {
      const { paths = {}, components } = await read(tillpost);
      const update = paths['/contacts/update']?.put;
      expect(update).toMatchObject({
        requestBody: {
          content: {
            'application/json': {
              schema: {
                properties: { email: { type: 'string', format: 'email' } },
                anyOf: [{ required: ['email'] }, { required: ['userId'] }],
              },
            },
          },
        },
        responses: { 413: {}, 429: { headers: { 'Retry-After': {} } } },
      });
      expect(Object.keys(paths['/contacts']?.get?.responses ?? {})).not.toContain('413');
      expect(Object.keys(components?.schemas ?? {})).toEqual(
        expect.arrayContaining(['Contact', 'Event', 'Email', 'Workflow', 'Run']),
      );
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
      for (const name of ['Contact', 'Event', 'Email', 'Workflow', 'Run']) {
        expect(html).toContain(`id="object-${name}"`);
        expect(html).toContain(`href="#object-${name}"`);
      }
      expect(html).toContain('ltv_currency: string | null');
    }));
});
