/** Events bear Stripe's time: a clock of ours that is ahead must not make them look old. */
import { startImport } from '../installs/import-job';
import { ENGINES } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, createClock, startTillpost, TEST } from './harness';

const AHEAD_MS = 12_000;

async function startAhead(engine: (typeof ENGINES)[number]) {
  const clock = createClock();
  const tillpost = await startTillpost({
    engine,
    clock,
    overrides: { clock: { now: () => clock.now() + AHEAD_MS } },
  });
  await tillpost.connect();
  await tillpost.enable({ 'customer.created': { enabled: false } });
  const customer = await tillpost.ctx
    .stripeFor('sk_test_sandbox0000000000')
    .customers.create({ email: 'asked@example.com', name: 'Asked Person' }, { stripeAccount: ACCOUNT });
  await tillpost.localStripe.idle();
  await tillpost.worker.drain();
  return {
    ...tillpost,
    /** At Stripe's second. */
    async update(name: string, created = Math.floor(clock.now() / 1000)) {
      const object = { id: customer.id, email: 'asked@example.com', name };
      await tillpost.deliver(fixtureEvent('customer.updated', { account: ACCOUNT, created, object }));
      await tillpost.worker.drain();
    },
    async name() {
      const contact = await tillpost.call('contacts/read', { customer: customer.id }, { tenant: TEST });
      return `${contact.first_name} ${contact.last_name}`;
    },
  };
}

describe.each(ENGINES)('with a clock ahead of Stripe’s, on %s', (engine) => {
  it('keeps an update that came after a customer was fetched', async () => {
    const tillpost = await startAhead(engine);
    const created = Math.floor(tillpost.clock.now() / 1000);
    await tillpost.update('First Guess', created);
    await tillpost.update('Second Guess', created);
    tillpost.clock.advance(2_000);
    await tillpost.worker.drain();
    expect(await tillpost.name()).toBe('Asked Person');
    tillpost.clock.advance(3_000);
    await tillpost.update('Third Name');
    expect(await tillpost.name()).toBe('Third Name');
    await tillpost.close();
  });

  it('keeps an update that came after an import', async () => {
    const tillpost = await startAhead(engine);
    await startImport(tillpost.db, TEST, tillpost.ctx.clock.now());
    await tillpost.worker.drain();
    expect(await tillpost.name()).toBe('Asked Person');
    tillpost.clock.advance(3_000);
    await tillpost.update('Third Name');
    expect(await tillpost.name()).toBe('Third Name');
    await tillpost.close();
  });
});
