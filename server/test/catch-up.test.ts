/** What Stripe could not deliver, fetched afterwards. */
import { ACCOUNT_EVENT_TYPES } from '../../shared/catalogue';
import { createStripe } from '../stripe';
import { ENGINES, type Engine } from './databases';
import { ACCOUNT, lending, startTillpost, TEST, type Tillpost } from './harness';
import { findInstall } from '../installs/installs';
import { transact } from '../db/transact';
import { endInstall } from '../events/end-install';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const withTillpost = lending(async (tillpost) => {
  await tillpost.connect();
  await tillpost.enable();
  await tillpost.worker.drain();
});

/** The endpoint is down: Stripe gets no answer. */
const outage = ({ localStripe }: Tillpost) => localStripe.setWebhookUrl('http://127.0.0.1:9/nobody');
const customer = (n: number) => ({
  id: `cus_${n}`,
  object: 'customer',
  email: `p${n}@example.com`,
  name: `Person ${n}`,
});
const customersOf = async ({ db }: Tillpost) =>
  (await db.selectFrom('event').select('id').where('type', '=', 'customer.created').execute()).length;

describe.each(ENGINES as readonly Engine[])('catching up on %s', (engine) => {
  it('fetches what was missed, page by page, and processes it like any delivery', () =>
    withTillpost({ engine }, async (tillpost) => {
      outage(tillpost);
      tillpost.clock.advance(1_000);
      for (let n = 0; n < 230; n++) await tillpost.localStripe.emit(ACCOUNT, false, 'customer.created', customer(n));
      expect(await customersOf(tillpost)).toBe(0);
      tillpost.clock.advance(HOUR);
      await tillpost.worker.drain();
      expect(await customersOf(tillpost)).toBe(230);
      expect(await tillpost.db.selectFrom('contact').select('id').execute()).toHaveLength(230);
    }));

  it('finds after a long silence what failed before the last event that came', () =>
    withTillpost({ engine }, async (tillpost) => {
      const url = `${tillpost.url}/webhooks/stripe`;
      tillpost.clock.advance(60_000);
      outage(tillpost);
      await tillpost.localStripe.emit(ACCOUNT, false, 'customer.created', customer(1));
      tillpost.clock.advance(5_000);
      tillpost.localStripe.setWebhookUrl(url);
      await tillpost.localStripe.emit(ACCOUNT, false, 'customer.created', customer(2));
      expect(await customersOf(tillpost)).toBe(1);
      tillpost.clock.advance(5 * DAY);
      await tillpost.worker.drain();
      expect(await customersOf(tillpost)).toBe(2);
    }));

  it('stores nothing twice, whether it was delivered or fetched before', () =>
    withTillpost({ engine }, async (tillpost) => {
      await tillpost.localStripe.emit(ACCOUNT, false, 'customer.created', customer(1));
      outage(tillpost);
      const missed = await tillpost.localStripe.emit(ACCOUNT, false, 'customer.created', customer(2));
      for (let round = 0; round < 3; round++) {
        tillpost.clock.advance(HOUR);
        await tillpost.worker.drain();
      }
      await tillpost.deliver(missed);
      expect(await customersOf(tillpost)).toBe(2);
    }));

  it('begins by itself when a process starts', () =>
    withTillpost({ engine: 'postgres' }, async (tillpost) => {
      outage(tillpost);
      await tillpost.localStripe.emit(ACCOUNT, false, 'customer.created', customer(1));
      const { databaseUrl, localStripe, clock, stripeUrl } = tillpost;
      const env = { STRIPE_API_BASE: stripeUrl };
      const restarted = await startTillpost({ databaseUrl, localStripe, clock, env });
      await restarted.worker.drain();
      expect(await customersOf(tillpost)).toBe(1);
      await restarted.close();
    }));

  it('begins at once after reconnecting, for all the time without a connection', () =>
    withTillpost({ engine }, async (tillpost) => {
      outage(tillpost);
      tillpost.localStripe.revoke(ACCOUNT, false);
      await tillpost.localStripe.emit(ACCOUNT, false, 'customer.created', customer(1));
      tillpost.clock.advance(20 * DAY);
      await tillpost.worker.drain();
      expect((await findInstall(tillpost.db, TEST))?.status).toBe('needs_reconnect');
      await tillpost.connect();
      await tillpost.worker.drain();
      expect(await customersOf(tillpost)).toBe(1);
    }));
});

