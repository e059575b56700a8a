/** What stays of a person in the database once their data was deleted, on every way that leads there: nothing that names them. */
import { findContactByEmail } from '../audience/contacts';
import { deleteContact, saveFetchedStates } from '../audience/save';
import { findSuppression } from '../audience/suppressions';
import type { Schema } from '../db/schema';
import { transact } from '../db/transact';
import { startMailServer as listen } from '../dev/mail-server';
import { createEmailQueue } from '../emails/email-queue';
import type { Preparation } from '../emails/preparation';
import { saveForwarding } from '../forwarding/forwarding-settings';
import { eraseInstall } from '../lifecycle/erase';
import { readFetched } from '../stripe-objects/read-object';
import { emailPreparation } from '../workflows/prepare-emails';
import { createEndpoint } from '../webhooks-out/endpoints';
import { sendTest } from '../workflows/preview';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import type { Settings } from '../../shared/settings';
import { WEBHOOK_TYPES } from '../../shared/webhooks';
import { ENGINES, type Engine } from './databases';
import { fixtureEvent, type FixtureOptions, type FixtureType } from './fixtures/stripe';
import { ACCOUNT, lending, LIVE, type Tillpost } from './harness';
import { startMailServer, type MailServer } from './mail-server';
import { startRecordingLoops } from './recording-loops';

const JENNY = 'jenny.hidden@secret.example';
const EARLIER = 'jenny.earlier@secret.example';
/** Before it was `EARLIER`. */
const FORMER = 'jenny.former@secret.example';
const FIRM = 'books@firm.example';
const PHONE = '+15550199';
/** All that says who they are. */
const TRACES = [
  JENNY,
  EARLIER,
  FORMER,
  'Hidden',
  PHONE,
  'cus_secret',
  'cus_earlier',
  'sub_secret',
  'in_secret',
  'cs_secret',
  'pi_secret',
];
/** Somebody else, whose address ends in Jenny's. */
const OTHER = `not.${JENNY}`;

const CUSTOMER = { id: 'cus_secret', email: JENNY, name: 'Jenny Hidden', phone: PHONE, metadata: { mobile: PHONE } };
const OBJECT = { customer: 'cus_secret', metadata: { mobile: PHONE } };
const SUBSCRIPTION = { ...OBJECT, id: 'sub_secret' };
const INVOICE = { ...OBJECT, id: 'in_secret', customer_email: JENNY, customer_name: 'Jenny Hidden' };
const guest = (id: string, email = JENNY) => ({
  id,
  customer: null,
  customer_details: { email, name: 'Jenny Hidden', phone: PHONE },
});

const NOTICE = {
  id: 'ntc_1',
  workflow_id: 'wfl_1',
  kind: 'schedule.renewal' as const,
  subject_id: 'sub_secret',
  customer_id: 'cus_secret',
  period: 'renewal sub_secret 1',
  date_at: 2,
  planned_at: 1,
  fired_at: 1,
  event_id: 'evt_1',
  missed: null,
};
const CARD = {
  subscription_id: 'sub_secret',
  customer_id: 'cus_secret',
  payment_method_id: 'pm_1',
  expires: '2026-08',
  asked_at: 1,
};
const ONE_TIME = { mode: 'payment', payment_status: 'paid', invoice: null, payment_intent: 'pi_secret' };

const EMAIL = {
  kind: 'transactional',
  subject: 'Hello {{ contact.first_name }} {{ contact.last_name }}',
  body: 'We call {{ event.phone }}, {{ event.customer_email }}',
} as const;

/** Somebody whose bills go to Jenny too: by hand, and by what Stripe said of a customer of theirs. */
async function billJenny(tillpost: Tillpost): Promise<void> {
  const { db } = tillpost;
  await happen(tillpost, 'customer.created', { id: 'cus_firm', email: FIRM, name: 'The Firm' });
  const firm = (await findContactByEmail(db, LIVE, FIRM))!;
  await tillpost.call(
    'contacts/save',
    { id: firm.id, billing_contacts: [JENNY, 'cfo@firm.example'] },
    { tenant: LIVE },
  );
  await db
    .updateTable('customer_link')
    .set({ billing_emails: JSON.stringify({ key: 'billing', emails: [JENNY] }) })
    .where('customer_id', '=', 'cus_firm')
    .execute();
  await happen(tillpost, 'invoice.paid', { id: 'in_firm', customer: 'cus_firm', customer_email: FIRM });
}

