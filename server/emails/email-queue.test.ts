import { setTimeout as wait } from 'node:timers/promises';
import { suppressAddress, liftSuppression } from '../audience/suppressions';
import { openSuppressionKey } from '../audience/suppression-key';
import { changeConsent } from '../audience/consent';
import { setUserGroup } from '../audience/change-contact';
import { createLog } from '../log';
import { ENGINES } from '../test/databases';
import { createRig, DAY, tenant, type Rig } from '../test/workflow-rig';
import { previewEmail, sendTest } from '../workflows/preview';
import { emailPreparation } from '../workflows/prepare-emails';
import { retryEmail } from '../workflows/retry-email';
import { createRunQueue } from '../workflows/run-queue';
import { transact } from '../db/transact';
import { stopRuns } from '../workflows/runs';
import { saveWorkflow } from '../workflows/workflows';
import type { EmailContent } from '../../shared/workflow';
import { createEmailQueue } from './email-queue';
import { readEmail } from './emails';
import { countEmails, listEmails } from './list-emails';
import { createRefusalLog } from './refusal-log';
import { sendEmail } from './send-email';

const customer = (id: string) => ({ id, object: 'customer', email: 'jenny@example.com', name: 'Jenny Rosen' });
const definition = (fields: Partial<EmailContent> = {}) => ({
  name: 'Hello',
  trigger: { event: 'customer.created' },
  steps: [
    {
      id: 'mail',
      kind: 'email',
      email: {
        kind: 'transactional',
        subject: 'Hello {{ contact.first_name }}',
        body: 'Hi **{{ contact.first_name }}**',
        ...fields,
      },
    },
  ],
});
const TEST_MODE = { accountId: 'acct_1', livemode: false };
const FIRST_RETRY = 10_000;
const between = (least: number, most: number): unknown => ({
  asymmetricMatch: (value: number) => value >= least && value <= most,
});