describe('catching up', () => {
  it('asks for our types only, at most 20 in a call, once an hour while there is nothing', () =>
    withTillpost({}, async (tillpost) => {
      outage(tillpost);
      await tillpost.localStripe.emit(ACCOUNT, false, 'charge.succeeded', { id: 'ch_1', object: 'charge' });
      tillpost.localStripe.requests.clear();
      tillpost.clock.advance(HOUR);
      await tillpost.worker.drain();
      expect(tillpost.localStripe.requests.count({ path: '/v1/events' })).toBe(
        Math.ceil(ACCOUNT_EVENT_TYPES.length / 20),
      );
      expect(
        await tillpost.db.selectFrom('event').select('id').where('type', '=', 'charge.succeeded').execute(),
      ).toEqual([]);
    }));

  it('fetches what was missed of every type, though Stripe refuses to list more than 20 at once', () =>
    withTillpost({}, async (tillpost) => {
      const { localStripe, stripeUrl } = tillpost;
      const types = [...ACCOUNT_EVENT_TYPES];
      expect(types.length).toBeGreaterThan(20);
      const stripe = createStripe('sk_test_sandbox0000000000', stripeUrl);
      await expect(stripe.events.list({ types })).rejects.toMatchObject({ statusCode: 400, param: 'types' });
      outage(tillpost);
      tillpost.clock.advance(1_000);
      for (const type of types) await localStripe.emit(ACCOUNT, false, type, { id: `obj_${type}`, object: 'odd' });
      tillpost.clock.advance(HOUR);
      await tillpost.worker.drain();
      const rows = await tillpost.db.selectFrom('event').select('type').execute();
      expect([...new Set(rows.map(({ type }) => type))].sort()).toEqual(expect.arrayContaining(types.sort()));
    }));

  it('leaves alone what happened before the account was connected', () =>
    withTillpost({}, async (tillpost) => {
      outage(tillpost);
      const before = Math.floor((tillpost.clock.now() - DAY) / 1000);
      await tillpost.localStripe.emit(ACCOUNT, false, 'customer.created', customer(1), { created: before });
      tillpost.clock.advance(HOUR);
      await tillpost.worker.drain();
      expect(await customersOf(tillpost)).toBe(0);
    }));

  it('tries again soon when Stripe fails, and misses nothing by it', () =>
    withTillpost({}, async (tillpost) => {
      outage(tillpost);
      await tillpost.localStripe.emit(ACCOUNT, false, 'customer.created', customer(1));
      tillpost.localStripe.faults.add({ kind: 'server_error', path: '/v1/events', times: 1 });
      tillpost.clock.advance(HOUR);
      await tillpost.worker.drain();
      expect(await customersOf(tillpost)).toBe(0);
      tillpost.clock.advance(5_000);
      await tillpost.worker.drain();
      expect(await customersOf(tillpost)).toBe(1);
    }));

  it('checks an install that has been silent for a day for events that were taken elsewhere', () =>
    withTillpost({}, async (tillpost) => {
      // Somebody else's endpoint answers 200: to Stripe these are delivered.
      const { createServer } = await import('node:http');
      const thief = createServer((_req, res) => res.end('ok')).listen(0, '127.0.0.1');
      await new Promise((resolve) => thief.once('listening', resolve));
      tillpost.localStripe.setWebhookUrl(`http://127.0.0.1:${(thief.address() as { port: number }).port}`);
      await tillpost.localStripe.emit(ACCOUNT, false, 'customer.created', customer(1));
      tillpost.clock.advance(HOUR);
      await tillpost.worker.drain();
      expect(await customersOf(tillpost)).toBe(0);
      tillpost.clock.advance(DAY);
      await tillpost.worker.drain();
      expect(await customersOf(tillpost)).toBe(1);
      await new Promise((resolve) => thief.close(resolve));
    }));

  it('asks nothing any more for an account that is gone', () =>
    withTillpost({}, async (tillpost) => {
      await transact(tillpost.db, (trx) => endInstall(trx, TEST, tillpost.clock.now()));
      tillpost.localStripe.requests.clear();
      tillpost.clock.advance(2 * HOUR);
      await tillpost.worker.drain();
      expect(tillpost.localStripe.requests.list()).toEqual([]);
    }));
});

it('catches up at the start of a process, also when the next round is not due yet', async () => {
  const before = await startTillpost({ engine: 'postgres' });
  await before.connect();
  await before.enable();
  await before.worker.drain();
  outage(before);
  before.clock.advance(1_000);
  await before.localStripe.emit(ACCOUNT, false, 'customer.created', customer(1));
  const { databaseUrl, clock, localStripe, stripeUrl } = before;
  const after = await startTillpost({
    databaseUrl,
    clock,
    localStripe,
    env: { STRIPE_API_BASE: stripeUrl },
    runsWorker: true,
  });
  while ((await customersOf(after)) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await after.close();
  await before.close();
});