/** What waits and what is kept by hand. */
async function addWork({ db }: Tillpost, emailId: string): Promise<void> {
  const tenant = { account_id: ACCOUNT, livemode: 1 } as const;
  const query = JSON.stringify({ query: JENNY });
  await db
    .insertInto('saved_filter')
    .values({ ...tenant, id: 'flt_1', name: 'One person', query, created_at: 1 })
    .execute();
  const job = { kind: 'import', status: 'preview', parameters: '{}', place: '', total: 2, due_at: null } as const;
  await db
    .insertInto('contact_job')
    .values({ ...tenant, id: 'job_1', ...job, created_at: 1, finished_at: null })
    .execute();
  const lines = JSON.stringify([{ email: JENNY, first_name: 'Jenny Hidden' }, { email: OTHER }]);
  await db
    .insertInto('contact_job_part')
    .values({ ...tenant, job_id: 'job_1', n: 1, lines, refused: '[]' })
    .execute();
  await db
    .insertInto('email_data')
    .values({ ...tenant, email_id: emailId, data: JSON.stringify({ name: 'Jenny Hidden' }) })
    .execute();
}

const withTillpost = lending(async (tillpost) => tillpost.connect(LIVE));

async function happen(tillpost: Tillpost, type: FixtureType, object: FixtureOptions['object']): Promise<string> {
  tillpost.clock.advance(2_000);
  const created = Math.floor(tillpost.clock.now() / 1000);
  const event = fixtureEvent(type, { account: ACCOUNT, livemode: true, created, object });
  expect((await tillpost.deliver(event)).status).toBe(200);
  await tillpost.worker.drain();
  return event.id;
}

/** Contacts and events are forwarded, and Loops has words about the person. */
async function forward({ ctx, db, clock, worker }: Tillpost): Promise<void> {
  const input = { key: 'loops_key', contacts: true, events: ['invoice.paid', 'customer.created'], isOn: true };
  await transact(db, (trx) => saveForwarding(ctx, trx, LIVE, input, clock.now()));
  await worker.drain();
}

/** A person with a history: two customers that became one contact, runs that wait, mail sent, put off and refused, events that are off. */
async function fill(tillpost: Tillpost, mail: MailServer, settings: Partial<Settings>): Promise<void> {
  const { ctx, db, clock } = tillpost;
  const off = { enabled: false };
  const others = { test_recipients: ['operator@example.com', JENNY], billing_email_key: 'billing', ...settings };
  await tillpost.enable({ 'quote.finalized': off, 'checkout.session.completed': off }, others, LIVE);
  // Nobody listens there: what is told of waits, and was tried.
  const told = { url: 'http://127.0.0.1:1/', description: '', types: WEBHOOK_TYPES };
  await transact(db, (trx) => createEndpoint(ctx, trx, LIVE, told, clock.now()));
  const asked = {
    account_id: ACCOUNT,
    livemode: 1,
    address: JENNY,
    email_id: 'eml_asked',
    asked_at: clock.now(),
  } as const;
  await db.insertInto('test_address').values(asked).execute();
  const { account_id, livemode } = asked;
  await db
    .insertInto('notice')
    .values({ account_id, livemode, ...NOTICE })
    .execute();
  await db
    .insertInto('subscription_card')
    .values({ account_id, livemode, ...CARD })
    .execute();
  await forward(tillpost);
  await happen(tillpost, 'customer.created', { ...CUSTOMER, id: 'cus_earlier', email: FORMER });
  await happen(tillpost, 'checkout.session.completed', guest('cs_secret_former', FORMER));
  await happen(tillpost, 'customer.updated', { ...CUSTOMER, id: 'cus_earlier', email: EARLIER });
  expect(await findContactByEmail(db, LIVE, FORMER)).toBeUndefined();
  for (const event of ['customer.created', 'invoice.paid'] as const) {
    const steps = [
      { id: 'mail', kind: 'email', email: { ...EMAIL, body: 'We call {{ contact.email }}' } },
      { id: 'wait', kind: 'wait', amount: 1, unit: 'days' },
    ] as const;
    const definition = { name: event, trigger: { event }, steps } as const;
    const { id } = await createWorkflow(db, LIVE, { definition }, clock.now());
    await activateWorkflow(db, LIVE, id, clock.now());
  }
  await billJenny(tillpost);
  expect(mail.mails.map(({ to }) => to.join())).toContain(JENNY);
  mail.trouble({ at: 'rcpt', code: 451, message: `4.7.1 Try later, <${JENNY}> Jenny Hidden` });
  const created = await happen(tillpost, 'customer.created', CUSTOMER);
  mail.trouble({ at: 'rcpt', code: 550, message: `5.1.1 <${JENNY}> Jenny Hidden is unknown here` });
  await happen(tillpost, 'invoice.paid', INVOICE);
  await happen(tillpost, 'invoice.payment_failed', { ...INVOICE, billing_reason: 'subscription_cycle' });
  await happen(tillpost, 'customer.subscription.created', SUBSCRIPTION);
  await happen(tillpost, 'customer.updated', { ...CUSTOMER, id: 'cus_earlier' });
  await happen(tillpost, 'quote.finalized', { ...OBJECT, id: 'qt_secret' });
  await happen(tillpost, 'checkout.session.completed', guest('cs_secret_off'));
  await happen(tillpost, 'checkout.session.async_payment_succeeded', guest('cs_secret_on'));
  await happen(tillpost, 'checkout.session.completed', { ...guest('cs_secret_paid'), ...ONE_TIME });
  for (const payment_intent of ['pi_secret', 'pi_secret_unknown'])
    await happen(tillpost, 'charge.refunded', { ...OBJECT, id: `ch_of_${payment_intent}`, payment_intent });
  await happen(tillpost, 'checkout.session.completed', guest('cs_of_another', OTHER));
  const test = { trigger: 'customer.created', content: EMAIL, event: created, to: 'operator@example.com' } as const;
  await sendTest(ctx, LIVE, test);
  await tillpost.worker.drain();
  const theirs = db.selectFrom('email').select('id').where('to_address', '=', JENNY).where('copy_to', '=', '');
  const { id } = await theirs.executeTakeFirstOrThrow();
  await addWork(tillpost, id);
  const url = `https://shop.example/for/${JENNY}`;
  const click = { account_id: ACCOUNT, livemode: 1, email_id: id, url_hash: 'h', url, first_at: null } as const;
  await db
    .insertInto('email_click')
    .values({ ...click, clicks: 0, automatic: 1 })
    .execute();
}

