/** The page behind the unsubscribe link: over HTTP, with what arrives in the contact's inbox and what the merchant sees. */
import { deleteContact } from '../audience/save';
import { suppressAddress } from '../audience/suppressions';
import { transact } from '../db/transact';
import { recordReport } from '../emails/reports';
import { openSession } from '../installs/sessions';
import { eraseInstall } from '../lifecycle/erase';
import { exportPerson } from '../tools/export/person';
import { sendTest } from '../workflows/preview';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import type { Settings } from '../../shared/settings';
import { createBrowserClient } from './browser-client';
import { ENGINES, type Engine } from './databases';
import { fixtureEvent, type FixtureType } from './fixtures/stripe';
import { ACCOUNT, LIVE, startTillpost, uniqueId, type Tillpost } from './harness';
import { startMailServer, type MailServer } from './mail-server';

const JENNY = 'jenny@example.com';
const ACME: Partial<Settings> = {
  sender: { from_name: 'Acme', reply_to: 'help@acme.example', postal_address: '1 Main Street\nSpringfield' },
};

async function withMail(
  engine: Engine,
  work: (tillpost: Tillpost, mail: MailServer, link: string) => Promise<void>,
  settings: Partial<Settings> = ACME,
): Promise<void> {
  const mail = await startMailServer();
  const tillpost = await startTillpost({ engine, env: { SMTP_URL: mail.url, MAIL_FROM: 'hello@mail.example' } });
  try {
    await tillpost.connect(LIVE);
    await tillpost.enable({}, settings, LIVE);
    for (const [kind, event] of [
      ['marketing', 'customer.created'],
      ['transactional', 'invoice.paid'],
    ] as const) {
      const steps = [{ id: 'mail', kind: 'email', email: { kind, subject: kind, body: 'Hi' } }] as const;
      const definition = { name: kind, trigger: { event }, steps };
      const { id } = await createWorkflow(tillpost.db, LIVE, { definition }, tillpost.clock.now());
      await activateWorkflow(tillpost.db, LIVE, id, tillpost.clock.now());
    }
    await happens(tillpost, 'customer.created');
    await work(tillpost, mail, linkIn(mail));
  } finally {
    await tillpost.close();
    await mail.close();
  }
}

async function happens(tillpost: Tillpost, type: FixtureType): Promise<string> {
  const created = Math.floor(tillpost.clock.now() / 1000);
  const names = type === 'invoice.paid' ? { customer: 'cus_1', customer_email: JENNY } : { email: JENNY };
  const object = { ...names, id: type === 'invoice.paid' ? uniqueId('in') : uniqueId('cus') };
  const event = fixtureEvent(type, { account: ACCOUNT, livemode: true, created, object });
  await tillpost.deliver(event);
  await tillpost.worker.drain();
  return event.id;
}

const linkIn = ({ mails }: MailServer) =>
  /https?:\S+\/unsubscribe\/[\w.-]+/.exec(mails.at(-1)?.parsed.text ?? '')?.[0] ?? '';

/** The page's words, and its one button. */
async function visit(link: string, form?: Record<string, string>) {
  const response = await fetch(link, form && { method: 'POST', body: new URLSearchParams(form) });
  const html = await response.text();
  const main = /<main[^>]*>(.*)<\/main>/s.exec(html)?.[1] ?? '';
  return {
    status: response.status,
    html,
    words: main.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' '),
    actions: [...main.matchAll(/name="action" value="(\w+)"/g)].map(([, action]) => action),
  };
}

const contactOf = async (tillpost: Tillpost) => tillpost.db.selectFrom('contact').selectAll().executeTakeFirstOrThrow();

async function timelineOf(tillpost: Tillpost): Promise<string> {
  const client = createBrowserClient(tillpost.url);
  client.jar.set(
    'tillpost_session',
    await openSession(tillpost.ctx, { tenant: LIVE, kind: 'full', previous: undefined }),
  );
  const html = await (await client.get(`/audience/${(await contactOf(tillpost)).id}`)).text();
  return (
    /<ol class="timeline">(.*?)<\/ol>/s
      .exec(html)?.[1]
      ?.replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ') ?? ''
  );
}

