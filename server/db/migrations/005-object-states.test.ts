import { sql, type Kysely } from 'kysely';
import type { EmailReason, EmailStatus } from '../../../shared/api';
import { ENGINES, freshDatabase, type Engine } from '../../test/databases';
import { fixtureEvent } from '../../test/fixtures/stripe';
import { ACCOUNT, lending, type Tillpost } from '../../test/harness';
import { startMailServer } from '../../test/mail-server';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as namedStates from './002-named-states';
import * as fewerIndexes from './003-fewer-indexes';
import * as settingsRevision from './004-settings-revision';
import * as objectStates from './005-object-states';
import * as bounces from './009-bounces';
import * as schedules from './014-schedules';
import * as whyItFailed from './018-why-it-failed';

const BEFORE = [first, namedStates, fewerIndexes, settingsRevision];

/** What a run of the release before was about: its key, invoice and subscription, and what that becomes. */
const RUNS: [
  key: string,
  invoice: string | null,
  subscription: string | null,
  kind: string | null,
  id: string | null,
][] = [
  ['invoice.payment_failed in_1 1', 'in_1', 'sub_1', 'invoice', 'in_1'],
  ['evt_of_an_upcoming_invoice', null, 'sub_1', 'subscription', 'sub_1'],
  ['customer.subscription.paused sub_1  1772355600', null, 'sub_1', 'subscription', 'sub_1'],
  ['checkout.session.completed cs_1 ', 'in_1', 'sub_1', 'checkout_session', 'cs_1'],
  ['quote.finalized qt_1 ', null, null, 'quote', 'qt_1'],
  ['quote.accepted qt_1 ', 'in_1', 'sub_1', 'quote', 'qt_1'],
  ['charge.dispute.created dp_1 ', null, null, 'dispute', 'dp_1'],
  ['customer.updated cus_1  1772355600', null, null, 'customer', 'cus_1'],
  ['evt_of_something_without_an_id', null, null, null, null],
];

/** Every sentence that the release before stored. */
const SENTENCES: [EmailStatus, string, EmailReason][] = [
  ['failed', 'The account was disconnected', 'disconnected'],
  ['captured', 'No mail server is configured', 'no_mail_server'],
  ['captured', 'Test mode mails only the addresses on the test list', 'test_mode'],
  ['failed', 'Its content is gone', 'refused'],
  ['failed', 'Sending it ended the process several times', 'gave_up'],
  ['suppressed', 'The contact was deleted', 'contact_deleted'],
  ['suppressed', 'The workflow ended for this contact before the email went out', 'run_ended'],
  ['suppressed', 'The contact has unsubscribed', 'unsubscribed'],
  ['suppressed', 'The contact gets transactional email only', 'transactional_only'],
  ['suppressed', 'The address takes no mail: 550 No such user', 'address_suppressed'],
  ['failed', 'The mail server refused the address: 550 No such user', 'refused'],
  ['queued', 'Will be tried again: 451 Greylisted', 'retrying'],
  ['failed', 'Given up after a day: 451 Greylisted', 'gave_up'],
  ['held', 'The subject came out empty', 'missing_value'],
  ['held', 'The email is too long: its HTML would be over 500 kB', 'over_budget'],
  ['held', 'The template makes an email that is too long', 'over_budget'],
  ['held', 'The template takes too long or too much memory', 'over_budget'],
  ['held', 'No value for event.plan: give the merge tag a default, or fill it in Stripe', 'missing_value'],
  ['held', 'The template could not be filled in: unexpected token', 'missing_value'],
];

const SUBJECT = ['subject_kind', 'subject_id', 'customer_id'] as const;
const text = (value: string | null) => (value === null ? 'null' : `'${value}'`);

const emailRow = (id: string, run: string | null, status: EmailStatus, reason: string | null) =>
  `('acct_1', 1, '${id}', ${text(run)}, 'step_1', 'transactional', 'jenny@example.com', 'Hello', '${status}', ${text(reason)},
    '<${id}>', 0, 1)`;