/** Where the traces stand: in every column of text that the database has. */
async function tracesIn({ db }: Tillpost): Promise<string[]> {
  const tables = await db.introspection.getTables();
  const found: string[] = [];
  for (const { name, columns } of tables) {
    const texts = columns.filter(({ dataType }) => /text|char/i.test(dataType)).map((column) => column.name);
    const rows = await db
      .selectFrom(name as keyof Schema)
      .selectAll()
      .execute();
    for (const row of rows as unknown as Record<string, string | null>[])
      for (const column of texts) {
        const text = (row[column] ?? '').replaceAll(OTHER, '');
        const traces = TRACES.filter((trace) => text.toLowerCase().includes(trace.toLowerCase()));
        if (traces.length > 0) found.push(`${name}.${column} has ${traces.join()} in ${text.slice(0, 200)}`);
      }
  }
  return found;
}

const isOfOther = (line: string) => line.includes('cs_of_another');
const isTombstone = (line: string) => line.startsWith('customer_link.customer_id ');

async function deleteJenny({ db, clock }: Tillpost): Promise<void> {
  const jenny = (await findContactByEmail(db, LIVE, JENNY))!;
  await transact(db, (trx) => deleteContact(trx, jenny, clock.now()));
}

async function deleteCustomers(tillpost: Tillpost): Promise<void> {
  for (const id of ['cus_earlier', 'cus_secret']) await happen(tillpost, 'customer.deleted', { ...CUSTOMER, id });
}

const WAYS: [string, Partial<Settings>, (tillpost: Tillpost) => Promise<unknown>][] = [
  ['the contact is deleted by a person', {}, deleteJenny],
  ['their customers are deleted, and contacts with them', { on_customer_deleted: 'delete' }, deleteCustomers],
  ...(['keep', 'unsubscribe'] as const).map((choice): (typeof WAYS)[number] => [
    `their customers are deleted, contacts stay (${choice}) and a person deletes theirs`,
    { on_customer_deleted: choice },
    (tillpost) => deleteCustomers(tillpost).then(() => deleteJenny(tillpost)),
  ]),
  ['the install is erased', {}, ({ ctx }) => eraseInstall(ctx, LIVE)],
];

