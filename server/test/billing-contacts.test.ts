/** Billing contacts: who gets a copy of what, and what stops it. */
import { findContactByEmail } from '../audience/contacts';
import { suppressAddress } from '../audience/suppressions';
import { deleteContact } from '../audience/save';
import { transact } from '../db/transact';
import { recordReport } from '../emails/reports';
import { openSession } from '../installs/sessions';
import { readResults } from '../workflows/results';
import { exportPerson } from '../tools/export/person';
import { createBrowserClient } from './browser-client';
import { ENGINES } from './databases';
import { TEST } from './harness';
import { JENNY, withMail, type Story } from './mail-story';

const CFO = 'cfo@example.com';
const BOOKS = 'books@example.com';
const KEY = 'billing_emails';
const DAY = 86_400_000;

const customer = (metadata: object = {}) => ({ id: 'cus_1', email: JENNY, name: 'Jenny Rosen', metadata });
const ended = { id: 'sub_1', customer: 'cus_1', status: 'canceled' };
const failed = {
  id: 'in_1',
  customer: 'cus_1',
  customer_email: JENNY,
  status: 'open',
  billing_reason: 'subscription_cycle',
  amount_due: 2000,
  amount_paid: 0,
  amount_remaining: 2000,
  currency: 'usd',
};
const paid = { ...failed, status: 'paid', amount_paid: 2000, amount_remaining: 0 };

const EMAIL = (kind: 'transactional' | 'marketing', subject: string) => ({
  id: `mail${subject}`,
  kind: 'email' as const,
  email: { kind, subject, preview_text: '', body: 'To {{ contact.email }}' },
});

/** A Tillpost that sends to all of these in test mode. */
const withBilling = (engine: (typeof ENGINES)[number], templates: string[], test: (it: Story) => Promise<void>) =>
  withMail(engine, templates, async (it) => {
    await it.tillpost.enable({}, { test_recipients: [JENNY, CFO, BOOKS], billing_email_key: KEY });
    await test(it);
  });

const jenny = async ({ tillpost }: Story) => (await findContactByEmail(tillpost.db, TEST, JENNY))!;
const save = async (it: Story, change: object) =>
  it.tillpost.call('contacts/save', { id: (await jenny(it)).id, ...change });
const contactsOf = async (it: Story) =>
  (await it.tillpost.call('contacts/read', { id: (await jenny(it)).id })).billing_contacts;
const statesOf = async (it: Story) =>
  Object.fromEntries((await it.emails()).map(({ to, status, reason }) => [to, reason ?? status]));

/** Stripe is asked about two emails at once; the others come again a moment later. */
async function endSubscription(it: Story): Promise<void> {
  await it.happens('customer.subscription.deleted', ended);
  for (const ms of [1_000, 1_000]) await it.passes(ms);
}

async function activate({ tillpost }: Story, event: 'customer.subscription.deleted', steps: object[]): Promise<string> {
  const definition = { name: 'Own', trigger: { event }, steps };
  const { id } = await tillpost.call('workflows/create', { definition } as never);
  await tillpost.call('workflows/activate', { id });
  return id;
}

