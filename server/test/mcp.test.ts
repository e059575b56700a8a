/** The SDK's own client asks over a socket. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Tenant } from '../db/tenant';
import { createWorkflow } from '../workflows/workflows';
import { newKey, withApi } from './api-rig';
import { ENGINES } from './databases';
import { ACCOUNT, LIVE, TEST, type Tillpost } from './harness';

const JENNY = { account: ACCOUNT, livemode: false, email: 'jenny@example.com', name: 'Jenny Rosen' };

async function connect(tillpost: Tillpost, tenant: Tenant = TEST, headers: Record<string, string> = {}) {
  const key = await newKey(tillpost, tenant, 'read');
  const client = new Client({ name: 'a test', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${key}`, ...headers } };
  const transport = new StreamableHTTPClientTransport(new URL(`${tillpost.url}/mcp`), { requestInit });
  await client.connect(transport);
  return Object.assign(client, {
    async ask(name: string, args: Record<string, unknown> = {}) {
      const { content, structuredContent, isError } = await client.callTool({ name, arguments: args });
      const [first] = content as { text: string }[];
      return { text: first!.text, data: structuredContent as Record<string, unknown[]>, isError: isError === true };
    },
  });
}

const post = (tillpost: Tillpost, body: string, headers: Record<string, string>) =>
  fetch(`${tillpost.url}/mcp`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
  });
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

describe.each(ENGINES)('on %s a client of the Model Context Protocol', (engine) => {
  it('finds people, and is told why mail went or didn’t, what failed and what a workflow would do', () =>
    withApi({ engine }, async (tillpost) => {
      await tillpost.enable();
      const { id: workflow } = await tillpost.call('workflows/create', { template: 'payment_failed' });
      await tillpost.call('workflows/activate', { id: workflow });
      await tillpost.localStripe.trigger('invoice.payment_failed', JENNY);
      await tillpost.localStripe.idle();
      await tillpost.worker.drain();
      const client = await connect(tillpost);
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toEqual([
        'find_contact',
        'explain_email',
        'list_failures',
        'recovery_report',
        'rehearse',
      ]);
      expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);

      const found = await client.ask('find_contact', { email: ' Jenny@Example.com' });
      expect(found.text).toMatch(/^Jenny Rosen <jenny@example.com> \(con_\w+\); Subscribed/);
      expect(found.data).toMatchObject({ contact: { email: JENNY.email }, events: expect.anything() as object });
      const [email] = found.data.emails as { id: string }[];
      const one = await client.ask('explain_email', { email: email!.id });
      expect(one.text).toMatch(/didn’t go through” to jenny@example.com .*: Captured\. No mail server is configured/);
      expect(one.text).toContain('Caused by: Payment failed');
      expect(JSON.stringify(one)).not.toContain('/pay/');
      const all = await client.ask('explain_email', { address: JENNY.email });
      expect(all.text).toMatch(/Runs of workflows:\n- run_\w+ of wfl_\w+.*: Running/);

      expect((await client.ask('list_failures')).text).toBe('Nothing failed in the last 7 days.');
      await tillpost.db.updateTable('email').set({ status: 'failed', outcome: 'No such user' }).execute();
      const failed = await client.ask('list_failures', { days: 1 });
      expect(failed.text).toMatch(/^Emails that failed:\n- “.*No such user$/);
      expect(failed.data.emails_failed).toHaveLength(1);

      const report = await client.ask('recovery_report', { months: 1 });
      expect(report.text).toMatch(/^\d{4}-\d\d, USD: 1 \(\$[\d.,]+\) failed\. /);
      const rehearsed = await client.ask('rehearse', { workflow, days: 7 });
      expect(rehearsed.data).toMatchObject({ object: 'rehearsal', would_start: 1 });
      expect(rehearsed.text).toMatch(/would have started 1 run and sent \d emails?/);
      await client.close();
    }));

  it('gets nothing of another account or mode, and bounds what is asked', () =>
    withApi({ engine }, async (tillpost) => {
      await tillpost.enable();
      await tillpost.localStripe.trigger('customer.created', JENNY);
      await tillpost.localStripe.idle();
      await tillpost.worker.drain();
      const { id: workflow } = await createWorkflow(tillpost.db, TEST, { template: 'new_customer' }, 1);
      const contact = await tillpost.db.selectFrom('contact').select('id').executeTakeFirstOrThrow();
      const client = await connect(tillpost, LIVE);
      for (const [name, args, words] of [
        ['find_contact', { email: JENNY.email }, 'There is no such contact.'],
        ['find_contact', { id: contact.id }, 'There is no such contact.'],
        ['explain_email', { contact: contact.id }, 'There is no such contact.'],
        ['explain_email', { email: 'eml_none' }, 'There is no such email.'],
        ['rehearse', { workflow }, 'There is no such workflow.'],
        ['find_contact', { email: 'nobody' }, 'The address must be an email address.'],
        ['find_contact', {}, 'Give exactly one of an email address, an id, a user_id or a customer.'],
      ] as const)
        expect(await client.ask(name, args)).toMatchObject({ text: words, isError: true });
      for (const [name, args] of [
        ['rehearse', { workflow, days: 91 }],
        ['list_failures', { limit: 51 }],
        ['recovery_report', { months: 'all' }],
      ] as const)
        expect(await client.ask(name, args)).toMatchObject({ isError: true });
      await client.close();
    }));

  it('needs a key, no page of another origin, and one message at a time', () =>
    withApi({ engine, env: { API_REQUESTS_PER_SECOND: '3' } }, async (tillpost) => {
      const authorization = `Bearer ${await newKey(tillpost, TEST, 'read')}`;
      const refused = await post(tillpost, LIST, {});
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      expect(await refused.json()).toEqual({
        jsonrpc: '2.0',
        error: { code: -32000, message: 'Invalid API key' },
        id: null,
      });
      expect((await post(tillpost, LIST, { authorization, origin: 'https://evil.example' })).status).toBe(403);
      const other = await post(tillpost, LIST, { authorization });
      expect(other.status).toBe(200);
      expect(other.headers.get('content-type')).toContain('application/json');
      for (const body of [`[${LIST}]`, '{', ''])
        expect([400, 429]).toContain((await post(tillpost, body, { authorization })).status);
      expect((await post(tillpost, LIST, { authorization })).status).toBe(429);
      expect((await fetch(`${tillpost.url}/mcp`)).status).toBe(405);
    }));
});