async function withMail(engine: Engine, work: (tillpost: Tillpost, mail: MailServer) => Promise<void>): Promise<void> {
  const mail = await startMailServer();
  const loops = await startRecordingLoops(({ path, body }) =>
    path === '/v1/contacts/update' && !JSON.stringify(body).includes(FIRM)
      ? { status: 400, body: { message: `No: ${JENNY}, Jenny Hidden` } }
      : undefined,
  );
  const env = { SMTP_URL: mail.url, MAIL_FROM: 'hello@shop.example', LOOPS_API_BASE: loops.url };
  await withTillpost({ engine, env }, (tillpost) => work(tillpost, mail)).finally(async () => {
    await mail.close();
    await loops.close();
  });
}

/** Others keep what is theirs, less Jenny. */
async function expectFirmUntouched({ db }: Tillpost): Promise<void> {
  expect(await findContactByEmail(db, LIVE, FIRM)).toMatchObject({ billing_emails: '["cfo@firm.example"]' });
  const toFirm = await db
    .selectFrom('email')
    .select('to_address')
    .where('to_address', 'like', '%firm.example')
    .execute();
  expect(toFirm.map(({ to_address }) => to_address)).toEqual(
    expect.arrayContaining([FIRM, 'cfo@firm.example']) as string[],
  );
  const { settings } = await db.selectFrom('setting').select('settings').executeTakeFirstOrThrow();
  expect(JSON.parse(settings)).toMatchObject({ test_recipients: ['operator@example.com'] });
}

const tablesIn = (lines: string[]) => [...new Set(lines.map((line) => line.split('.')[0]))].sort();