describe.each(ENGINES)('on %s, billing contacts', (engine) => {
  it('get transactional email as rows of their own, and never marketing', () =>
    withBilling(engine, [], async (it) => {
      const id = await activate(it, 'customer.subscription.deleted', [
        EMAIL('transactional', 'T'),
        EMAIL('marketing', 'M'),
      ]);
      await it.happens('customer.created', customer({ [KEY]: ` ${BOOKS.toUpperCase()}, nonsense, ${JENNY}` }));
      await save(it, { billing_contacts: [CFO, CFO, JENNY] });
      await endSubscription(it);
      const sent = it.to().map((to, n) => `${it.subjects()[n]} ${to}`);
      expect(sent.sort()).toEqual([`M ${JENNY}`, `T ${BOOKS}`, `T ${CFO}`, `T ${JENNY}`]);
      // For the same contact, with no link to leave by.
      expect(new Set(it.texts().filter((_, n) => it.subjects()[n] === 'T'))).toEqual(new Set([`To ${JENNY}\n`]));
      const emails = await it.emails();
      expect(
        emails
          .filter(({ billing_copy }) => billing_copy)
          .map(({ to }) => to)
          .sort(),
      ).toEqual([BOOKS, CFO]);
      expect(new Set(emails.map(({ message_id }) => message_id)).size).toBe(4);
      const steps = await it.tillpost.db.selectFrom('run_step').select('result').orderBy('n').execute();
      expect(steps[0]?.result).toBe('Queued “T”, and to 2 billing contacts');
      const workflow = await it.tillpost.call('workflows/read', { id });
      const results = await readResults(it.tillpost.db, TEST, workflow, {});
      expect(results.steps.map(({ runs, emails }) => [runs, emails?.all])).toEqual([
        [1, 3],
        [1, 1],
      ]);
    }));

  it('get nothing of a step that was made marketing after it was queued', () =>
    withBilling(engine, [], async (it) => {
      const id = await activate(it, 'customer.subscription.deleted', [EMAIL('transactional', 'T')]);
      await it.happens('customer.created', customer({ [KEY]: CFO }));
      await endSubscription(it);
      await it.tillpost.db.updateTable('email').set({ status: 'queued', due_at: 1 }).execute();
      const { definition, revision } = await it.tillpost.call('workflows/read', { id });
      const steps = [{ ...EMAIL('marketing', 'M'), id: 'mailT' }];
      await it.tillpost.call('settings/save', {
        settings: { sender: { from_name: 'A', reply_to: null, postal_address: 'B' } },
      });
      await it.tillpost.call('workflows/save', { id, definition: { ...definition, steps }, revision });
      await it.tillpost.worker.drain();
      expect(it.to().sort()).toEqual([CFO, JENNY, JENNY]);
      expect(await statesOf(it)).toEqual({ [JENNY]: 'sent', [CFO]: 'transactional_only' });
    }));

  it('each obey the test list', () =>
    withBilling(engine, ['payment_failed'], async (it) => {
      await it.tillpost.enable({}, { test_recipients: [CFO], billing_email_key: KEY });
      await it.happens('customer.created', customer({ [KEY]: `${CFO},${BOOKS}` }));
      await it.happens('invoice.payment_failed', failed);
      expect(it.to()).toEqual([CFO]);
      expect(await statesOf(it)).toEqual({ [JENNY]: 'test_mode', [BOOKS]: 'test_mode', [CFO]: 'sent' });
    }));

  it('bounce and complain for themselves alone', () =>
    withBilling(engine, [], async (it) => {
      const { ctx } = it.tillpost;
      await activate(it, 'customer.subscription.deleted', [EMAIL('transactional', 'T')]);
      await it.happens('customer.created', customer({ [KEY]: `${CFO},${BOOKS}` }));
      await endSubscription(it);
      for (const [address, kind] of [
        [CFO, 'hard'],
        [BOOKS, 'complaint'],
      ] as const) {
        const { message_id: messageId } = (await it.emails()).find(({ to }) => to === address)!;
        expect(await recordReport(ctx, { kind, names: { messageId }, at: NaN, said: '' })).toBe('recorded');
      }
      expect((await jenny(it)).status).toBe('subscribed');
      expect(await contactsOf(it)).toMatchObject([
        { email: CFO, suppressed: { reason: 'bounced' } },
        { email: BOOKS, suppressed: { reason: 'reported as spam' } },
      ]);
      it.tillpost.clock.advance(DAY);
      await it.happens('customer.subscription.deleted', { ...ended, id: 'sub_2' });
      expect(it.to().filter((to) => to === JENNY)).toHaveLength(2);
      expect(it.to()).toHaveLength(4);
    }));

  it('go on where the contact itself takes no mail', () =>
    withBilling(engine, ['payment_failed'], async (it) => {
      await it.happens('customer.created', customer({ [KEY]: CFO }));
      await suppressAddress(it.tillpost.db, TEST, JENNY, { scope: 'all', reason: 'bounced', now: 1 });
      await it.happens('invoice.payment_failed', failed);
      expect(it.to()).toEqual([CFO]);
    }));

  it('hear no more once the invoice is paid, all together', () =>
    withBilling(engine, ['payment_failed'], async (it) => {
      await it.happens('customer.created', customer({ [KEY]: CFO }));
      await it.happens('invoice.payment_failed', failed);
      await it.happens('invoice.paid', paid);
      await it.passes(8 * DAY);
      expect(it.to().sort()).toEqual([CFO, JENNY]);
    }));

  it('get nothing that was queued before they were taken off, or before the contact took their address', () =>
    withBilling(engine, [], async (it) => {
      await activate(it, 'customer.subscription.deleted', [EMAIL('transactional', 'T')]);
      await it.happens('customer.created', customer());
      await save(it, { billing_contacts: [CFO, BOOKS] });
      // What is queued waits, as when the mail server is away.
      const { db } = it.tillpost;
      const event = it.made('customer.subscription.deleted', ended);
      await it.tillpost.deliver(event);
      for (let n = 0; n < 50 && (await it.emails()).length === 0; n++) await it.tillpost.worker.drain();
      await db.updateTable('email').set({ status: 'queued', due_at: 1, sent_at: null }).execute();
      await db.updateTable('contact').set({ email: BOOKS }).execute();
      await db
        .updateTable('contact')
        .set({ billing_emails: JSON.stringify([BOOKS]) })
        .execute();
      const before = it.to().length;
      await it.tillpost.worker.drain();
      expect(it.to().slice(before)).toEqual([BOOKS]);
    }));

  it('of metadata follow it by Stripe’s time, go when the key goes, and leave those added by hand', () =>
    withBilling(engine, [], async (it) => {
      await it.happens('customer.created', customer({ [KEY]: CFO }), -30);
      await save(it, { billing_contacts: [BOOKS] });
      const emails = async () => (await contactsOf(it)).map(({ email, source }) => `${source} ${email}`);
      expect(await emails()).toEqual([`hand ${BOOKS}`, `metadata ${CFO}`]);
      await it.happens('customer.updated', customer({ [KEY]: 'new@example.com' }), -10);
      await it.happens('customer.updated', customer({ [KEY]: 'old@example.com' }), -20);
      expect(await emails()).toEqual([`hand ${BOOKS}`, 'metadata new@example.com']);
      await it.tillpost.enable({}, { billing_email_key: 'another' });
      expect(await emails()).toEqual([`hand ${BOOKS}`]);
      await it.tillpost.enable({}, { billing_email_key: KEY });
      await it.happens('customer.updated', customer());
      expect(await emails()).toEqual([`hand ${BOOKS}`]);
    }));

  it('move along when contacts become one', () =>
    withBilling(engine, [], async (it) => {
      await it.happens('customer.created', customer({ [KEY]: CFO }), -30);
      await save(it, { billing_contacts: [BOOKS] });
      await it.happens('customer.created', { id: 'cus_2', email: 'new@example.com' }, -20);
      await it.happens('customer.updated', { ...customer({ [KEY]: CFO }), email: 'new@example.com' });
      const merged = (await findContactByEmail(it.tillpost.db, TEST, 'new@example.com'))!;
      const { billing_contacts } = await it.tillpost.call('contacts/read', { id: merged.id });
      expect(billing_contacts.map(({ email }) => email)).toEqual([BOOKS, CFO]);
    }));

  it('go with the contact, and stand in what is exported of it', () =>
    withBilling(engine, ['payment_failed'], async (it) => {
      const { db } = it.tillpost;
      await it.happens('customer.created', customer({ [KEY]: CFO }));
      await save(it, { billing_contacts: [BOOKS] });
      await it.happens('invoice.payment_failed', failed);
      const person = await exportPerson(db, { contact: JENNY }, 0);
      expect(person.contact?.billing_contacts.map(({ email }) => email)).toEqual([BOOKS, CFO]);
      expect(person.emails.map(({ to }) => to).sort()).toEqual([BOOKS, CFO, JENNY]);
      const contact = await jenny(it);
      await transact(db, (trx) => deleteContact(trx, contact, 1));
      const everything = [
        await db.selectFrom('email').selectAll().execute(),
        await db.selectFrom('email_body').selectAll().execute(),
        await db.selectFrom('customer_link').selectAll().execute(),
        await db.selectFrom('run_step').selectAll().execute(),
        await db.selectFrom('event_payload').selectAll().execute(),
      ];
      expect(JSON.stringify(everything)).not.toMatch(/cfo@|books@|jenny@/);
      expect((await it.emails()).filter(({ billing_copy }) => billing_copy)).toHaveLength(2);
    }));

  it('are typed on the contact’s page, and allowed again there', () =>
    withBilling(engine, [], async (it) => {
      await it.happens('customer.created', customer({ [KEY]: CFO }));
      const { tillpost } = it;
      const path = `/audience/${(await jenny(it)).id}`;
      const client = createBrowserClient(tillpost.url);
      client.jar.set(
        'tillpost_session',
        await openSession(tillpost.ctx, { tenant: TEST, kind: 'full', previous: undefined }),
      );
      const csrf_token = await client.csrfToken();
      const post = (to: string, fields: Record<string, string>) =>
        client.post(`${path}/${to}`, { ...fields, csrf_token });
      const refused = await post('billing-contacts', { billing_contacts: `${BOOKS}\n<b>nobody` });
      expect(refused.status).toBe(400);
      expect(await refused.text()).toContain('“&lt;b&gt;nobody” must be an email address');
      expect((await post('billing-contacts', { billing_contacts: BOOKS })).status).toBe(303);
      await suppressAddress(tillpost.db, TEST, BOOKS, { scope: 'all', reason: 'bounced', now: 1 });
      expect(await (await client.get(path)).text()).toContain('From Stripe metadata');
      expect((await post('billing-contacts/lift', { email: 'stranger@example.com' })).status).toBe(404);
      expect((await post('billing-contacts/lift', { email: BOOKS })).status).toBe(303);
      expect(await contactsOf(it)).toMatchObject([
        { email: BOOKS, source: 'hand', suppressed: null },
        { email: CFO, source: 'metadata' },
      ]);
    }));
});