describe.each(ENGINES)('emails on %s', (engine) => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig({ engine });
  });
  afterEach(() => rig.close());

  let customers = 0;
  const hello = async (whose = tenant, fields: Parameters<Rig['contact']>[0] = {}) => {
    const contact = await rig.contact(fields, whose);
    await rig.happens('customer.created', customer(`cus_${++customers}`), contact);
    return contact;
  };

  it('go out with both parts, a stable Message-ID and the merchant’s name', async () => {
    await rig.saveSettings({
      sender: { from_name: 'Acme, "Inc"', reply_to: 'help@acme.example', postal_address: null },
    });
    await rig.workflow({ definition: definition() });
    await hello();
    await rig.worker.drain();
    const [mail] = rig.mail.mails;
    const [email] = await rig.emails();
    expect(mail).toMatchObject({ from: 'hello@mail.example.com', to: ['jenny@example.com'] });
    expect(mail?.parsed.from?.value).toEqual([{ address: 'hello@mail.example.com', name: 'Acme, Inc' }]);
    expect(mail?.parsed.replyTo?.text).toBe('help@acme.example');
    expect(mail?.parsed.subject).toBe('Hello Jenny');
    expect(mail?.parsed.html).toContain('Hi <strong>Jenny</strong>');
    expect(mail?.parsed.text).toBe('Hi Jenny\n');
    expect(mail?.parsed.messageId).toBe(`<${email?.id}@mail.example.com>`);
    expect(mail?.raw).not.toMatch(/^List-Unsubscribe/m);
    expect(email).toMatchObject({ status: 'sent', reason: null, attempts: 1, due_at: null });
  });

  it('carry a way out by one click when they are marketing', async () => {
    await rig.saveSettings({ sender: { from_name: null, reply_to: null, postal_address: 'Acme, 1 Main St' } });
    await rig.workflow({ definition: definition({ kind: 'marketing' }) });
    await hello();
    await rig.worker.drain();
    const raw = rig.mail.mails[0]?.raw.replace(/\r\n\s+/g, '') ?? '';
    expect(raw).toMatch(/^List-Unsubscribe:\s*<https:\/\/mail\.example\.com\/unsubscribe\/[\w.-]+>/m);
    expect(raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m);
    expect(rig.mail.mails[0]?.parsed.text).toContain(
      'Acme, 1 Main St\nUnsubscribe: https://mail.example.com/unsubscribe/',
    );
  });

  it('let no name smuggle a header in', async () => {
    await rig.workflow({ definition: definition() });
    await hello(tenant, { first_name: 'Jenny\r\nBcc: all@example.com' });
    await rig.worker.drain();
    expect(rig.mail.mails[0]?.to).toEqual(['jenny@example.com']);
    expect(rig.mail.mails[0]?.parsed.bcc).toBeUndefined();
    expect(rig.mail.mails[0]?.parsed.subject).toBe('Hello Jenny Bcc: all@example.com');
  });

  it('to contacts who don’t want marketing are suppressed, transactional ones are not', async () => {
    await rig.workflow({ definition: definition({ kind: 'marketing', subject: 'News' }) });
    await rig.workflow({ definition: definition({ subject: 'Receipt' }) });
    await hello(tenant, { status: 'unsubscribed' });
    await hello(tenant, { email: 'joe@example.com', status: 'transactional_only' });
    await rig.worker.drain();
    expect(rig.mail.subjects()).toEqual(['Receipt', 'Receipt']);
    const { data } = await listEmails(rig.db, tenant, { status: 'suppressed', limit: 10 });
    expect(data.map(({ outcome }) => outcome).sort()).toEqual([
      'The contact gets transactional email only',
      'The contact has unsubscribed',
    ]);
  });

  it('are judged right before SMTP: an unsubscribe in between counts', async () => {
    await rig.workflow({ definition: definition({ kind: 'marketing' }) });
    rig.mail.trouble({ at: 'rcpt', code: 451, message: 'Try later' });
    const jenny = await hello();
    await rig.worker.drain();
    await changeConsent(rig.db, tenant, jenny.id, { status: 'unsubscribed', cause: 'merchant' }, 1);
    rig.advance(FIRST_RETRY);
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'suppressed', outcome: 'The contact has unsubscribed' }]);
    expect(rig.mail.mails).toEqual([]);
  });

  it.each([
    ['marketing', 'transactional', { status: 'suppressed', reason: 'unsubscribed', kind: 'marketing' }, []],
    ['transactional', 'marketing', { status: 'sent', reason: null, kind: 'transactional' }, ['Hello Jenny']],
  ] as const)('obey consent as what their step is now: made %s, queued as %s', async (kind, before, row, subjects) => {
    const { id, revision } = await rig.workflow({ definition: definition({ kind: before }) });
    await rig.saveSettings({ sender: { from_name: null, reply_to: null, postal_address: 'Acme, 1 Main St' } });
    rig.mail.trouble({ at: 'rcpt', code: 451, message: 'Try later' });
    const jenny = await hello();
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'queued', kind: before }]);
    await changeConsent(rig.db, tenant, jenny.id, { status: 'unsubscribed', cause: 'merchant' }, 1);
    await saveWorkflow(rig.db, tenant, id, definition({ kind }), revision, 1);
    rig.advance(FIRST_RETRY);
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([row]);
    expect(rig.mail.subjects()).toEqual(subjects);
  });

  it('are judged anew when their step is made marketing between judging and making them', async () => {
    const { id, revision } = await rig.workflow({ definition: definition() });
    await rig.saveSettings({ sender: { from_name: null, reply_to: null, postal_address: 'Acme, 1 Main St' } });
    await hello(tenant, { status: 'unsubscribed' });
    await createRunQueue().turn(rig.ctx);
    const edited = createEmailQueue({
      ...emailPreparation,
      async prepare(...asked) {
        await saveWorkflow(rig.db, tenant, id, definition({ kind: 'marketing' }), revision, 1);
        return emailPreparation.prepare(...asked);
      },
    });
    await edited.turn(rig.ctx);
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'suppressed', reason: 'unsubscribed', attempts: 1 }]);
    expect(rig.mail.mails).toEqual([]);
  });

  it('of a run that was stopped meanwhile stay here', async () => {
    await rig.workflow({ definition: definition() });
    rig.mail.trouble({ at: 'rcpt', code: 451, message: 'Try later' });
    await hello();
    await rig.worker.drain();
    await rig.db.updateTable('run').set({ status: 'running' }).execute();
    await transact(rig.db, (trx) => stopRuns(trx, tenant, {}, 'contact_deleted', 1));
    rig.advance(FIRST_RETRY);
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'suppressed' }]);
  });

  it('of an install that was removed fail, be it first, retried or sent as a test', async () => {
    await rig.workflow({ definition: definition() });
    rig.mail.trouble({ at: 'rcpt', code: 451, message: 'Try later' });
    await hello();
    await rig.worker.drain();
    const content = { kind: 'transactional', subject: 'Test', body: 'Hi' } as const;
    await rig.db.updateTable('install').set({ status: 'removed' }).execute();
    await rig.saveSettings({ test_recipients: ['me@example.com'] });
    await sendTest(rig.ctx, tenant, { trigger: 'customer.created', content, to: 'me@example.com' });
    rig.advance(FIRST_RETRY);
    await rig.worker.drain();
    const failed = { status: 'failed', outcome: 'The account was disconnected', due_at: null };
    expect(await rig.emails()).toMatchObject([failed, failed]);
    await retryEmail(rig.ctx, tenant, (await rig.emails())[0]?.id ?? '');
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([failed, failed]);
    expect(rig.mail.mails).toEqual([]);
  });

  it('are sent with one read and one write: what is wanted to be told comes with the content', async () => {
    await rig.workflow({ definition: definition() });
    rig.mail.trouble({ at: 'rcpt', code: 451, message: 'Try later' });
    await hello();
    await rig.worker.drain();
    const email = await rig.db.selectFrom('email').selectAll().executeTakeFirstOrThrow();
    let statements = 0;
    const db = rig.db.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: ({ result }) => {
        statements++;
        return Promise.resolve(result);
      },
    });
    await sendEmail({ ...rig.ctx, db }, email, createRefusalLog());
    expect(await rig.emails()).toMatchObject([{ status: 'sent' }]);
    expect(statements).toBe(2);
  });

  it('refused for now are tried again after seconds, then ever later, up to a day', async () => {
    await rig.workflow({ definition: definition() });
    rig.mail.trouble(
      { at: 'rcpt', code: 451, message: '4.7.1 Greylisted' },
      { at: 'data', code: 452, message: 'Full' },
    );
    await hello();
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([
      { status: 'queued', outcome: 'Will be tried again: 451 4.7.1 Greylisted' },
    ]);
    rig.advance(FIRST_RETRY);
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'queued', attempts: 2 }]);
    rig.advance(2 * FIRST_RETRY);
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'sent', attempts: 3 }]);
    expect(rig.mail.mails).toHaveLength(1);
  });

  it('are given up after a day of refusals, without blaming the address', async () => {
    await rig.workflow({ definition: definition() });
    await hello();
    for (let hour = 0; hour < 26; hour++) {
      rig.mail.trouble({ at: 'rcpt', code: 451, message: 'Not now' });
      await rig.worker.drain();
      rig.advance(DAY / 24);
    }
    const [email] = await rig.emails();
    expect(email).toMatchObject({ status: 'failed', outcome: 'Given up after a day: 451 Not now' });
    rig.mail.calm();
    await retryEmail(rig.ctx, tenant, email?.id ?? '');
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'sent' }]);
  });

  it.each([
    ['RCPT', { at: 'rcpt', code: 550, message: '5.1.1 No such user' }],
    ['RCPT without an enhanced code', { at: 'rcpt', code: 550, message: 'No such user' }],
    ['DATA', { at: 'data', code: 550, message: '5.1.1 No such user' }],
  ] as const)(
    'to a recipient refused for good at %s fail, and the address is suppressed until lifted',
    async (_, trouble) => {
      await rig.workflow({ definition: definition() });
      rig.mail.trouble(trouble);
      const jenny = await hello();
      await rig.worker.drain();
      await rig.happens('customer.created', customer('cus_again'), jenny);
      await rig.worker.drain();
      const emails = await rig.emails();
      expect(emails).toMatchObject([
        { status: 'failed', outcome: expect.stringContaining('No such user') as string },
        { status: 'suppressed', outcome: expect.stringContaining('refused with 550') as string },
      ]);
      await liftSuppression(rig.db, tenant, jenny.email);
      await retryEmail(rig.ctx, tenant, emails[0]?.id ?? '');
      await rig.worker.drain();
      expect(rig.mail.mails).toHaveLength(1);
    },
  );

  it.each([
    ['a list that we are on', { at: 'rcpt', code: 554, message: '5.7.1 Client host blocked using zen.example' }],
    ['content it dislikes', { at: 'data', code: 554, message: '5.7.1 Looks like spam' }],
    ['a size', { at: 'data', code: 552, message: '5.2.3 Message size exceeds fixed maximum message size' }],
    ['something nobody knows', { at: 'rcpt', code: 550, message: 'Nope' }],
  ] as const)(
    'refused for good because of %s fail at once, the address stays, a person may try again',
    async (_, at) => {
      await rig.workflow({ definition: definition() });
      rig.mail.trouble(at);
      const jenny = await hello();
      await rig.worker.drain();
      const [email] = await rig.emails();
      expect(email).toMatchObject({ status: 'failed', reason: 'refused', due_at: null });
      expect(email?.outcome).toBe(`The mail server refused it: ${at.code} ${at.message}`);
      await rig.happens('customer.created', customer('cus_again'), jenny);
      await retryEmail(rig.ctx, tenant, email?.id ?? '');
      await rig.worker.drain();
      expect(await rig.emails()).toMatchObject([{ status: 'sent' }, { status: 'sent' }]);
    },
  );

  it('refused because of a lost login are tried again soon, the address stays', async () => {
    await rig.workflow({ definition: definition() });
    rig.mail.trouble({ at: 'rcpt', code: 530, message: 'Authentication required' });
    await hello();
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'queued' }]);
    rig.advance(FIRST_RETRY);
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'sent' }]);
  });

  it.each([
    ['our quota', { at: 'rcpt', code: 550, message: 'User has exceeded outgoing email quota' }],
    ['who we are', { at: 'rcpt', code: 550, message: '5.1.8 Sender address rejected: Domain not found' }],
    ['a full mailbox', { at: 'data', code: 552, message: '5.2.2 Mailbox full' }],
  ] as const)('refused because of %s are tried again after 15 minutes, doubling, for a day', async (_, trouble) => {
    await rig.workflow({ definition: definition() });
    await hello();
    const startedAt = rig.ctx.clock.now();
    const pauses: number[] = [];
    for (;;) {
      rig.mail.trouble(trouble);
      await rig.worker.drain();
      const [email] = await rig.emails();
      if (!email?.due_at) break;
      pauses.push((email.due_at - rig.ctx.clock.now()) / 60_000);
      rig.advance(email.due_at - rig.ctx.clock.now());
    }
    expect(pauses.slice(0, 6)).toEqual([15, 30, 60, 120, 240, 480].map((most) => between(0.74 * most, most)));
    expect(rig.ctx.clock.now() - startedAt).toBe(DAY);
    expect(await rig.emails()).toMatchObject([{ status: 'failed', reason: 'gave_up' }]);
    expect(await rig.db.selectFrom('suppression').selectAll().execute()).toEqual([]);
  });

  it('go slower for a while where the mail server finds them too many, those of others as ever', async () => {
    const calm = { ...tenant, livemode: false };
    await rig.saveSettings({ test_recipients: ['calm@example.com'] }, calm);
    for (const whose of [tenant, calm]) await rig.workflow({ definition: definition() }, whose);
    rig.mail.trouble({ at: 'data', code: 554, message: 'Throttling failure: Maximum sending rate exceeded.' });
    await hello();
    await rig.worker.drain();
    for (let n = 0; n < 10; n++) await hello(tenant, { email: `${n}@example.com` });
    await hello(calm, { email: 'calm@example.com' });
    await rig.worker.drain();
    expect(rig.mail.mails.map(({ to }) => to)).toEqual([['calm@example.com']]);
    rig.advance(11_000);
    await rig.worker.drain();
    expect(rig.mail.mails.length).toBeLessThan(5);
    rig.advance(15 * 60_000);
    await rig.worker.drain();
    expect(rig.mail.mails).toHaveLength(12);
    expect((await rig.emails()).map(({ status }) => status)).toEqual(Array(11).fill('sent'));
  });

  it('whose connection was cut after the final dot are not sent again by themselves', async () => {
    await rig.workflow({ definition: definition() });
    rig.mail.trouble({ at: 'cut_after_data' });
    await hello();
    await rig.worker.drain();
    for (let hour = 0; hour < 25; hour++) {
      rig.advance(DAY / 24);
      await rig.worker.drain();
    }
    expect(rig.mail.mails).toHaveLength(1);
    const [email] = await rig.emails();
    expect(email).toMatchObject({ status: 'failed', reason: 'unknown_acceptance', due_at: null });
    expect(email?.outcome).toContain('it may have arrived');
    await retryEmail(rig.ctx, tenant, email?.id ?? '');
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([{ status: 'sent', reason: null }]);
    expect(rig.mail.mails).toHaveLength(2);
    expect(new Set(rig.mail.mails.map(({ parsed }) => parsed.messageId)).size).toBe(1);
  });

  it('of one database are sent once by two processes', async () => {
    const other = rig.startProcess(engine === 'sqlite' ? rig.db : undefined);
    await openSuppressionKey(other.ctx);
    await rig.workflow({ definition: definition() });
    const contacts = await Promise.all(
      Array.from({ length: 40 }, (_, n) => rig.contact({ email: `c${n}@example.com`, first_name: `C${n}` })),
    );
    for (const [n, contact] of contacts.entries())
      await rig.happens('customer.created', customer(`cus_many${n}`), contact);
    await Promise.all([rig.worker.drain(), other.worker.drain()]);
    await rig.worker.drain();
    expect(rig.mail.subjects().sort()).toEqual(contacts.map(({ first_name }) => `Hello ${first_name}`).sort());
  });

  it('of a process that died come back when its lease has ended', async () => {
    await rig.workflow({ definition: definition() });
    await hello();
    const [email] = await (async () => {
      await rig.startProcess(rig.db).worker.drain();
      return rig.emails();
    })();
    await rig.db
      .updateTable('email')
      .set({ status: 'queued', due_at: (email?.created_at ?? 0) + 30_000, claims: 1 })
      .execute();
    await rig.worker.drain();
    expect(rig.mail.mails).toHaveLength(1);
    rig.advance(30_000);
    await rig.worker.drain();
    expect(new Set(rig.mail.mails.map(({ parsed }) => parsed.messageId)).size).toBe(1);
    expect(rig.mail.mails).toHaveLength(2);
  });

  it('that ended the process again and again are given up', async () => {
    await rig.workflow({ definition: definition() });
    rig.mail.trouble({ at: 'rcpt', code: 451, message: 'Try later' });
    await hello();
    await rig.worker.drain();
    await rig.db.updateTable('email').set({ claims: 5 }).execute();
    rig.advance(FIRST_RETRY);
    await rig.worker.drain();
    expect(await rig.emails()).toMatchObject([
      { status: 'failed', outcome: 'Sending it ended the process several times' },
    ]);
    expect(rig.mail.mails).toEqual([]);
  });

  it('with a value missing are held, say which, and go out once it is there', async () => {
    await rig.workflow({ definition: definition({ body: '{{ contact.user_group }}' }) });
    const jenny = await hello();
    await rig.worker.drain();
    const [held] = await rig.emails();
    expect(held).toMatchObject({ status: 'held', outcome: expect.stringContaining('contact.user_group') as string });
    expect(await readEmail(rig.db, tenant, held?.id ?? '')).toMatchObject({ html: null, text: null, headers: {} });
    await retryEmail(rig.ctx, tenant, held?.id ?? '');
    await rig.worker.drain();
    expect((await rig.emails())[0]).toMatchObject({ status: 'held' });
    await setUserGroup(rig.db, jenny, 'VIP', 1);
    await retryEmail(rig.ctx, tenant, held?.id ?? '');
    await rig.worker.drain();
    expect(rig.mail.mails[0]?.parsed.text).toBe('VIP\n');
    await expect(retryEmail(rig.ctx, tenant, held?.id ?? '')).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('in test mode go only to the addresses on the test list', async () => {
    await rig.saveSettings({ test_recipients: ['me@example.com'] }, TEST_MODE);
    await rig.workflow({ definition: definition() }, TEST_MODE);
    await hello(TEST_MODE);
    await hello(TEST_MODE, { email: 'me@example.com' });
    await rig.worker.drain();
    expect(rig.mail.mails.map(({ to }) => to)).toEqual([['me@example.com']]);
    expect((await rig.emails(TEST_MODE)).map(({ status }) => status)).toEqual(['captured', 'sent']);
  });

  it('are listed and counted by customer, contact, event, workflow and status', async () => {
    const { id: workflow } = await rig.workflow({ definition: definition() });
    const jenny = await hello();
    await hello(tenant, { email: 'joe@example.com', first_name: 'Joe' });
    await rig.worker.drain();
    const event_id = (await rig.emails())[0]?.event_id ?? '';
    const subjects = async (filter: object) =>
      (await listEmails(rig.db, tenant, { limit: 1, ...filter })).data.map(({ subject }) => subject);
    const page = await listEmails(rig.db, tenant, { limit: 1 });
    expect(page).toMatchObject({ has_more: true, data: [{ subject: 'Hello Joe' }] });
    expect(await subjects({ starting_after: page.data[0]?.id })).toEqual(['Hello Jenny']);
    expect(await subjects({ contact: jenny.id })).toEqual(['Hello Jenny']);
    expect(await subjects({ event: event_id })).toEqual(['Hello Jenny']);
    expect(await subjects({ customer: 'cus_nobody' })).toEqual([]);
    expect(await countEmails(rig.db, tenant, { workflow, status: 'sent' })).toBe(2);
    expect(await countEmails(rig.db, { accountId: 'acct_2', livemode: true })).toBe(0);
  });

  it('can be previewed with samples or a real event, and sent as a test', async () => {
    await rig.workflow({ definition: definition() });
    const jenny = await rig.contact({ first_name: 'Real' });
    await rig.happens('customer.created', customer('cus_real'), jenny, { id: 'evt_real' });
    const content = { kind: 'marketing', subject: 'Hello {{ contact.first_name }}', body: '{{ event.customer_id }}' };
    const request = { trigger: 'customer.created', content } as const;
    expect(await previewEmail(rig.ctx, tenant, request)).toMatchObject({
      subject: 'Hello Jenny',
      problems: [],
      held: null,
    });
    expect(await previewEmail(rig.ctx, tenant, { ...request, event: 'evt_real' })).toMatchObject({
      subject: 'Hello Real',
      text: expect.stringContaining('cus_real') as string,
    });
    const broken = { ...request, content: { ...content, body: '{{ event.nope }}' } };
    expect(await previewEmail(rig.ctx, tenant, broken)).toMatchObject({
      html: null,
      problems: [{ line: 1, column: 4 }],
    });
    await expect(previewEmail(rig.ctx, tenant, { ...request, event: 'evt_none' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await rig.saveSettings({ test_recipients: ['me@example.com', 'gone@example.com'] });
    await sendTest(rig.ctx, tenant, { ...request, to: ' Me@Example.com ' });
    await expect(sendTest(rig.ctx, tenant, { ...request, to: 'nobody' })).rejects.toMatchObject({ param: 'to' });
    await suppressAddress(rig.db, tenant, 'gone@example.com', { scope: 'all', reason: 'bounced', now: 1 });
    const { id } = await sendTest(rig.ctx, tenant, { ...request, to: 'gone@example.com' });
    await rig.worker.drain();
    expect(rig.mail.mails.map(({ to }) => to)).toContainEqual(['me@example.com']);
    expect(await readEmail(rig.db, tenant, id)).toMatchObject({ status: 'suppressed' });
  });
});

describe('the log', () => {
  it('says why an email could not be sent by a code, not by an answer that holds the address', async () => {
    const lines: string[] = [];
    const log = createLog('debug', { write: (line: string) => lines.push(line) });
    const rig = await createRig({ log });
    rig.mail.trouble({ at: 'rcpt', code: 451, message: '4.7.1 <jenny@example.com> try again later' });
    await rig.workflow({ definition: definition() });
    await rig.happens('customer.created', customer('cus_1'), await rig.contact());
    await rig.worker.drain();
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ msg: 'an email could not be sent yet', code: '451' }),
    );
    expect(lines.join()).not.toContain('jenny@');
    await rig.close();
  });
});