describe.each(ENGINES)('on %s nothing names a person any more', (engine) => {
  it.each(WAYS)('once %s', (_way, settings, remove) =>
    withMail(engine, async (tillpost, mail) => {
      await fill(tillpost, mail, settings);
      expect(tablesIn(await tracesIn(tillpost))).toEqual([
        'contact',
        'contact_job_part',
        'customer_link',
        'email',
        'email_body',
        'email_click',
        'email_data',
        'event',
        'event_payload',
        'failed_invoice',
        'forward',
        'notice',
        'object_state',
        'payment',
        'run',
        'run_step',
        'saved_filter',
        'setting',
        'subscription_card',
        'subscription_state',
        'test_address',
        'webhook_delivery',
      ]);
      await remove(tillpost);
      await tillpost.worker.drain();
      // Deletions wait for what is under way.
      tillpost.clock.advance(60_000);
      await tillpost.worker.drain();
      const left = (await tracesIn(tillpost)).filter((line) => !isTombstone(line));
      expect(left.filter((line) => !isOfOther(line))).toEqual([]);
      const isErased = settings.on_customer_deleted === undefined && remove !== deleteJenny;
      expect(left.some(isOfOther)).toBe(!isErased);
      if (!isErased) await expectFirmUntouched(tillpost);
      expect(await findSuppression(tillpost.db, LIVE, JENNY)).toMatchObject({ reason: 'refused with 550 5.1.1' });

      await happen(tillpost, 'customer.updated', CUSTOMER);
      await happen(tillpost, 'customer.subscription.updated', SUBSCRIPTION);
      await happen(tillpost, 'invoice.payment_failed', INVOICE);
      await happen(tillpost, 'quote.finalized', { ...OBJECT, id: 'qt_secret' });
      tillpost.clock.advance(30 * 3_600_000);
      await tillpost.worker.drain();
      const later = (await tracesIn(tillpost)).filter((line) => !isTombstone(line) && !isOfOther(line));
      expect(later).toEqual([]);
    }),
  );

  it('once a customer is deleted that never had a contact, whose contact would be deleted with it', () =>
    withTillpost({ engine }, async (tillpost) => {
      await tillpost.enable({ 'customer.created': { enabled: false } }, { on_customer_deleted: 'delete' }, LIVE);
      await happen(tillpost, 'customer.created', CUSTOMER);
      expect(await tracesIn(tillpost)).not.toEqual([]);
      await happen(tillpost, 'customer.deleted', CUSTOMER);
      await happen(tillpost, 'invoice.paid', INVOICE);
      expect((await tracesIn(tillpost)).filter((line) => !isTombstone(line))).toEqual([]);
    }));

  it('in payments that are told of a guest once their contact was deleted, until they have one again', () =>
    withTillpost({ engine }, async (tillpost) => {
      const { db } = tillpost;
      const off = { enabled: false };
      await tillpost.enable({ 'checkout.session.completed': off, 'charge.refunded': off }, {}, LIVE);
      await happen(tillpost, 'customer.created', CUSTOMER);
      await deleteJenny(tillpost);
      const refund = { customer: null, billing_details: { email: JENNY }, currency: 'usd', amount_refunded: 200 };
      const owners = async () => (await db.selectFrom('payment').select('email').execute()).map(({ email }) => email);
      await happen(tillpost, 'charge.refunded', { ...refund, id: 'ch_1', payment_intent: 'pi_secret' });
      await happen(tillpost, 'charge.refunded', { ...refund, id: 'ch_2', payment_intent: 'pi_secret_2' });
      const paid = { ...guest('cs_secret'), ...ONE_TIME, currency: 'usd', amount_total: 900 };
      await happen(tillpost, 'checkout.session.completed', paid);
      const hashes = await owners();
      expect(hashes).toHaveLength(2);
      for (const owner of hashes) expect(owner).toMatch(/^[\w-]{43}$/);

      await happen(tillpost, 'customer.created', { ...CUSTOMER, id: 'cus_new' });
      expect(await findContactByEmail(db, LIVE, JENNY)).toMatchObject({ ltv: 700, payments: 1 });
      expect(await owners()).toEqual([JENNY, JENNY]);
      await deleteJenny(tillpost);
      expect(await owners()).toEqual([]);
    }));

  it.each([451, 550])('when the contact is deleted before the mail server answers %i', async (code) => {
    const deletion: { run?: () => Promise<void> } = {};
    const mail = await listen({
      async onMail() {
        await deletion.run?.();
        return { code, message: `${code === 550 ? '5.1.1' : '4.7.1'} <${JENNY}> Jenny Hidden` };
      },
    });
    const env = { SMTP_URL: mail.url, MAIL_FROM: 'hello@shop.example' };
    const work = withTillpost({ engine, env }, async (tillpost) => {
      deletion.run = () => deleteJenny(tillpost);
      await fillQueue(tillpost);
      await happen(tillpost, 'customer.created', CUSTOMER);
      expect(await findContactByEmail(tillpost.db, LIVE, JENNY)).toBeUndefined();
      expect((await tracesIn(tillpost)).filter((line) => !isTombstone(line))).toEqual([]);
      tillpost.clock.advance(60_000);
      await tillpost.worker.drain();
      const emails = await tillpost.db.selectFrom('email').select(['status', 'reason']).execute();
      const refused = { status: 'failed', reason: 'refused' };
      expect(emails).toEqual([code === 550 ? refused : { status: 'suppressed', reason: 'contact_deleted' }]);
    });
    await work.finally(() => mail.close());
  });

  it('when the contact is deleted while its email is made or what it is about is asked for', () =>
    withTillpost({ engine }, async (tillpost) => {
      const { ctx, db, clock } = tillpost;
      await fillQueue(tillpost);
      await happen(tillpost, 'customer.created', CUSTOMER);
      await db.deleteFrom('email_body').execute();
      await db.updateTable('email').set({ status: 'queued', due_at: clock.now() }).execute();
      const racing: Preparation = {
        ...emailPreparation,
        async prepare(...asked) {
          const prepared = await emailPreparation.prepare(...asked);
          const made = prepared.map(async (one) => one.kind === 'ready' && (await one.made)?.body);
          expect(await Promise.all(made)).toMatchObject([{ email_id: expect.any(String) as string }]);
          await deleteJenny(tillpost);
          return prepared;
        },
      };
      await createEmailQueue(racing).turn(ctx);
      const invoice = fixtureEvent('invoice.paid', { object: INVOICE }).data.object;
      await saveFetchedStates(db, LIVE, [readFetched('invoice', invoice)!], clock.now());
      expect((await tracesIn(tillpost)).filter((line) => !isTombstone(line))).toEqual([]);
    }));
});

/** A workflow that mails whoever is new. */
async function fillQueue({ enable, db, clock }: Tillpost): Promise<void> {
  await enable({}, {}, LIVE);
  const steps = [{ id: 'mail', kind: 'email', email: EMAIL }] as const;
  const definition = { name: 'New', trigger: { event: 'customer.created' }, steps } as const;
  const { id } = await createWorkflow(db, LIVE, { definition }, clock.now());
  await activateWorkflow(db, LIVE, id, clock.now());
}