describe.each(ENGINES)('on %s, contacts/save', (engine) => {
  it('changes what it names and leaves the rest', () =>
    withBilling(engine, [], async (it) => {
      await it.happens('customer.created', customer());
      const saved = await save(it, { first_name: ' Jen ', user_group: 'Pro', billing_contacts: [CFO] });
      expect(saved).toMatchObject({
        first_name: 'Jen',
        last_name: 'Rosen',
        user_group: 'Pro',
        status: 'subscribed',
        billing_contacts: [{ email: CFO, source: 'hand', suppressed: null }],
      });
      expect(await save(it, { status: 'unsubscribed' })).toMatchObject({ status: 'unsubscribed', first_name: 'Jen' });
      expect(await save(it, { billing_contacts: [] })).toMatchObject({ billing_contacts: [] });
    }));

  it('refuses what is wrong, naming the field', () =>
    withBilling(engine, [], async (it) => {
      await it.happens('customer.created', customer());
      const eleven = Array.from({ length: 11 }, (_, n) => `a${n}@example.com`);
      for (const [change, param] of [
        [{ billing_contacts: [CFO, 'nobody'] }, 'billing_contacts.1'],
        [{ billing_contacts: eleven }, 'billing_contacts'],
        [{ billing_contacts: CFO }, 'billing_contacts'],
        [{ first_name: 'x'.repeat(101) }, 'first_name'],
        [{ last_name: 'a\r\nBcc: b@example.com' }, 'last_name'],
        [{ status: 'keen' }, 'status'],
      ] as const)
        expect(await save(it, change)).toMatchObject({ status_code: 400, error: { code: 'invalid_request', param } });
      expect(await jenny(it)).toMatchObject({ billing_emails: null, first_name: 'Jenny', status: 'subscribed' });
    }));

  it('subscribes nobody who had left, neither at once nor by a detour', () =>
    withBilling(engine, [], async (it) => {
      await it.happens('customer.created', customer());
      await save(it, { status: 'transactional_only' });
      for (const status of ['subscribed', 'transactional_only'] as const) {
        await save(it, { status: 'unsubscribed' });
        expect(await save(it, { status })).toMatchObject({ status_code: 400, error: { param: 'status' } });
      }
      expect((await jenny(it)).status).toBe('unsubscribed');
    }));

  it('answers 404 to another install’s contact', () =>
    withBilling(engine, [], async (it) => {
      await it.happens('customer.created', customer());
      const stranger = { accountId: 'acct_stranger', livemode: false };
      await it.tillpost.connect(stranger);
      const args = { id: (await jenny(it)).id, billing_contacts: [CFO] };
      expect(await it.tillpost.call('contacts/save', args, { tenant: stranger })).toMatchObject({ status_code: 404 });
      expect(await contactsOf(it)).toEqual([]);
    }));
});
