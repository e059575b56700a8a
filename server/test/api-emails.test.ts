/** Transactional emails and mailing lists: written in the console, sent by Loops' client, read in a real mailbox. */
import type { APIError } from 'loops';
import { deleteContact } from '../audience/save';
import { findContactByEmail } from '../audience/contacts';
import { createList } from '../audience/mailing-lists';
import { suppressAddress } from '../audience/suppressions';
import type { Schema } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { openSession } from '../installs/sessions';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { createBrowserClient } from './browser-client';
import { clientOf, newKey, request, withApi } from './api-rig';
import { ENGINES, type Engine } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, LIVE, TEST, uniqueId, type Tillpost } from './harness';
import { startMailServer, type MailServer } from './mail-server';

const JENNY = 'jenny@example.com';
const RESET = {
  subject: 'Reset your password, {{ name | default: "friend" }}',
  preview_text: '',
  body: 'Open {{ resetLink }}\n\n{% for item in items %}- {{ item.title }}\n{% endfor %}',
};

async function withMail(engine: Engine, work: (tillpost: Tillpost, mail: MailServer) => Promise<void>): Promise<void> {
  const mail = await startMailServer();
  const env = { API_REQUESTS_PER_SECOND: '1000', SMTP_URL: mail.url, MAIL_FROM: 'hello@mail.example' };
  await withApi({ engine, env }, (tillpost) => work(tillpost, mail)).finally(() => mail.close());
}

async function signIn(tillpost: Tillpost, tenant: Tenant = LIVE, kind: 'full' | 'dashboard' = 'full') {
  const client = createBrowserClient(tillpost.url);
  client.jar.set('tillpost_session', await openSession(tillpost.ctx, { tenant, kind, previous: undefined }));
  return client;
}

/** Written and published in the console; its id. */
async function publish(tillpost: Tillpost, content = RESET, tenant: Tenant = LIVE): Promise<string> {
  const client = await signIn(tillpost, tenant);
  const csrf_token = await client.csrfToken('/emails/transactional');
  const made = await client.post('/emails/transactional', { csrf_token, name: 'Password reset' });
  const path = made.headers.get('location') ?? '';
  const saved = await client.post(path, {
    csrf_token,
    name: 'Password reset',
    ...content,
    revision: '1',
    then: 'publish',
  });
  expect(saved.headers.get('location')).toBe(path);
  return path.split('/').at(-1) ?? '';
}

const failure = (work: Promise<unknown>): Promise<APIError> =>
  work.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => error as APIError,
  );

