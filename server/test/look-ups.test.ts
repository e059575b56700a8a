import { MAX_CLAIMS } from '../db/claim';
import { disconnect } from '../lifecycle/disconnect';
import { eraseInstall } from '../lifecycle/erase';
import { ENGINES } from './databases';
import { fixtureEvent, type FixtureOptions, type FixtureType } from './fixtures/stripe';
import { ACCOUNT, startTillpost, TEST, type Tillpost } from './harness';

describe.each(ENGINES)('asking Stripe whose an event is, on %s', (engine) => {
  let tillpost: Tillpost;
  let customerId: string;
  beforeEach(async () => {
    tillpost = await startTillpost({ engine });
    await tillpost.connect();
    await tillpost.enable({ 'customer.created': { enabled: false } });
    const customer = await tillpost.ctx
      .stripeFor('sk_test_sandbox0000000000')
      .customers.create({ email: 'asked@example.com', name: 'Asked Person' }, { stripeAccount: ACCOUNT });
    customerId = customer.id;
    await tillpost.localStripe.idle();
    await tillpost.worker.drain();
  });
  afterEach(() => tillpost.close());

  async function deliver(type: FixtureType, object: FixtureOptions['object']) {
    const event = fixtureEvent(type, { account: ACCOUNT, created: Math.floor(tillpost.clock.now() / 1000), object });
    await tillpost.deliver(event);
    await tillpost.worker.drain();
    return event.id;
  }
  const read = (id: string) => tillpost.call('events/read', { id });
  const subscribe = () => deliver('customer.subscription.created', { customer: customerId });

  it('finds the customer of a subscription', async () => {
    expect(await read(await subscribe())).toMatchObject({
      status: 'processed',
      outcome: 'Created contact asked@example.com',
      email: 'asked@example.com',
    });
  });

  it('names the permission that is missing, and goes on when it is there', async () => {
    const fault = { kind: 'forbidden', permission: 'customer_read' } as const;
    tillpost.localStripe.faults.add(fault);
    const id = await subscribe();
    expect(await read(id)).toMatchObject({
      status: 'waiting',
      outcome: 'Waiting: the connection lacks the permission Customers: read',
    });
    tillpost.localStripe.faults.clear();
    tillpost.clock.advance(60_000);
    await tillpost.worker.drain();
    expect(await read(id)).toMatchObject({ status: 'processed' });
  });

  it('finds the customer of a card that its bank renewed', async () => {
    const id = await deliver('payment_method.automatically_updated', { customer: customerId });
    expect(await read(id)).toMatchObject({ status: 'processed', email: 'asked@example.com' });
  });

  it('skips what only an account stands for, and reads nothing odd into it', async () => {
    for (const type of ['customer.subscription.created', 'payment_method.automatically_updated'] as const) {
      const id = await deliver(type, { customer: null, customer_account: 'acct_1Customer0000000' });
      expect(await read(id)).toMatchObject({ status: 'skipped', reason: 'no_email' });
    }
  });

  it('asks only once: then the customer is linked', async () => {
    await subscribe();
    tillpost.localStripe.faults.add({ kind: 'server_error' });
    expect(await read(await subscribe())).toMatchObject({ status: 'processed', email: 'asked@example.com' });
  });

  it('skips an event whose customer is unknown or deleted at Stripe', async () => {
    const unknown = await deliver('quote.finalized', { customer: 'cus_unknown' });
    expect(await read(unknown)).toMatchObject({ status: 'skipped', reason: 'no_email' });
    await tillpost.ctx.stripeFor('sk_test_sandbox0000000000').customers.del(customerId, {}, { stripeAccount: ACCOUNT });
    expect(await read(await subscribe())).toMatchObject({ status: 'skipped', reason: 'no_email' });
  });

  it.each([
    ['a 429', { kind: 'rate_limit' }, 'rate_limited'],
    ['a 500', { kind: 'server_error' }, 'stripe_unavailable'],
    ['a cut connection', { kind: 'cut' }, 'stripe_unavailable'],
  ] as const)('waits after %s and goes on by itself when Stripe answers again', async (_what, fault, reason) => {
    tillpost.localStripe.faults.add(fault);
    const id = await subscribe();
    const waiting = await read(id);
    expect(waiting).toMatchObject({ status: 'waiting', reason, attempts: 1 });
    expect(Date.parse(waiting.next_attempt_at ?? '') - tillpost.clock.now()).toBeLessThanOrEqual(2_000);
    tillpost.localStripe.faults.clear();
    tillpost.clock.advance(2_500);
    await tillpost.worker.drain();
    expect(await read(id)).toMatchObject({ status: 'processed', email: 'asked@example.com', next_attempt_at: null });
  });

  it('waits after five seconds without an answer, and holds up nobody else meanwhile', async () => {
    tillpost.localStripe.faults.add({ kind: 'hang' });
    const event = fixtureEvent('customer.subscription.created', {
      account: ACCOUNT,
      created: Math.floor(Date.now() / 1000),
      object: { customer: customerId },
    });
    await tillpost.deliver(event);
    const stuck = tillpost.worker.drain();
    const other = fixtureEvent('invoice.paid', {
      account: ACCOUNT,
      created: Math.floor(Date.now() / 1000),
      object: { customer: 'cus_2', customer_email: 'other@example.com' },
    });
    await tillpost.deliver(other);
    const second = await startTillpost({
      databaseUrl: tillpost.databaseUrl,
      localStripe: tillpost.localStripe,
      env: { STRIPE_API_BASE: tillpost.stripeUrl },
    }).catch(() => undefined);
    if (engine === 'postgres' && second) {
      await second.worker.drain();
      expect(await read(other.id)).toMatchObject({ status: 'processed' });
    }
    await second?.close();
    await stuck;
    expect(await read(event.id)).toMatchObject({ status: 'waiting', reason: 'stripe_unavailable' });
  });

  it('gives up after three days', async () => {
    tillpost.localStripe.faults.add({ kind: 'server_error' });
    const id = await subscribe();
    for (let hours = 0; hours <= 76; hours += 2) {
      tillpost.clock.advance(2 * 3_600_000);
      await tillpost.worker.drain();
    }
    expect(await read(id)).toMatchObject({ status: 'failed', reason: 'gave_up' });
  });

  it('finds a dispute’s customer through its charge, and the evidence’s address only after that', async () => {
    const dispute = await tillpost.localStripe.trigger('charge.dispute.created', {
      account: ACCOUNT,
      email: 'payer@example.com',
    });
    await tillpost.localStripe.idle();
    await tillpost.worker.drain();
    expect(await read(dispute.id)).toMatchObject({ status: 'processed', email: 'payer@example.com' });
    const orphan = await deliver('charge.dispute.created', {
      charge: 'ch_unknown',
      evidence: { customer_email_address: 'typed@example.com' },
    });
    expect(await read(orphan)).toMatchObject({ status: 'processed', email: 'typed@example.com' });
  });

  it('fetches a customer once more when two updates bear the same second', async () => {
    const created = Math.floor(tillpost.clock.now() / 1000);
    const update = (name: string) =>
      fixtureEvent('customer.updated', {
        account: ACCOUNT,
        created,
        object: { id: customerId, email: 'asked@example.com', name },
      });
    await tillpost.deliver(update('First Guess'));
    await tillpost.worker.drain();
    await tillpost.deliver(update('Second Guess'));
    // Within that second a look would settle nothing.
    await tillpost.worker.drain();
    tillpost.clock.advance(2_000);
    await tillpost.worker.drain();
    expect(await tillpost.call('contacts/read', { customer: customerId }, { tenant: TEST })).toMatchObject({
      first_name: 'Asked',
      last_name: 'Person',
    });
  });

  it('is not misled for long by a Stripe that answers as it was before the two updates', async () => {
    const created = Math.floor(tillpost.clock.now() / 1000);
    const before = { id: customerId, object: 'customer', email: 'former@example.com', name: 'Former Name', created };
    const path = `/v1/customers/${customerId}`;
    tillpost.localStripe.faults.add({ kind: 'old', times: 1, path, answer: () => before });
    for (const name of ['First Guess', 'Second Guess']) {
      const object = { id: customerId, email: 'asked@example.com', name };
      await tillpost.deliver(fixtureEvent('customer.updated', { account: ACCOUNT, created, object }));
      await tillpost.worker.drain();
    }
    const contact = () => tillpost.call('contacts/read', { customer: customerId }, { tenant: TEST });
    tillpost.clock.advance(2_000);
    await tillpost.worker.drain();
    expect(await contact()).toMatchObject({ email: 'former@example.com' });
    tillpost.clock.advance(30_000);
    await tillpost.worker.drain();
    expect(await contact()).toMatchObject({ email: 'asked@example.com', first_name: 'Asked' });
    const asked = tillpost.localStripe.requests.count({ path });
    tillpost.clock.advance(3_600_000);
    await tillpost.worker.drain();
    expect(tillpost.localStripe.requests.count({ path })).toBe(asked);
  });

  it('fetches a customer again however long Stripe was away', async () => {
    const created = Math.floor(tillpost.clock.now() / 1000);
    tillpost.localStripe.faults.add({ kind: 'server_error' });
    for (const name of ['First Guess', 'Second Guess']) {
      const object = { id: customerId, email: 'guessed@example.com', name };
      await tillpost.deliver(fixtureEvent('customer.updated', { account: ACCOUNT, created, object }));
    }
    for (let hours = 0; hours < 24; hours++) {
      tillpost.clock.advance(3_600_000);
      await tillpost.worker.drain();
    }
    tillpost.localStripe.faults.clear();
    tillpost.clock.advance(2 * 3_600_000);
    await tillpost.worker.drain();
    expect(await tillpost.call('contacts/read', { customer: customerId }, { tenant: TEST })).toMatchObject({
      email: 'asked@example.com',
      first_name: 'Asked',
    });
  });

  it('gives up fetching a customer again that ended the process each time', async () => {
    const link = () =>
      tillpost.db.selectFrom('customer_link').select(['due_at', 'claims']).where('customer_id', '=', customerId);
    await tillpost.deliver(
      fixtureEvent('customer.updated', { account: ACCOUNT, object: { id: customerId, email: 'asked@example.com' } }),
    );
    await tillpost.worker.drain();
    await tillpost.db.updateTable('customer_link').set({ due_at: 1, claims: MAX_CLAIMS }).execute();
    const asked = tillpost.localStripe.requests.count({ path: /customers\/cus_/ });
    await tillpost.worker.drain();
    expect(await link().execute()).toEqual([{ due_at: null, claims: 0 }]);
    expect(tillpost.localStripe.requests.count({ path: /customers\/cus_/ })).toBe(asked);
  });

  it.each(['disconnect', 'erase'] as const)('leaves nothing behind when the answer comes after %s', async (end) => {
    tillpost.localStripe.faults.add({ kind: 'slow', delay_ms: 500, path: /customers/ });
    const event = fixtureEvent('customer.subscription.created', {
      account: ACCOUNT,
      created: Math.floor(Date.now() / 1000),
      object: { customer: customerId },
    });
    await tillpost.deliver(event);
    const settled = tillpost.worker.drain();
    while (tillpost.localStripe.requests.count({ path: /customers\/cus_/ }) === 0) await nextTurn();
    await disconnect(tillpost.ctx, TEST);
    if (end === 'erase') await eraseInstall(tillpost.ctx, TEST);
    await settled;
    expect(await tillpost.db.selectFrom('contact').select('email').execute()).toEqual([]);
    const rows = await tillpost.db.selectFrom('event').select('status').where('id', '=', event.id).execute();
    expect(rows).toEqual(end === 'erase' ? [] : [{ status: 'ignored' }]);
  });
});

