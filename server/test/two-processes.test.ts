/** What two processes on one PostgreSQL may do to the same contact at the same time. */
import { sql } from 'kysely';
import { deleteContact } from '../audience/save';
import { changeMembership, createList } from '../audience/mailing-lists';
import { newId } from '../db/new-id';
import { tenantColumns } from '../db/tenant';
import { transact } from '../db/transact';
import { recordContactEvents } from '../events/contact-events';
import { createEventQueue } from '../events/event-queue';
import { forwardMessages } from '../forwarding/forward-messages';
import { createForwardQueue } from '../forwarding/forward-queue';
import { LOOPS } from '../forwarding/loops';
import { createOutboxQueue } from '../outbox/outbox-queue';
import { readObject } from '../stripe-objects/read-object';
import { runKey } from '../workflows/run-key';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { clientOf } from './api-rig';
import { fixtureEvent } from './fixtures/stripe';
import { withRecordingLoops } from './forwarding-rig';
import { ACCOUNT, startTillpost, TEST, type Tillpost } from './harness';

const WAITING = sql<{ count: number }>`
  select count(*) as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

/** Until so many connections wait for what others hold. */
async function waiting({ db }: Tillpost, connections: number): Promise<void> {
  for (;;) if (Number((await WAITING.execute(db)).rows[0]?.count) === connections) return;
}

it('moves a run along that another process starts while its contact is being merged', async () => {
  const one = await startTillpost({ engine: 'postgres' });
  const { databaseUrl, localStripe, clock, db } = one;
  const other = await startTillpost({ databaseUrl, localStripe, clock, env: { STRIPE_API_BASE: one.stripeUrl } });
  await one.connect();
  // So the payment names the contact, but changes nothing about it.
  await one.enable({ 'invoice.paid': { sync_name: false } });
  const workflow = await createWorkflow(
    db,
    TEST,
    { template: 'payment_successful', trigger: 'invoice.paid' },
    clock.now(),
  );
  await activateWorkflow(db, TEST, workflow.id, clock.now());
  const seconds = Math.floor(clock.now() / 1000);
  const customer = (
    type: 'customer.created' | 'customer.updated',
    id: string,
    email: string,
    created = seconds,
    to = one,
  ) => to.deliver(fixtureEvent(type, { account: ACCOUNT, created, object: { id, email, name: 'Jenny Rosen' } }));
  await customer('customer.created', 'cus_1', 'old@example.com');
  await customer('customer.created', 'cus_2', 'new@example.com');
  await one.worker.drain();

  const paid = fixtureEvent('invoice.paid', {
    account: ACCOUNT,
    created: seconds,
    object: { customer: 'cus_1', customer_email: 'old@example.com', customer_name: 'Jenny Rosen' },
  });
  // A run of the same key, not yet committed: whoever starts this one has read its contact, and waits.
  const rival = await db.startTransaction().execute();
  await rival
    .insertInto('run')
    .values({
      ...tenantColumns(TEST),
      id: newId('run', Date.now()),
      workflow_id: workflow.id,
      contact_id: 'con_nobody',
      event_id: 'evt_rival',
      run_key: runKey(paid, readObject('invoice.paid', paid.data.object)),
      slot: null,
      invoice_id: null,
      subscription_id: null,
      status: 'running',
      reason: null,
      step_id: null,
      due_at: null,
      started_at: 0,
      finished_at: null,
    })
    .execute();
  const starting = one.deliver(paid);
  await waiting(one, 1);
  await customer('customer.updated', 'cus_1', 'new@example.com', seconds + 1, other);
  const merging = other.worker.drain();
  // It has taken its view of the database, without the run, and waits for the contact.
  await waiting(one, 2);
  await rival.rollback().execute();
  await Promise.all([starting, merging]);

  const contacts = await db.selectFrom('contact').select(['id', 'email']).execute();
  expect(contacts).toMatchObject([{ email: 'new@example.com' }]);
  expect(await db.selectFrom('run').select('contact_id').execute()).toEqual([{ contact_id: contacts[0]?.id }]);
  await other.close();
  await one.close();
});

it('forwards what comes behind a row whose end another process is recording', () =>
  withRecordingLoops({ engine: 'postgres' }, async ({ tillpost, loops, save }) => {
    const { ctx, db, clock } = tillpost;
    await save({ 'events.api.*': 'on' });
    const own = await clientOf(tillpost);
    // A property of its own is learned with the answer: the end of its row writes what is known of the tool as well.
    await own.createContact({ email: 'jenny@example.com', properties: { seats: 3 } });
    const outbox = createOutboxQueue([forwardMessages]);
    while ((await outbox.turn(ctx)) > 0);
    const [one, other] = [createForwardQueue(LOOPS), createForwardQueue(LOOPS)];
    let answered = 0;
    loops.before(() => Promise.resolve(void answered++));
    await one.turn(ctx);
    while (!one.isReady?.()) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(answered).toBeGreaterThan(0);

    // The one has seen that nothing waits behind, and not said yet that the row has ended.
    const holding = await db.startTransaction().execute();
    await holding.updateTable('forwarding').set({ outcome: null }).execute();
    const ending = one.turn(ctx);
    await waiting(tillpost, 1);
    await own.sendEvent({ email: 'jenny@example.com', eventName: 'signup' });
    await createEventQueue().turn(ctx);
    while ((await outbox.turn(ctx)) > 0);
    await other.turn(ctx);
    const due = () =>
      db.selectFrom('forward').select('id').where('kind', '=', 'event').where('due_at', '<=', clock.now()).execute();
    // It waits for the end that is not committed yet.
    expect(await due()).toEqual([]);
    await holding.rollback().execute();
    await ending;
    expect(await due()).toHaveLength(1);
    await tillpost.worker.drain();
    expect(await db.selectFrom('forward').select('status').execute()).toEqual([{ status: 'sent' }, { status: 'sent' }]);
  }));

it('leaves nothing of a contact that joins a list, or is told of, while another process deletes it', async () => {
  const one = await startTillpost({ engine: 'postgres' });
  const { db, clock } = one;
  await one.connect();
  await one.enable();
  const steps = [{ id: 'wait', kind: 'wait', amount: 1, unit: 'days' }];
  const definition = { name: 'Joined', trigger: { source: 'lifecycle', event: 'lifecycle.list_joined' }, steps };
  const { id } = await createWorkflow(db, TEST, { definition }, clock.now());
  await activateWorkflow(db, TEST, id, clock.now());
  const listId = await transact(db, (trx) => createList(trx, TEST, { name: 'News', is_public: true }, clock.now()));
  const join = (contactId: string) =>
    transact(db, (trx) =>
      changeMembership(trx, TEST, contactId, { listId, isMember: true, by: 'merchant' }, clock.now()),
    );
  const tell = (contactId: string) => {
    const details = { cause: 'api', list_id: listId } as const;
    const about = {
      kind: 'contact',
      id: contactId,
      contactId,
      details,
      seq: newId('con', clock.now()),
      at: clock.now(),
    } as const;
    return transact(db, (trx) =>
      recordContactEvents(trx, [{ tenant: TEST, type: 'list.joined', ...about }], clock.now()),
    );
  };
  for (const [n, meanwhile] of [join, tell].entries()) {
    const object = { id: `cus_${n}`, email: `gone${n}@example.com` };
    await one.deliver(fixtureEvent('customer.created', { account: ACCOUNT, object }));
    await one.worker.drain();
    const contact = await db.selectFrom('contact').selectAll().executeTakeFirstOrThrow();
    const deleting = await db.startTransaction().setIsolationLevel('repeatable read').execute();
    await deleteContact(deleting, contact, clock.now());
    // Where it doesn't wait for the deletion, it ends before.
    const done = meanwhile(contact.id).catch(() => undefined);
    await Promise.race([done, waiting(one, 1)]);
    await deleting.commit().execute();
    await done;
  }
  expect(await db.selectFrom('list_membership').selectAll().execute()).toEqual([]);
  const payloads = await db.selectFrom('event_payload').select('payload').execute();
  expect(payloads.filter(({ payload }) => payload.includes('gone'))).toEqual([]);
  await one.close();
});