describe.each(ENGINES)('on %s a transactional email', (engine) => {
  it('is sent with its data variables, to whoever has the address', () =>
    withMail(engine, async (tillpost, mail) => {
      const transactionalId = await publish(tillpost);
      const loops = await clientOf(tillpost, LIVE);
      const dataVariables = {
        name: 'Jenny <script>',
        resetLink: 'https://shop.example/reset?a=1&b=2',
        items: [{ title: 'One' }, { title: 'Two *stars*' }],
      };
      expect(await loops.sendTransactionalEmail({ transactionalId, email: JENNY, dataVariables })).toEqual({
        success: true,
      });
      expect(mail.mails).toHaveLength(0);
      await tillpost.worker.drain();
      const [{ parsed } = { parsed: null }] = mail.mails;
      expect(parsed?.subject).toBe('Reset your password, Jenny <script>');
      expect(parsed?.text).toContain('https://shop.example/reset?a=1&b=2');
      expect(parsed?.text).toContain('Two *stars*');
      expect(parsed?.headers.has('list-unsubscribe')).toBe(false);
      expect(await findContactByEmail(tillpost.db, LIVE, JENNY)).toBeUndefined();

      await loops.sendTransactionalEmail({
        transactionalId,
        email: JENNY,
        addToAudience: true,
        dataVariables: { resetLink: 'x', items: [] },
      });
      await tillpost.worker.drain();
      expect(mail.mails[1]?.parsed.subject).toBe('Reset your password, friend');
      const contact = await findContactByEmail(tillpost.db, LIVE, JENNY);
      const { data } = await tillpost.call('emails/list', {}, { tenant: LIVE });
      expect(data).toMatchObject([
        { to: JENNY, kind: 'transactional', status: 'sent', transactional: transactionalId, contact: contact?.id },
        { to: JENNY, status: 'sent', contact: null },
      ]);
      const page = await (await (await signIn(tillpost)).get(`/emails/${data[0]!.id}`)).text();
      expect(page).toContain('Password reset');
    }));

  it('goes once by its Idempotency-Key, which is kept a day', () =>
    withMail(engine, async (tillpost, mail) => {
      const transactionalId = await publish(tillpost);
      const loops = await clientOf(tillpost, LIVE);
      const send = (email: string, key: string) =>
        loops.sendTransactionalEmail({
          transactionalId,
          email,
          dataVariables: { resetLink: 'x', items: [] },
          headers: { 'Idempotency-Key': key },
        });
      const twice = await Promise.all([send(JENNY, 'one'), send(JENNY, 'one'), send(JENNY, 'one')]);
      expect(twice).toEqual([{ success: true }, { success: true }, { success: true }]);
      expect((await failure(send('other@example.com', 'one'))).statusCode).toBe(409);
      await send('other@example.com', 'two');
      await tillpost.worker.drain();
      expect(mail.mails.flatMap(({ to }) => to).sort()).toEqual([JENNY, 'other@example.com']);
      // Another account's key is another.
      expect(
        (
          await failure(
            (await clientOf(tillpost, TEST)).sendTransactionalEmail({
              transactionalId,
              email: JENNY,
              headers: { 'Idempotency-Key': 'one' },
            }),
          )
        ).statusCode,
      ).toBe(404);
      tillpost.clock.advance(25 * 60 * 60_000);
      await tillpost.worker.drain();
      expect(await tillpost.db.selectFrom('api_answer').selectAll().execute()).toEqual([]);
      await send(JENNY, 'one');
      await tillpost.worker.drain();
      expect(mail.mails).toHaveLength(3);
      expect((await failure(send(JENNY, 'no spaces allowed'))).statusCode).toBe(400);
    }));

  it('is refused where a variable is missing, or it isn’t published', () =>
    withMail(engine, async (tillpost) => {
      const transactionalId = await publish(tillpost);
      const loops = await clientOf(tillpost, LIVE);
      const send = (rest: object) => failure(loops.sendTransactionalEmail({ transactionalId, email: JENNY, ...rest }));
      const missing = await send({ dataVariables: { items: [] } });
      const lacking = {
        path: 'dataVariables.resetLink',
        message: 'dataVariables.resetLink: is missing, the email needs it',
      };
      expect([missing.statusCode, missing.json]).toEqual([400, { success: false, ...lacking, error: lacking }]);
      for (const [rest, path] of [
        [{ email: 'nobody' }, 'email'],
        [{ dataVariables: { resetLink: true } }, 'dataVariables.resetLink'],
        [{ dataVariables: { resetLink: 'x', items: [{ title: { a: 1 } }] } }, 'dataVariables.items'],
        [{ attachments: [{ filename: 'a', contentType: 'b', data: 'c' }] }, 'attachments'],
      ] as const)
        expect([(await send(rest)).json, path]).toMatchObject([{ success: false, path }, path]);
      const unknown = await send({ transactionalId: 'tem_none' });
      expect(unknown.statusCode).toBe(404);
      const words = 'transactionalId: there is no published transactional email with this id';
      const named = { path: 'transactionalId', message: words };
      expect(unknown.json).toEqual({ success: false, ...named, error: named });
      const client = await signIn(tillpost);
      const csrf_token = await client.csrfToken('/emails/transactional');
      const draft = await client.post('/emails/transactional', { csrf_token, name: 'Draft' });
      const draftId = draft.headers.get('location')?.split('/').at(-1);
      expect((await send({ transactionalId: draftId })).statusCode).toBe(404);
      expect(await tillpost.db.selectFrom('email').selectAll().execute()).toEqual([]);
    }));

  it('respects an address that takes no mail, and test mode’s list', () =>
    withMail(engine, async (tillpost, mail) => {
      await suppressAddress(tillpost.db, LIVE, JENNY, { scope: 'all', reason: 'bounced', now: tillpost.clock.now() });
      for (const tenant of [LIVE, TEST]) {
        const transactionalId = await publish(tillpost, RESET, tenant);
        const dataVariables = { resetLink: 'x', items: [] };
        await (
          await clientOf(tillpost, tenant)
        ).sendTransactionalEmail({ transactionalId, email: JENNY, dataVariables });
      }
      await tillpost.worker.drain();
      expect(mail.mails).toEqual([]);
      const state = async (tenant: Tenant) => (await tillpost.call('emails/list', {}, { tenant })).data[0];
      expect(await state(LIVE)).toMatchObject({ status: 'suppressed', reason: 'address_suppressed' });
      expect(await state(TEST)).toMatchObject({ status: 'captured', reason: 'test_mode' });
    }));

  it('leaves nothing of a person who is deleted, sent or still waiting', () =>
    withMail(engine, async (tillpost, mail) => {
      const { db, clock } = tillpost;
      const transactionalId = await publish(tillpost);
      const loops = await clientOf(tillpost, LIVE);
      const dataVariables = { name: 'Jenny Hidden', resetLink: 'x', items: [] };
      await loops.sendTransactionalEmail({ transactionalId, email: JENNY, dataVariables });
      await tillpost.worker.drain();
      await loops.createContact({ email: JENNY, properties: { userId: 'u_hidden', likes: 'Hidden tea' } });
      await loops.sendEvent({ email: JENNY, eventName: 'seen', eventProperties: { by: 'Hidden' } });
      await loops.sendTransactionalEmail({ transactionalId, email: JENNY, dataVariables });
      const contact = await findContactByEmail(db, LIVE, JENNY);
      await transact(db, (trx) => deleteContact(trx, contact!, clock.now()));
      await tillpost.worker.drain();
      expect(mail.mails).toHaveLength(1);
      const { data } = await tillpost.call('emails/list', {}, { tenant: LIVE });
      expect(data).toMatchObject([{ status: 'suppressed', reason: 'contact_deleted', to: '' }, { to: '' }]);
      for (const table of [
        'contact',
        'email',
        'email_body',
        'email_data',
        'event',
        'event_payload',
        'list_membership',
      ]) {
        const rows = await db
          .selectFrom(table as keyof Schema)
          .selectAll()
          .execute();
        expect([table, JSON.stringify(rows)]).not.toEqual([table, expect.stringMatching(/jenny|hidden/i) as string]);
      }
    }));

  it('is listed with its variables, and edited as a draft beside what is published', () =>
    withMail(engine, async (tillpost) => {
      const id = await publish(tillpost);
      const loops = await clientOf(tillpost, LIVE);
      const client = await signIn(tillpost);
      const csrf_token = await client.csrfToken('/emails/transactional');
      const save = (fields: object) =>
        client.post(`/emails/transactional/${id}`, { csrf_token, name: 'Reset', ...RESET, ...fields });
      const page = await (await client.get(`/emails/transactional/${id}`)).text();
      // Enter in a field presses the first.
      expect(page.indexOf('Save draft</button>')).toBeLessThan(page.indexOf('value="publish"'));
      expect((await save({ revision: '2', body: 'Hello {{ newOne }}' })).status).toBe(303);
      expect((await save({ revision: '2' })).status).toBe(409);
      const faulty = await save({ revision: '3', body: '{{ event.amount }}', then: 'publish' });
      expect([faulty.status, await faulty.text()]).toEqual([
        400,
        expect.stringContaining('There is no event.amount here'),
      ]);
      expect((await save({ revision: '3', subject: '', then: 'publish' })).status).toBe(400);
      const shown = {
        id,
        name: 'Reset',
        url: `${tillpost.ctx.config.publicUrl}/emails/transactional/${id}`,
        draftEmailMessageId: id,
        publishedEmailMessageId: id,
        transactionalGroupId: null,
        createdAt: expect.any(String) as string,
        updatedAt: expect.any(String) as string,
        dataVariables: ['name', 'resetLink', 'items'],
      };
      expect(await loops.getTransactionalEmail(id)).toEqual(shown);
      for (let n = 0; n < 11; n++) await publish(tillpost);
      const first = await loops.listTransactionalEmails({ perPage: 10 });
      expect(first.pagination).toMatchObject({ totalResults: 12, returnedResults: 10, perPage: 10, totalPages: 2 });
      // As older clients ask.
      await client.post('/emails/transactional', { csrf_token, name: 'Draft' });
      const key = await newKey(tillpost, LIVE, 'read');
      const older = await request(tillpost, '/transactional?perPage=10', { key });
      const { nextCursor, nextPage } = older.body.pagination as Record<string, string>;
      expect(older.body.pagination).toMatchObject({ totalResults: 12, returnedResults: 10, totalPages: 2 });
      expect(nextPage).toBe(
        `${tillpost.ctx.config.publicUrl}/api/v1/transactional?perPage=10&cursor=${nextCursor ?? ''}`,
      );
      const last = await request(tillpost, `/transactional?perPage=10&cursor=${nextCursor ?? ''}`, { key });
      expect((last.body.data as unknown[]).at(-1)).toEqual({
        id,
        name: 'Reset',
        lastUpdated: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        dataVariables: shown.dataVariables,
      });
      const rest = await loops.listTransactionalEmails({ perPage: 10, cursor: first.pagination.nextCursor ?? '' });
      expect(rest.data.at(-1)).toEqual(shown);
      expect(rest.pagination.nextCursor).toBeNull();
      expect((await (await clientOf(tillpost, TEST)).listTransactionalEmails()).data).toEqual([]);
      const preview = await client.post(`/emails/transactional/${id}/preview`, { csrf_token, ...RESET });
      expect(await preview.text()).toContain('resetLink');
    }));
});