describe.each(ENGINES)('a contact’s preferences on %s', (engine) => {
  it('say whose they are and for which address, and change nothing by being looked at', () =>
    withMail(engine, async (tillpost, _mail, link) => {
      for (const method of ['HEAD', 'GET', 'GET']) await fetch(link, { method });
      const { status, html, words, actions } = await visit(link);
      expect(status).toBe(200);
      expect(html).toContain('<title>Your email preferences · Acme</title>');
      for (const part of ['What Acme sends to', JENNY, '1 Main Street Springfield', 'help@acme.example'])
        expect(words).toContain(part);
      expect(words).toContain('is not marketing and arrives either way');
      expect(html).not.toMatch(/Tillpost|<script/);
      expect(actions).toEqual(['unsubscribe']);
      expect((await contactOf(tillpost)).status).toBe('subscribed');
      expect(await tillpost.db.selectFrom('consent_change').selectAll().execute()).toEqual([]);
    }));

  it('turn all marketing off and on again, say so each time, and the merchant’s log shows both', () =>
    withMail(engine, async (tillpost, mail, link) => {
      const left = await visit(link, { action: 'unsubscribe' });
      expect(left.words).toContain('You won’t get marketing email from Acme any more.');
      expect([left.status, left.actions]).toEqual([200, ['resubscribe']]);
      await happens(tillpost, 'customer.created');
      await happens(tillpost, 'invoice.paid');
      expect(mail.subjects()).toEqual(['marketing', 'transactional']);
      expect((await visit(link)).actions).toEqual(['resubscribe']);

      tillpost.clock.advance(1_000);
      const back = await visit(link, { action: 'resubscribe' });
      expect(back.words).toContain('You are subscribed again. Marketing email from Acme goes to');
      expect([back.status, back.actions]).toEqual([200, ['unsubscribe']]);
      await happens(tillpost, 'customer.created');
      expect(mail.subjects()).toEqual(['marketing', 'transactional', 'marketing']);

      const emails = tillpost.db.selectFrom('email').select('unsubscribed_at').where('kind', '=', 'marketing');
      const times = (await emails.orderBy('id').execute()).map(({ unsubscribed_at }) => unsubscribed_at !== null);
      expect(times.filter(Boolean)).toEqual([true]);

      const page = 'Chosen by the contact on the page behind the unsubscribe link. The email';
      expect(await timelineOf(tillpost)).toMatch(new RegExp(`Subscribed again .* ${page}.* Unsubscribed .* ${page}`));
    }));

  it('change once however often they are sent, and several requests at once', () =>
    withMail(engine, async (tillpost, _mail, link) => {
      await Promise.all(Array.from({ length: 6 }, () => visit(link, { action: 'unsubscribe' })));
      expect((await contactOf(tillpost)).status).toBe('unsubscribed');
      expect(await tillpost.db.selectFrom('consent_change').selectAll().execute()).toHaveLength(1);
    }));

  it('are changed by the one click of mail programs (RFC 8058), which the log tells apart', () =>
    withMail(engine, async (tillpost, _mail, link) => {
      expect((await visit(link, { 'List-Unsubscribe': 'One-Click' })).status).toBe(200);
      expect((await contactOf(tillpost)).status).toBe('unsubscribed');
      expect(await timelineOf(tillpost)).toContain('with the unsubscribe button of their mail program');
    }));

  it('are changed by one click sent as multipart/form-data, and noted as that', () =>
    withMail(engine, async (tillpost, _mail, link) => {
      const body = new FormData();
      body.set('List-Unsubscribe', 'One-Click');
      expect((await fetch(link, { method: 'POST', body })).status).toBe(200);
      const changes = tillpost.db.selectFrom('consent_change').select(['status', 'cause']).execute();
      expect(await changes).toEqual([{ status: 'unsubscribed', cause: 'one_click' }]);
    }));

  it('are not changed by a form of a list that names none, or two', () =>
    withMail(engine, async (tillpost, _mail, link) => {
      for (const query of ['action=leave', 'action=join', 'action=leave&list=lst_1&list=lst_2']) {
        const response = await fetch(link, { method: 'POST', body: new URLSearchParams(query) });
        expect([query, response.status, (await contactOf(tillpost)).status]).toEqual([query, 200, 'subscribed']);
      }
      expect(await tillpost.db.selectFrom('consent_change').selectAll().execute()).toEqual([]);
    }));

  it('say that an address gets nothing because its mail came back, and still keep what is chosen', () =>
    withMail(engine, async (tillpost, _mail, link) => {
      const bounced = { scope: 'all', reason: 'refused with 550 5.1.1', now: tillpost.clock.now() } as const;
      await suppressAddress(tillpost.db, LIVE, JENNY, bounced);
      expect((await visit(link)).words).toContain('Email to this address came back, so nothing is sent to it for now');
      expect((await visit(link, { action: 'unsubscribe' })).words).toContain('You won’t get marketing email');
      const { words } = await visit(link, { action: 'resubscribe' });
      expect(words).toContain('nothing is sent to it for now');
      expect(words).not.toContain('goes to');
    }));

  it('take a word from contacts who get transactional email only', () =>
    withMail(engine, async (tillpost, _mail, link) => {
      await tillpost.db.updateTable('contact').set({ status: 'transactional_only' }).execute();
      expect((await visit(link)).actions).toEqual(['resubscribe']);
      await visit(link, { action: 'resubscribe' });
      expect((await contactOf(tillpost)).status).toBe('subscribed');
    }));

  it('are found after the contact was merged into another, whose log goes on', () =>
    withMail(engine, async (tillpost, _mail, link) => {
      await visit(link, { action: 'unsubscribe' });
      const { id } = await contactOf(tillpost);
      const { customer_id } = await tillpost.db
        .selectFrom('customer_link')
        .select('customer_id')
        .executeTakeFirstOrThrow();
      const deliver = async (type: FixtureType, object: Record<string, string>) => {
        tillpost.clock.advance(2_000);
        const created = Math.floor(tillpost.clock.now() / 1000);
        await tillpost.deliver(fixtureEvent(type, { account: ACCOUNT, livemode: true, created, object }));
        await tillpost.worker.drain();
      };
      await deliver('customer.created', { id: 'cus_new', email: 'jenny@new.example' });
      await deliver('customer.updated', { id: customer_id, email: 'jenny@new.example' });
      const now = await contactOf(tillpost);
      expect([now.id === id, now.email]).toEqual([false, 'jenny@new.example']);
      const { words, actions } = await visit(link);
      expect([words.includes('jenny@new.example'), actions]).toEqual([true, ['resubscribe']]);
      expect(await timelineOf(tillpost)).toContain('Unsubscribed');
    }));

  it('stay those of the address that the email went to, when its customer has another contact since', () =>
    withMail(engine, async (tillpost, _mail, link) => {
      const { ctx, db, clock } = tillpost;
      const { customer_id, message_id } = await db.selectFrom('email').selectAll().executeTakeFirstOrThrow();
      await happens(tillpost, 'customer.created');
      clock.advance(2_000);
      const created = Math.floor(clock.now() / 1000);
      const object = { id: customer_id!, email: 'joe@example.com' };
      await tillpost.deliver(fixtureEvent('customer.updated', { account: ACCOUNT, livemode: true, created, object }));
      await tillpost.worker.drain();
      const statuses = async () => {
        const contacts = await db.selectFrom('contact').select(['email', 'status']).execute();
        return Object.fromEntries(contacts.map(({ email, status }) => [email, status]));
      };
      expect(await statuses()).toEqual({ [JENNY]: 'subscribed', 'joe@example.com': 'subscribed' });
      const { words } = await visit(link);
      expect([words.includes(JENNY), words.includes('joe@example.com')]).toEqual([true, false]);
      await visit(link, { action: 'unsubscribe' });
      expect(await statuses()).toEqual({ [JENNY]: 'unsubscribed', 'joe@example.com': 'subscribed' });
      await visit(link, { action: 'resubscribe' });
      expect(await statuses()).toEqual({ [JENNY]: 'subscribed', 'joe@example.com': 'subscribed' });
      await recordReport(ctx, { kind: 'complaint', names: { messageId: message_id }, at: NaN, said: '' });
      expect(await statuses()).toEqual({ [JENNY]: 'unsubscribed', 'joe@example.com': 'subscribed' });
    }));

  it('are nothing any more once the contact was deleted or the install erased, and nothing is kept of them', () =>
    withMail(engine, async (tillpost, _mail, link) => {
      const { db, clock } = tillpost;
      await visit(link, { action: 'unsubscribe' });
      const { consent } = await exportPerson(db, { contact: JENNY }, clock.now());
      expect(consent).toMatchObject([{ status: 'unsubscribed', cause: 'preferences' }]);
      const contact = await contactOf(tillpost);
      await transact(db, (trx) => deleteContact(trx, contact, clock.now()));
      expect(await db.selectFrom('consent_change').selectAll().execute()).toEqual([]);
      for (const form of [undefined, { action: 'resubscribe' }]) {
        const { status, words, actions } = await visit(link, form);
        expect([status, actions]).toEqual([200, []]);
        expect(words).toContain('There is nothing to unsubscribe from');
      }
      await eraseInstall(tillpost.ctx, LIVE);
      await tillpost.worker.drain();
      expect((await visit(link, { action: 'unsubscribe' })).words).toContain('There is nothing to unsubscribe from');
    }));
});

