/** What the outbox is given within the transactions in which things happen, and that it is passed on once. */
import { contactChanges } from '../audience/contact-changes';
import { changeConsent } from '../audience/consent';
import { findContactByEmail } from '../audience/contacts';
import { createList } from '../audience/mailing-lists';
import { deleteContact } from '../audience/save';
import { transact } from '../db/transact';
import { recordResult } from '../emails/record-email';
import { recordReport } from '../emails/reports';
import { createEventQueue } from '../events/event-queue';
import { setWants } from '../installs/wants';
import { sequenceOf, type Message } from '../outbox/messages';
import { createOutboxQueue } from '../outbox/outbox-queue';
import { createQueues } from '../queues';
import { createWorker } from '../worker';
import { sendTest } from '../workflows/preview';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { WEBHOOK_TYPES, type WebhookType } from '../../shared/webhooks';
import { clientOf, withApi } from './api-rig';
import { ENGINES, type Engine } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, lending, LIVE, TEST, type Tillpost } from './harness';
import { startMailServer, type MailServer } from './mail-server';

const JENNY = 'jenny@example.com';
const OPERATOR = 'operator@example.com';

const want = ({ db }: Tillpost, types: readonly WebhookType[] = WEBHOOK_TYPES, tenant = TEST) =>
  transact(db, (trx) => setWants(trx, tenant, 'webhooks', types));

const EMAIL_TYPES = WEBHOOK_TYPES.filter((type) => type.startsWith('email.'));

/** All that the loop does, but for passing messages on. */
async function workWithoutOutbox({ ctx }: Tillpost): Promise<void> {
  const queues = createQueues().filter(({ name }) => name !== 'outbox');
  await createWorker(ctx, queues).drain();
}

async function withMail(engine: Engine, work: (tillpost: Tillpost, mail: MailServer) => Promise<void>): Promise<void> {
  const mail = await startMailServer();
  const env = { SMTP_URL: mail.url, MAIL_FROM: 'hello@shop.example' };
  const prepare = (tillpost: Tillpost) => tillpost.connect(LIVE);
  await lending(prepare, { env })({ engine }, (tillpost) => work(tillpost, mail)).finally(() => mail.close());
}

/** All that waits, passed on to somebody who keeps it. */
async function passOn({ ctx }: Tillpost): Promise<Message[]> {
  const kept: Message[] = [];
  const queue = createOutboxQueue([
    (_trx, messages) => {
      kept.push(...messages);
      return Promise.resolve();
    },
  ]);
  while ((await queue.turn(ctx)) > 0);
  return kept;
}

const typesOf = (messages: readonly Message[]) => messages.map(({ type }) => type);

async function stripeSays(
  tillpost: Tillpost,
  type: Parameters<typeof fixtureEvent>[0],
  object: Record<string, unknown>,
  { livemode } = TEST,
): Promise<void> {
  tillpost.clock.advance(2_000);
  const created = Math.floor(tillpost.clock.now() / 1000);
  await tillpost.deliver(fixtureEvent(type, { account: ACCOUNT, livemode, created, object }));
}

