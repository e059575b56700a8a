import type { AddressInfo } from 'node:net';
import express from 'express';
import { createRig, tenant, type Rig } from '../test/workflow-rig';
import { unsubscribeRoutes } from './unsubscribe-routes';

async function startRoutes(rig: Rig) {
  const app = express();
  app.use(
    unsubscribeRoutes(rig.ctx, {
      unsubscribe: (res, page) => void res.json(page),
      problem: (res, page) => void res.json(page),
    }),
  );
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const call = async (path: string, form?: Record<string, string>) => {
    const response = await fetch(url + path, form && { method: 'POST', body: new URLSearchParams(form) });
    return { status: response.status, page: (await response.json()) as Record<string, unknown> };
  };
  return { call, close: () => server.close() };
}

describe('unsubscribing', () => {
  let rig: Rig;
  let routes: Awaited<ReturnType<typeof startRoutes>>;
  beforeEach(async () => {
    rig = await createRig();
    routes = await startRoutes(rig);
  });
  afterEach(async () => {
    routes.close();
    await rig.close();
  });

  /** A marketing and a transactional email reach Jenny; returns the way out. */
  async function sendBoth(n = 1) {
    const jenny = (await rig.db.selectFrom('contact').selectAll().executeTakeFirst()) ?? (await rig.contact());
    if (n === 1)
      for (const kind of ['marketing', 'transactional'])
        await rig.workflow({
          definition: {
            name: kind,
            trigger: { event: 'customer.created' },
            steps: [{ id: 'mail', kind: 'email', email: { kind, subject: kind, body: 'Hi' } }],
          },
        });
    await rig.happens('customer.created', { id: `cus_${n}`, object: 'customer' }, jenny);
    await rig.worker.drain();
    const mail = rig.mail.mails.find(({ parsed }) => parsed.subject === 'marketing');
    return new URL(/unsubscribe\/[\w.-]+/.exec(mail?.parsed.text ?? '')?.[0] ?? '', 'https://x.example/').pathname;
  }
  const status = async () => (await rig.db.selectFrom('contact').select('status').executeTakeFirstOrThrow()).status;

  it('does not happen by opening the link', async () => {
    const link = await sendBoth();
    expect(await routes.call(link)).toMatchObject({
      status: 200,
      page: { email: 'jenny@example.com', isUnsubscribed: false },
    });
    expect(await status()).toBe('subscribed');
  });

  it('happens by the page, ends marketing but not transactional mail, and can be taken back', async () => {
    const link = await sendBoth();
    expect(await routes.call(link, { action: 'unsubscribe' })).toMatchObject({
      status: 200,
      page: { isUnsubscribed: true },
    });
    await sendBoth(2);
    expect(rig.mail.subjects().sort()).toEqual(['marketing', 'transactional', 'transactional']);
    expect(await routes.call(link, { action: 'resubscribe' })).toMatchObject({
      status: 200,
      page: { isUnsubscribed: false },
    });
    expect(await status()).toBe('subscribed');
  });

  it('happens by the one click of mail clients', async () => {
    const link = await sendBoth();
    expect(await routes.call(link, { 'List-Unsubscribe': 'One-Click' })).toMatchObject({ status: 200 });
    expect(await status()).toBe('unsubscribed');
  });

  it('finds the person after contacts were merged', async () => {
    const link = await sendBoth();
    const other = await rig.contact({ email: 'jenny@new.example' });
    await rig.db.updateTable('email').set({ contact_id: other.id }).execute();
    await rig.db.deleteFrom('contact').where('id', '!=', other.id).execute();
    expect(await routes.call(link, { action: 'unsubscribe' })).toMatchObject({
      page: { email: 'jenny@new.example', isUnsubscribed: true },
    });
  });

  it('has nothing to do once the contact is gone', async () => {
    const link = await sendBoth();
    await rig.db.deleteFrom('contact').execute();
    expect(await routes.call(link, { action: 'unsubscribe' })).toMatchObject({
      status: 200,
      page: { title: 'Nothing to unsubscribe from' },
    });
  });

  it.each(['/unsubscribe/x', '/unsubscribe/eA.eA', '/unsubscribe/%00'])('answers 404 to %s', async (path) => {
    expect((await routes.call(path)).status).toBe(404);
    expect((await routes.call(path, { action: 'unsubscribe' })).status).toBe(404);
  });

  it('answers 404 to a token made for another purpose', async () => {
    const token = rig.ctx.vault.sign(`${tenant.accountId} live eml_1`, 'session');
    expect((await routes.call(`/unsubscribe/${token}`)).status).toBe(404);
  });
});