const EMAILS = `insert into email (account_id, livemode, id, run_id, step_id, kind, to_address, subject, status, reason,
  message_id, is_test, created_at) values `;

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    for (const { up } of BEFORE) await up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());
  const upgrade = () => objectStates.up(db as unknown as Kysely<never>);
  const insert = (row: string) => sql.raw(row).execute(db);

  it('finds what runs and their emails are about', async () => {
    const events = RUNS.map(
      ([key], n) => `('acct_1', 1, 'evt_${n}', '${n}', '${key.split(' ')[0]}', 1, 1, 'processed', '', 'cus_1'),
      ('acct_2', 1, 'evt_${n}', '${n}', 't', 1, 1, 'processed', '', 'cus_2')`,
    );
    await insert(`insert into event (account_id, livemode, id, seq, type, created, received_at, status, outcome, customer_id)
      values ${events.join()}`);
    const runs = RUNS.map(
      ([key, invoice, subscription], n) => `('acct_1', 1, 'run_${n}', 'wfl_1', 'con_1', 'evt_${n}',
      '${key}', ${text(invoice)}, ${text(subscription)}, 'running', 1)`,
    );
    await insert(`insert into run (account_id, livemode, id, workflow_id, contact_id, event_id, run_key, invoice_id,
      subscription_id, status, started_at) values ${runs.join()}`);
    await insert(EMAILS + RUNS.map((_run, n) => emailRow(`em_${n}`, `run_${n}`, 'queued', null)).join());
    await upgrade();
    for (const table of ['run', 'email'] as const) {
      const rows = await db
        .selectFrom(table as 'run')
        .select(SUBJECT)
        .orderBy('id')
        .execute();
      expect(rows).toEqual(
        RUNS.map(([, , , subject_kind, subject_id]) => ({ subject_kind, subject_id, customer_id: 'cus_1' })),
      );
    }
  });

  it('gives their codes to the sentences of why emails are not sent, and leaves the others alone', async () => {
    const emails = SENTENCES.map(([status, sentence], n) => emailRow(`em_${n + 10}`, null, status, sentence));
    await insert(EMAILS + [...emails, emailRow('em_test', null, 'sent', null)].join());
    await upgrade();
    const rows = await db
      .selectFrom('email')
      .select(['status', 'outcome', 'reason', ...SUBJECT])
      .orderBy('id')
      .execute();
    const nothing = { subject_kind: null, subject_id: null, customer_id: null };
    expect(rows).toEqual([
      ...SENTENCES.map(([status, outcome, reason]) => ({ status, outcome, reason, ...nothing })),
      { status: 'sent', outcome: null, reason: null, ...nothing },
    ]);
  });
});

const JENNY = 'jenny@example.com';
const INVOICE = { id: 'in_1', customer: 'cus_1', customer_email: JENNY, amount_due: 2000, currency: 'usd' };
const OPEN = { ...INVOICE, status: 'open', amount_paid: 0, amount_remaining: 2000 };
const PAID = { ...INVOICE, status: 'paid', amount_paid: 2000, amount_remaining: 0 };

/** Of emails, from releases after this one, in their order. */
const LATER_COLUMNS = ['clicked_at', 'decided_at', 'unsubscribed_at', 'pay_clicked_at'] as const;