describe.each(ENGINES)('on %s a marketing email of a list', (engine) => {
  const NEWS = {
    kind: 'marketing',
    subject: 'News for {{ contact.properties.team | default: "you" }}',
    body: 'Hi',
  } as const;

  async function happens(tillpost: Tillpost, email: string): Promise<void> {
    const created = Math.floor(tillpost.clock.now() / 1000);
    const object = { id: uniqueId('cus'), email };
    await tillpost.deliver(fixtureEvent('customer.created', { account: ACCOUNT, livemode: true, created, object }));
    await tillpost.worker.drain();
  }

  it('goes to who is on it, who leaves and joins it on the preferences page', () =>
    withMail(engine, async (tillpost, mail) => {
      const { db, clock } = tillpost;
      await tillpost.enable({}, {}, LIVE);
      const newList = (name: string, is_public: boolean) =>
        transact(db, (trx) => createList(trx, LIVE, { name, is_public, description: `About ${name}` }, clock.now()));
      const list = await newList('Product news', true);
      const hidden = await newList('Secret', false);
      const definition = {
        name: 'News',
        trigger: { event: 'customer.created', frequency: 'every_time' },
        steps: [{ id: 'mail', kind: 'email', list, email: NEWS }],
      } as const;
      const { id } = await createWorkflow(db, LIVE, { definition }, clock.now());
      await activateWorkflow(db, LIVE, id, clock.now());
      const loops = await clientOf(tillpost, LIVE);
      await loops.createContact({
        email: JENNY,
        properties: { team: 'red' },
        mailingLists: { [list]: true, [hidden]: true },
      });
      await happens(tillpost, JENNY);
      expect(mail.mails.at(-1)?.parsed.subject).toBe('News for red');
      const link = /https?:\S+\/unsubscribe\/[\w.-]+/.exec(mail.mails[0]?.parsed.text ?? '')?.[0] ?? '';
      const visit = async (form?: Record<string, string>) =>
        (await fetch(link, form && { method: 'POST', body: new URLSearchParams(form) })).text();
      const page = await visit();
      expect(page).toContain('Product news');
      expect(page).toContain('About Product news');
      expect(page).not.toContain('Secret');

      expect(await visit({ action: 'leave', list })).toContain('You won’t get Product news any more.');
      await visit({ action: 'leave', list: hidden });
      await loops.updateContact({ email: JENNY, mailingLists: { [list]: true } });
      expect((await loops.findContact({ email: JENNY }))[0]).toMatchObject({
        subscribed: true,
        mailingLists: { [hidden]: true },
      });
      await happens(tillpost, JENNY);
      await happens(tillpost, 'new@example.com');
      expect(mail.mails).toHaveLength(1);
      const outcomes = async () =>
        (await tillpost.call('emails/list', {}, { tenant: LIVE })).data.map(({ reason, outcome }) => [reason, outcome]);
      expect(await outcomes()).toEqual([
        ['not_on_list', 'The contact is not on the mailing list Product news'],
        ['not_on_list', 'The contact has left the mailing list Product news'],
        [null, null],
      ]);
      expect(await tillpost.call('workflows/rehearse', { id, days: 1 }, { tenant: LIVE })).toMatchObject({
        would_start: 3,
        would_send: 0,
        stopped: { not_on_list: 3 },
      });
      const contactPage = async () => {
        const { data } = await tillpost.call('contacts/list', { email: JENNY }, { tenant: LIVE });
        return (await (await signIn(tillpost)).get(`/audience/${data[0]!.id}`)).text();
      };
      expect(await contactPage()).toMatch(/List Product news.*Left.*List Secret.*On it/s);

      await visit({ action: 'join', list });
      await happens(tillpost, JENNY);
      expect(mail.mails).toHaveLength(2);
      // Unsubscribing from all stands above.
      expect(await visit({ action: 'unsubscribe' })).not.toContain('value="leave"');
      await happens(tillpost, JENNY);
      expect(mail.mails).toHaveLength(2);
      expect((await outcomes())[0]).toEqual(['unsubscribed', 'The contact has unsubscribed']);
      await visit({ action: 'resubscribe' });
      const client = await signIn(tillpost);
      const csrf_token = await client.csrfToken('/audience/lists');
      expect((await client.post(`/audience/lists/${list}/delete`, { csrf_token })).status).toBe(303);
      await happens(tillpost, JENNY);
      expect((await outcomes())[0]).toEqual(['not_on_list', 'The mailing list of this email was deleted']);
    }));
});