it('of a test email say that it was one', () =>
  withMail('sqlite', async (tillpost, mail) => {
    const event = await happens(tillpost, 'customer.created');
    await tillpost.enable({}, { ...ACME, test_recipients: ['me@example.com'] }, LIVE);
    const content = { kind: 'marketing' as const, subject: 'Test', preview_text: '', body: 'Hi' };
    await sendTest(tillpost.ctx, LIVE, { trigger: 'customer.created', content, event, to: 'me@example.com' });
    await tillpost.worker.drain();
    expect((await visit(linkIn(mail), { action: 'unsubscribe' })).words).toContain('This was a test email');
    expect((await contactOf(tillpost)).status).toBe('subscribed');
  }));

it('bear the account’s name where the sender has none, and show hostile names as text', () =>
  withMail(
    'sqlite',
    async (tillpost, _mail, link) => {
      await tillpost.db.updateTable('install').set({ account_name: 'Rocket <b>Rides</b>' }).execute();
      expect((await visit(link)).html).toContain('Rocket &lt;b&gt;Rides&lt;/b&gt;');
      await tillpost.db.updateTable('install').set({ account_name: null }).execute();
      expect((await visit(link, { action: 'unsubscribe' })).words).toContain('marketing email from us any more');
    },
    {},
  ));

it.each(['x', 'eA.eA', '%00'])('answer 404 to the token %s', (token) =>
  withMail('sqlite', async (tillpost) => {
    for (const form of [undefined, { action: 'unsubscribe' }])
      expect((await visit(`${tillpost.url}/unsubscribe/${token}`, form)).status).toBe(404);
  }),
);

it('answer 404 to a token made for another purpose', () =>
  withMail('sqlite', async (tillpost) => {
    const { id } = await tillpost.db.selectFrom('email').select('id').executeTakeFirstOrThrow();
    const token = tillpost.ctx.vault.sign(`${ACCOUNT} live ${id}`, 'session');
    expect((await visit(`${tillpost.url}/unsubscribe/${token}`)).status).toBe(404);
  }));