/** A Tillpost right after the upgrade: the release before had made the email of a failed payment, which waits to be sent. */
async function withUpgraded(
  engine: Engine,
  test: (tillpost: Tillpost, upgraded: { texts: () => string[] }) => Promise<void>,
): Promise<void> {
  const mail = await startMailServer();
  const lend = lending(async (tillpost) => {
    await tillpost.connect();
    await tillpost.enable({}, { test_recipients: [JENNY] });
    const { id } = await tillpost.call('workflows/create', { template: 'payment_failed' });
    await tillpost.call('workflows/activate', { id });
    const created = Math.floor(tillpost.clock.now() / 1000);
    await tillpost.deliver(fixtureEvent('invoice.payment_failed', { account: ACCOUNT, created, object: OPEN }));
    await tillpost.worker.drain();
    await goBack(tillpost);
    tillpost.clock.advance(3_600_000);
    for (const up of [objectStates.up, bounces.up, schedules.makeStatesAQueue, whyItFailed.keepFailures])
      await up(tillpost.db as unknown as Kysely<never>);
    // Last, as it was: statements that PostgreSQL has prepared know the columns in their order.
    for (const column of LATER_COLUMNS)
      await tillpost.db.schema.alterTable('email').addColumn(column, 'bigint').execute();
    const emails = tillpost.db.schema.alterTable('email');
    await emails.addColumn('copy_to', 'text', (c) => c.notNull().defaultTo('')).execute();
    await emails.addColumn('transactional_id', 'text').execute();
    await emails.addColumn('again_of', 'text', (c) => c.notNull().defaultTo('')).execute();
    await tillpost.db.schema.alterTable('object_state').addColumn('person_since', 'bigint').execute();
  });
  const env = { SMTP_URL: mail.url, MAIL_FROM: 'hello@acme.example' };
  const texts = () => mail.mails.slice(1).map(({ parsed }) => `${parsed.subject}\n${parsed.text}`);
  await lend({ engine, env }, (tillpost) => test(tillpost, { texts })).finally(() => mail.close());
}

/** Takes away what this migration and later ones bring, and leaves the email as the release before had it waiting for the mail server. */
async function goBack({ db, clock }: Tillpost): Promise<void> {
  const { schema } = db;
  await db
    .updateTable('email')
    .set({ status: 'queued', subject: 'Made before', due_at: clock.now(), sent_at: null })
    .execute();
  await sql`update email set reason = 'Will be tried again: 451 Greylisted'`.execute(db);
  await db.updateTable('email_body').set({ html: 'Made before', text: 'Made before' }).execute();
  const fates = ['delivered', 'bounced', 'clicked', 'complained', 'unsubscribed'];
  for (const index of ['remote_id', 'workflow', 'step_address', 'transactional', 'of_step', 'copy', ...fates])
    await schema.dropIndex(`email_${index}`).execute();
  for (const column of [
    'delivered_at',
    'bounced_at',
    'complained_at',
    'remote_id',
    ...LATER_COLUMNS,
    'copy_to',
    'transactional_id',
    'again_of',
  ])
    await schema.alterTable('email').dropColumn(column).execute();
  for (const table of ['run', 'email']) {
    await schema.dropIndex(`${table}_subject`).execute();
    for (const column of ['subject_kind', 'subject_id', 'customer_id', 'outcome'])
      await schema.alterTable(table).dropColumn(column).execute();
  }
  await schema.dropTable('object_state').execute();
}

describe.each(ENGINES)('an email that the release before had queued, on %s', (engine) => {
  const putAtStripe = ({ localStripe }: Tillpost, invoice: object) =>
    localStripe.tenant(ACCOUNT, false).invoices.put(invoice as never);
  const emailOf = async ({ call }: Tillpost) => (await call('emails/list', {})).data[0];

  it('goes out after the upgrade, made anew from what Stripe says now', () =>
    withUpgraded(engine, async (tillpost, { texts }) => {
      putAtStripe(tillpost, { ...OPEN, amount_paid: 500, amount_remaining: 1500 });
      await tillpost.worker.drain();
      expect(await emailOf(tillpost)).toMatchObject({ status: 'sent', reason: null, outcome: null });
      expect(texts()).toEqual([expect.stringContaining('$15.00')]);
      expect(texts()[0]).not.toContain('Made before');
    }));

  it('is kept back after the upgrade when its invoice was paid meanwhile', () =>
    withUpgraded(engine, async (tillpost, { texts }) => {
      putAtStripe(tillpost, PAID);
      await tillpost.worker.drain();
      expect(await emailOf(tillpost)).toMatchObject({
        status: 'suppressed',
        reason: 'not_true',
        outcome: expect.stringMatching(/^Not sent: the invoice was paid on /) as string,
        subject_of: { kind: 'invoice', id: 'in_1' },
      });
      expect(texts()).toEqual([]);
      expect(await tillpost.db.selectFrom('run').select(['status', 'reason']).execute()).toEqual([
        { status: 'exited', reason: 'not_true' },
      ]);
    }));
});