describe('the console', () => {
  it('makes a key, shows it once, and revokes it; not for who came by the Dashboard’s link', () =>
    withApi({}, async (tillpost) => {
      const client = await signIn(tillpost, TEST);
      const csrf_token = await client.csrfToken('/settings/api');
      const made = await (await client.post('/settings/api/keys', { csrf_token, name: 'Shop', scope: 'read' })).text();
      const [key = ''] = /tp_test_[\w-]{43}/.exec(made) ?? [];
      expect((await request(tillpost, '/api-key', { key })).status).toBe(200);
      const page = await (await client.get('/settings/api')).text();
      expect(page).toContain('Shop');
      expect(page).not.toContain(key);
      expect(page).toContain(`${key.slice(0, 12)}…`);
      expect((await client.post('/settings/api/keys', { csrf_token, name: ' ', scope: 'read' })).status).toBe(400);
      expect((await client.post('/settings/api/keys', { csrf_token, name: 'x', scope: 'admin' })).status).toBe(400);
      expect((await client.post('/settings/api/keys', { csrf_token: '', name: 'x', scope: 'read' })).status).toBe(403);
      const [, path = ''] = /action="(\/settings\/api\/keys\/key_\w+\/revoke)"/.exec(page) ?? [];
      const limited = await signIn(tillpost, TEST, 'dashboard');
      const limitedToken = await limited.csrfToken('/settings/stripe');
      for (const [where, fields] of [
        ['/settings/api/keys', { name: 'x', scope: 'read' }],
        [path, {}],
      ] as const)
        expect((await limited.post(where, { ...fields, csrf_token: limitedToken })).status).toBe(403);
      const other = await signIn(tillpost, LIVE);
      await other.post(path, { csrf_token: await other.csrfToken('/settings/api') });
      expect((await request(tillpost, '/api-key', { key })).status).toBe(200);
      expect((await client.post(path, { csrf_token })).headers.get('location')).toBe('/settings/api');
      expect((await request(tillpost, '/api-key', { key })).status).toBe(401);
    }));

  it('makes mailing lists and shows who is on them; another account’s are not there', () =>
    withApi({}, async (tillpost) => {
      const client = await signIn(tillpost, TEST);
      const csrf_token = await client.csrfToken('/audience/lists');
      const list = { csrf_token, name: 'News <b>', description: '', is_public: 'on' };
      expect((await client.post('/audience/lists', list)).status).toBe(303);
      expect((await client.post('/audience/lists', { ...list, name: '' })).status).toBe(400);
      const key = await newKey(tillpost);
      const { body } = await request(tillpost, '/lists', { key });
      const [{ id } = { id: '' }] = body as unknown as { id: string }[];
      expect(body).toEqual([{ id, name: 'News <b>', description: null, isPublic: true }]);
      expect(await (await client.get('/audience/lists')).text()).toContain('News &lt;b&gt;');
      expect(
        (await client.post(`/audience/lists/${id}`, { csrf_token, name: 'Tips', description: 'All of them' })).status,
      ).toBe(303);
      expect((await request(tillpost, '/lists', { key })).body).toMatchObject([{ name: 'Tips', isPublic: false }]);
      const other = await signIn(tillpost, LIVE);
      expect((await other.get(`/audience/lists/${id}`)).status).toBe(404);
    }));
});