describe.each(ENGINES)('on %s the outbox', (engine) => {
  it('gets nothing that nobody wants', () =>
    withApi({ engine }, async (tillpost) => {
      await tillpost.enable();
      const loops = await clientOf(tillpost);
      await loops.createContact({ email: 'a@example.com' });
      await stripeSays(tillpost, 'customer.created', { id: 'cus_1', email: JENNY });
      await want(tillpost, ['contact.deleted']);
      await stripeSays(tillpost, 'customer.created', { id: 'cus_2', email: 'c@example.com' });
      expect(await tillpost.db.selectFrom('outbox').selectAll().execute()).toEqual([]);
    }));

  it('gets what events, programs and people do to contacts, and why', () =>
    withApi({ engine }, async (tillpost) => {
      const { db } = tillpost;
      await tillpost.enable();
      await want(tillpost);
      await stripeSays(tillpost, 'customer.created', { id: 'cus_1', email: JENNY, name: 'Jenny Rosen' });
      const jenny = (await findContactByEmail(db, TEST, JENNY))!;
      const created = await passOn(tillpost);
      expect(typesOf(created)).toEqual(['contact.created', 'event.processed']);
      expect(created[0]).toMatchObject({ id: jenny.id, contactId: jenny.id, details: { cause: 'stripe' } });

      await stripeSays(tillpost, 'customer.updated', { id: 'cus_1', email: 'jen@example.com', name: 'Jen Rosen' });
      const events = createEventQueue();
      while ((await events.turn(tillpost.ctx)) > 0);
      // Those of connecting wait as well.
      const updated = (await passOn(tillpost)).filter(({ kind }) => kind === 'contact');
      expect(typesOf(updated)).toEqual(['contact.updated']);
      expect(updated[0]?.details).toEqual({
        cause: 'stripe',
        changes: {
          email: { was: JENNY, is: 'jen@example.com' },
          first_name: { was: 'Jenny', is: 'Jen' },
        },
      });
    }));

  it('tells what a field was and is, and who did it', () =>
    withApi({ engine }, async (tillpost) => {
      const { db, clock } = tillpost;
      await tillpost.enable();
      const loops = await clientOf(tillpost);
      const { id } = await loops.createContact({ email: JENNY, properties: { firstName: 'Jenny', seats: 3 } });
      const list = await transact(db, (trx) => createList(trx, TEST, { name: 'News', is_public: true }, clock.now()));
      await want(tillpost);
      const properties = { firstName: 'Jen', seats: 4 };
      await loops.updateContact({ email: JENNY, properties, mailingLists: { [list]: true } });
      await loops.updateContact({ email: JENNY, properties, mailingLists: { [list]: true } });
      const change = { status: 'unsubscribed', cause: 'one_click' } as const;
      await transact(db, (trx) => changeConsent(trx, TEST, id, change, clock.now()));
      const told = await passOn(tillpost);
      expect(told.map(({ type, details }) => ({ type, ...details }))).toEqual([
        {
          type: 'contact.updated',
          cause: 'api',
          changes: { first_name: { was: 'Jenny', is: 'Jen' }, 'properties.seats': { was: 3, is: 4 } },
        },
        { type: 'list.joined', cause: 'api', list_id: list },
        { type: 'contact.updated', cause: 'contact', changes: { status: { was: 'subscribed', is: 'unsubscribed' } } },
        { type: 'contact.unsubscribed', cause: 'contact' },
      ]);
      const sequences = told.map(({ seq }) => sequenceOf(seq));
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
      expect(Math.max(...sequences)).toBeLessThan(Number.MAX_SAFE_INTEGER);
      expect(await passOn(tillpost)).toEqual([]);
    }));

  it('forgets with a contact what waited about it, and tells that it was deleted', () =>
    withApi({ engine }, async (tillpost) => {
      const { db, clock } = tillpost;
      await want(tillpost);
      const loops = await clientOf(tillpost);
      const { id } = await loops.createContact({ email: JENNY, properties: { userId: 'u_1' } });
      const jenny = (await findContactByEmail(db, TEST, JENNY))!;
      await transact(db, (trx) => deleteContact(trx, jenny, clock.now()));
      const told = await passOn(tillpost);
      expect(told).toMatchObject([{ type: 'contact.deleted', id, contactId: null }]);
      expect(told[0]?.details).toEqual({ deleted: { email: JENNY, user_id: 'u_1', merged_into: null } });
      expect(await db.selectFrom('outbox').selectAll().execute()).toEqual([]);
    }));

  it('gets runs and emails as they start and end', () =>
    withApi({ engine }, async (tillpost) => {
      const { db, clock } = tillpost;
      await tillpost.enable();
      const steps = [
        { id: 'mail', kind: 'email', email: { kind: 'transactional', subject: 'Hello', body: 'Hello' } },
      ] as const;
      const definition = { name: 'New', trigger: { event: 'customer.created' }, steps } as const;
      const { id } = await createWorkflow(db, TEST, { definition }, clock.now());
      await activateWorkflow(db, TEST, id, clock.now());
      await want(tillpost, ['workflow.run.started', 'workflow.run.finished', 'email.failed']);
      await stripeSays(tillpost, 'customer.created', { id: 'cus_1', email: JENNY });
      const [started] = await passOn(tillpost);
      const run = await db.selectFrom('run').selectAll().executeTakeFirstOrThrow();
      expect(started).toMatchObject({ type: 'workflow.run.started', id: run.id, contactId: run.contact_id });
      await tillpost.worker.drain();
      expect(await db.selectFrom('outbox').selectAll().execute()).toEqual([]);
    }));

  it('gets what becomes of emails, but not of test sends', () =>
    withMail(engine, async (tillpost, mail) => {
      const { ctx, db, clock } = tillpost;
      await tillpost.enable({}, { test_recipients: [OPERATOR] }, LIVE);
      const email = { kind: 'transactional', subject: 'Hello', body: 'Hello' } as const;
      const definition = {
        name: 'New',
        trigger: { event: 'customer.created' },
        steps: [{ id: 'mail', kind: 'email', email }],
      } as const;
      const { id } = await createWorkflow(db, LIVE, { definition }, clock.now());
      await activateWorkflow(db, LIVE, id, clock.now());
      await want(tillpost, EMAIL_TYPES, LIVE);
      const send = async (address: string) => {
        const object = { id: `cus_${address.slice(0, 1)}`, email: address };
        await stripeSays(tillpost, 'customer.created', object, LIVE);
        await workWithoutOutbox(tillpost);
        return (await db.selectFrom('email').selectAll().orderBy('id', 'desc').limit(1).execute())[0]!;
      };
      const sent = await send(JENNY);
      for (const kind of ['delivered', 'hard', 'hard', 'complaint'] as const)
        await recordReport(ctx, { kind, names: { messageId: sent.message_id }, at: clock.now(), said: '550' });
      await sendTest(ctx, LIVE, { trigger: 'customer.created', content: email, to: OPERATOR });
      await workWithoutOutbox(tillpost);
      mail.trouble({ at: 'rcpt', code: 550, message: '5.1.1 unknown' });
      const failed = await send('kim@example.com');
      // Its end is recorded already, and stays.
      await recordResult(ctx, sent, { status: 'failed', outcome: 'late' });
      const told = await passOn(tillpost);
      expect(told.map(({ type, id: about }) => [type, about])).toEqual([
        ['email.sent', sent.id],
        ['email.delivered', sent.id],
        ['email.bounced', sent.id],
        ['email.complained', sent.id],
        ['email.failed', failed.id],
      ]);
      expect(told[0]?.contactId).toBe(sent.contact_id);
    }));

  it('tells of two contacts that become one that the one is gone, and into which', () =>
    withApi({ engine }, async (tillpost) => {
      const { db } = tillpost;
      await tillpost.enable();
      await stripeSays(tillpost, 'customer.created', { id: 'cus_1', email: JENNY });
      await stripeSays(tillpost, 'customer.created', { id: 'cus_2', email: 'jen@example.com' });
      const [from, into] = await Promise.all(
        [JENNY, 'jen@example.com'].map((one) => findContactByEmail(db, TEST, one)),
      );
      await want(tillpost, ['contact.deleted']);
      await stripeSays(tillpost, 'customer.updated', { id: 'cus_1', email: 'jen@example.com' });
      await workWithoutOutbox(tillpost);
      expect(await passOn(tillpost)).toMatchObject([
        {
          id: from?.id,
          contactId: into?.id,
          details: { deleted: { email: JENNY, user_id: null, merged_into: into?.id } },
        },
      ]);
    }));

  it('passes on a message once, however often that fails before', () =>
    withApi({ engine }, async (tillpost) => {
      const { ctx, db, clock } = tillpost;
      await want(tillpost);
      await (await clientOf(tillpost)).createContact({ email: JENNY });
      let tries = 0;
      const made: string[] = [];
      const queue = createOutboxQueue([
        async (trx, messages) => {
          tries += 1;
          // What it writes is undone with the rest.
          await trx
            .updateTable('contact')
            .set({ note: `told ${tries}` })
            .execute();
          if (tries === 1) throw new Error('not now');
          made.push(...messages.map(({ type }) => type));
        },
      ]);
      await queue.turn(ctx);
      expect(await db.selectFrom('contact').select('note').execute()).toEqual([{ note: null }]);
      await queue.turn(ctx);
      expect(tries).toBe(1);
      clock.advance(10_000);
      await queue.turn(ctx);
      expect(made).toEqual(['contact.created']);
      expect(await queue.turn(ctx)).toBe(0);
    }));
});

it('compares what counts of a contact, in the form of the API', async () => {
  await withApi({}, async (tillpost) => {
    await (await clientOf(tillpost)).createContact({ email: JENNY });
    const jenny = (await findContactByEmail(tillpost.db, TEST, JENNY))!;
    expect(contactChanges(jenny, { ...jenny, updated_at: 9, note: 'x', search_text: 'x' })).toEqual({});
    expect(contactChanges(jenny, { ...jenny, delinquent: 1, renews_at: 0, mrr: 900 })).toEqual({
      delinquent: { was: null, is: true },
      renews_at: { was: null, is: '1970-01-01T00:00:00.000Z' },
      mrr: { was: null, is: 900 },
    });
  });
});