describe('the operator', () => {
  it('is told once an hour of a refusal that repeats, by cause and codes', async () => {
    const lines: string[] = [];
    const log = createLog('error', { write: (line: string) => lines.push(line) });
    const rig = await createRig({ log });
    await rig.workflow({ definition: definition() });
    const refuse = async (message: string, times: number) => {
      for (let n = 0; n < times; n++) {
        rig.mail.trouble({ at: 'rcpt', code: 550, message });
        const contact = await rig.contact({ email: `person${++customers}@example.com` });
        await rig.happens('customer.created', customer(`cus_${customers}`), contact);
        await rig.worker.drain();
      }
    };
    let customers = 0;
    const told = () => lines.splice(0).map((line) => (JSON.parse(line) as { status: string }).status);
    await refuse('5.7.1 Your IP 192.0.2.1 has a poor reputation', 1);
    expect(told()).toEqual([]);
    await refuse('5.7.1 Your IP 192.0.2.1 has a poor reputation', 4);
    await refuse('5.6.0 Malformed', 4);
    await refuse('5.1.1 User unknown', 4);
    expect(told()).toEqual(['5.7.1', '5.6.0']);
    rig.advance(3_600_000);
    await refuse('5.7.1 Your IP 192.0.2.1 has a poor reputation', 4);
    expect(told()).toEqual(['5.7.1']);
    const metrics = await rig.ctx.metrics.registry.metrics();
    expect(metrics).toContain('tillpost_smtp_refusals_total{cause="refused"} 13');
    expect(metrics).toContain('tillpost_smtp_refusals_total{cause="mailbox"} 4');
    await rig.close();
  });
});