describe('lists', () => {
  it('of what is kept are those of the key’s account, page by page', () =>
    withApi({}, async (tillpost) => {
      const loops = await clientOf(tillpost, TEST);
      for (let n = 0; n < 3; n++) await loops.sendEvent({ email: `${n}@example.com`, eventName: 'seen' });
      const key = await newKey(tillpost, TEST, 'read');
      const first = await request(tillpost, '/events?limit=2&type=api.seen', { key });
      expect(first.body).toMatchObject({ object: 'list', has_more: true, data: [{ email: '2@example.com' }, {}] });
      const [, last] = first.body.data as { id: string }[];
      const rest = await request(tillpost, `/events?limit=2&type=api.seen&starting_after=${last!.id}`, { key });
      expect(rest.body).toMatchObject({ has_more: false, data: [{ email: '0@example.com' }] });
      expect((await request(tillpost, '/contacts?query=1@', { key })).body).toMatchObject({
        data: [{ object: 'contact', email: '1@example.com', source: 'API', user_id: null, properties: {} }],
      });
      const other = await newKey(tillpost, LIVE);
      for (const path of ['/contacts', '/emails', '/workflows', '/runs']) {
        expect((await request(tillpost, path, { key })).status).toBe(200);
        expect((await request(tillpost, path, { key: other })).body).toEqual({
          object: 'list',
          data: [],
          has_more: false,
        });
        expect(await request(tillpost, `${path}?limit=101`, { key })).toMatchObject({
          status: 400,
          body: { error: { code: 'invalid_request', param: 'limit', message: 'limit: must be at most 100' } },
        });
        expect((await request(tillpost, `${path}?starting_after=none`, { key })).status).toBe(400);
      }
    }));
});