it.each(ENGINES)('asks for one account while Stripe hangs for all look-ups of another, on %s', async (engine) => {
  const tillpost = await startTillpost({ engine, runsWorker: true });
  const healthy = { accountId: 'acct_1Healthy', livemode: false };
  for (const tenant of [TEST, healthy]) {
    await tillpost.connect(tenant);
    await tillpost.enable({ 'customer.created': { enabled: false } }, {}, tenant);
  }
  const customer = await tillpost.ctx
    .stripeFor('sk_test_sandbox0000000000')
    .customers.create({ email: 'healthy@example.com' }, { stripeAccount: healthy.accountId });
  tillpost.localStripe.faults.add({ kind: 'hang', account: ACCOUNT });
  const subscription = (account: string, customer: string) =>
    fixtureEvent('customer.subscription.created', {
      account,
      created: Math.floor(tillpost.clock.now() / 1000),
      object: { customer },
    });
  await Promise.all(Array.from({ length: 200 }, (_, i) => tillpost.deliver(subscription(ACCOUNT, `cus_hangs${i}`))));
  while (tillpost.localStripe.requests.count({ path: /customers\/cus_hangs/ }) === 0) await nextTurn();

  const event = subscription(healthy.accountId, customer.id);
  await tillpost.deliver(event);
  let read = await tillpost.call('events/read', { id: event.id }, { tenant: healthy });
  while (read.status === 'pending') read = await tillpost.call('events/read', { id: event.id }, { tenant: healthy });
  expect(read).toMatchObject({ status: 'processed', email: 'healthy@example.com' });
  // None of the others has been given up yet: their time-out is not what let this one through.
  expect(await tillpost.call('events/list', { status: 'waiting' })).toMatchObject({ data: [] });

  tillpost.localStripe.faults.clear();
  await tillpost.close();
});

const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 5));