describe('a rate in SMTP_URL', () => {
  it.each([
    ['at once', 0],
    ['beside the loop', 200],
  ])('spreads emails over time and sends each once, made %s', async (_where, ms) => {
    const rig = await createRig({ rate: '?rate=2' });
    const { rendering } = rig.ctx;
    const render: typeof rendering.render = async (...input) => {
      await wait(ms);
      return rendering.render(...input);
    };
    Object.assign(rig.ctx, { rendering: { ...rendering, render } });
    await rig.workflow({ definition: definition() });
    for (let n = 0; n < 4; n++)
      await rig.happens('customer.created', customer(`cus_r${n}`), await rig.contact({ email: `${n}@example.com` }));
    const sent: number[] = [];
    for (let half = 0; half < 4; half++) {
      await rig.worker.drain();
      sent.push(rig.mail.mails.length);
      rig.advance(500);
    }
    expect(sent).toEqual([1, 2, 3, 4]);
    expect((await rig.emails()).map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1]);
    await rig.close();
  });
});

describe('a rate in SMTP_URL that a busy install uses up', () => {
  it('lets another install’s email go after a few of the busy one’s', async () => {
    const rig = await createRig({ rate: '?rate=2' });
    const calm = { ...tenant, livemode: false };
    await rig.saveSettings({ test_recipients: ['calm@example.com'] }, calm);
    for (const whose of [tenant, calm]) await rig.workflow({ definition: definition() }, whose);
    for (let n = 0; n < 10; n++)
      await rig.happens('customer.created', customer(`cus_b${n}`), await rig.contact({ email: `${n}@example.com` }));
    await rig.happens('customer.created', customer('cus_c'), await rig.contact({ email: 'calm@example.com' }, calm));
    for (let half = 0; half < 4; half++) {
      await rig.worker.drain();
      rig.advance(500);
    }
    expect(rig.mail.mails).toHaveLength(4);
    expect(rig.mail.mails.flatMap(({ to }) => to)).toContain('calm@example.com');
    await rig.close();
  });
});

describe('without SMTP', () => {
  it('emails are captured, whole', async () => {
    const rig = await createRig({ smtp: false });
    await rig.workflow({ definition: definition() });
    await rig.happens('customer.created', customer('cus_1'), await rig.contact());
    await rig.worker.drain();
    const [email] = await rig.emails();
    expect(email).toMatchObject({ status: 'captured', outcome: 'No mail server is configured', sent_at: null });
    expect(await readEmail(rig.db, tenant, email?.id ?? '')).toMatchObject({
      text: 'Hi Jenny\n',
      headers: { From: '"Operator" <hello@mail.example.com>', To: 'jenny@example.com' },
    });
    await rig.close();
  });
});
