/** Lifecycle events: made of Stripe's by whatever way they come, and from then on events like any other. */
import { LIFECYCLE_TYPES } from '../../shared/lifecycle';
import { fixtureEvent, type FixtureOptions, type FixtureType } from './fixtures/stripe';
import { ENGINES, type Engine } from './databases';
import { lending, TEST, uniqueId, type Tillpost } from './harness';

const DAY = 86_400;
const JENNY = 'jenny@example.com';

const withTillpost = lending(async (tillpost) => {
  await tillpost.connect();
  await tillpost.enable();
  await tillpost.worker.drain();
});

const nowOf = ({ clock }: Tillpost) => Math.floor(clock.now() / 1000);

/** A customer with a contact, and what happens to its subscriptions. */
function stage(tillpost: Tillpost, cus = 'cus_1') {
  const now = () => nowOf(tillpost);
  const start = now();
  const make = (type: FixtureType, options: FixtureOptions) =>
    fixtureEvent(type, { account: TEST.accountId, created: now(), ...options });
  const states = new Map<string, Record<string, unknown>>();

  return {
    customer: () =>
      make('customer.created', {
        object: { id: cus, email: cus === 'cus_1' ? JENNY : `${cus}@example.com`, name: null },
      }),
    begins: (id: string, fields: object = {}) => {
      const object = { id, customer: cus, status: 'active', start_date: now(), trial_end: null, ended_at: null };
      states.set(id, { ...object, cancel_at_period_end: false, cancel_at: null, ...fields });
      return make('customer.subscription.created', { object: states.get(id)! });
    },
    changes: (id: string, fields: Record<string, unknown>) => {
      const before = states.get(id)!;
      const previousAttributes = Object.fromEntries(Object.keys(fields).map((name) => [name, before[name] ?? null]));
      states.set(id, { ...before, ...fields });
      return make('customer.subscription.updated', { object: states.get(id)!, previousAttributes });
    },
    ends: (id: string, fields: object = {}) => {
      states.set(id, { ...states.get(id)!, status: 'canceled', ended_at: now(), ...fields });
      return make('customer.subscription.deleted', { object: states.get(id)! });
    },
    pass: (seconds: number) => tillpost.clock.advance(seconds * 1000),
    start,
  };
}

async function deliver(tillpost: Tillpost, ...events: object[]): Promise<void> {
  for (const event of events) expect((await tillpost.deliver(event)).status).toBe(200);
}

const lifecycleOf = async ({ db }: Tillpost) =>
  db.selectFrom('event').selectAll().where('type', 'like', 'lifecycle.%').orderBy('created').orderBy('type').execute();
const typesOf = async (tillpost: Tillpost) =>
  (await lifecycleOf(tillpost)).filter(({ reason }) => reason !== 'stale').map(({ type }) => type.slice(10));

describe.each(ENGINES as readonly Engine[])('lifecycle events on %s', (engine) => {
  it('tell a whole life, each once and in a sentence, with the Stripe event that caused them', () =>
    withTillpost({ engine }, async (tillpost) => {
      const story = stage(tillpost);
      const item = (unit_amount: number) => ({
        data: [{ id: 'si_1', price: { id: 'p', nickname: 'Pro', unit_amount, recurring: { interval: 'month' } } }],
      });
      await deliver(tillpost, story.customer());
      const trial_end = story.start + 7 * DAY;
      const moves = [
        () => story.begins('sub_1', { status: 'trialing', trial_end, items: item(2000) }),
        () => story.changes('sub_1', { status: 'active' }),
        () => story.changes('sub_1', { items: item(3000) }),
        () => story.changes('sub_1', { items: item(1000) }),
        () => story.changes('sub_1', { status: 'past_due' }),
        () => story.changes('sub_1', { status: 'unpaid' }),
        () => story.changes('sub_1', { status: 'active' }),
        () => story.changes('sub_1', { cancel_at_period_end: true, cancel_at: story.start + 90 * DAY }),
        () => story.changes('sub_1', { cancel_at_period_end: false, cancel_at: null }),
        () => story.ends('sub_1', { cancellation_details: { reason: 'payment_failed' } }),
        () => story.begins('sub_2', { items: item(2000) }),
      ];
      for (const move of moves) {
        await deliver(tillpost, move());
        await tillpost.worker.drain();
        story.pass(8 * DAY);
      }
      const rows = await lifecycleOf(tillpost);
      expect(rows.map(({ type, outcome }) => `${type.slice(10)}: ${outcome}`)).toEqual([
        `trial_started: Trial started: Pro, $20.00 a month; matched contact ${JENNY}`,
        `trial_converted: Trial converted: Pro, $20.00 a month; matched contact ${JENNY}`,
        `upgraded: Upgraded: Pro, $20.00 to $30.00 a month; matched contact ${JENNY}`,
        `downgraded: Downgraded: Pro, $30.00 to $10.00 a month; matched contact ${JENNY}`,
        `past_due: Became past due: Pro, $10.00 a month; matched contact ${JENNY}`,
        `recovered: Recovered: Pro, $10.00 a month; matched contact ${JENNY}`,
        `cancel_scheduled: Cancellation scheduled: Pro, $10.00 a month; matched contact ${JENNY}`,
        `cancel_undone: Cancellation undone: Pro, $10.00 a month; matched contact ${JENNY}`,
        `churned: Churned (not paid): Pro, $10.00 a month; matched contact ${JENNY}`,
        `reactivated: Reactivated: Pro, $20.00 a month; matched contact ${JENNY}`,
      ]);
      expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['processed']));
      const upgrade = await tillpost.call('events/read', { id: rows[2]!.id });
      const { caused_by } = upgrade.payload as { caused_by: string };
      expect((await tillpost.call('events/read', { id: caused_by })).type).toBe('customer.subscription.updated');
    }));

  it('are one of two events of one change, of a change told twice, and of a change that is replayed', () =>
    withTillpost({ engine }, async (tillpost) => {
      const story = stage(tillpost);
      const begun = story.begins('sub_1', { status: 'trialing', trial_end: story.start + DAY });
      const twin = { ...begun, id: uniqueId('evt') };
      await deliver(tillpost, story.customer(), begun, begun, twin);
      await tillpost.worker.drain();
      await tillpost.call('events/replay', { id: begun.id });
      await tillpost.worker.drain();
      expect(await typesOf(tillpost)).toEqual(['trial_started']);
    }));

  it('are never taken from a webhook', () =>
    withTillpost({ engine }, async (tillpost) => {
      const story = stage(tillpost);
      for (const type of [...LIFECYCLE_TYPES, 'schedule.renewal'])
        await deliver(tillpost, { ...story.begins('sub_1'), id: uniqueId('evt'), type });
      const rows = await tillpost.db
        .selectFrom('event')
        .selectAll()
        .where((eb) => eb.or([eb('type', 'like', 'lifecycle.%'), eb('type', 'like', 'schedule.%')]))
        .execute();
      expect(rows).toHaveLength(LIFECYCLE_TYPES.length + 1);
      for (const row of rows) expect(row).toMatchObject({ status: 'ignored', reason: 'unsupported_type' });
    }));

  it('that are off are logged so and look nobody up, and still end runs', () =>
    withTillpost({ engine }, async (tillpost) => {
      const story = stage(tillpost);
      await tillpost.enable({
        'lifecycle.churned': { enabled: false },
        'lifecycle.trial_started': { enabled: false },
        'customer.subscription.created': { enabled: false },
      });
      const stranger = { customer: 'cus_stranger', status: 'trialing', trial_end: story.start + DAY };
      await deliver(tillpost, story.begins('sub_9', stranger));
      await tillpost.worker.drain();
      expect(await tillpost.db.selectFrom('contact').selectAll().execute()).toEqual([]);
      await startWaiting(tillpost, 'customer.created', 'lifecycle.churned');
      await deliver(tillpost, story.customer(), story.begins('sub_1'));
      await tillpost.worker.drain();
      story.pass(60);
      await deliver(tillpost, story.ends('sub_1'));
      await tillpost.worker.drain();
      expect((await lifecycleOf(tillpost)).map(({ status, reason, outcome }) => [status, reason, outcome])).toEqual([
        ['ignored', 'event_off', 'Trial started: Pro, $20.00 a month; off in settings'],
        ['ignored', 'event_off', 'Churned (by choice): Pro, $20.00 a month; off in settings; ended 1 run'],
      ]);
      const [run] = await tillpost.db.selectFrom('run').selectAll().execute();
      expect(run).toMatchObject({ status: 'exited', reason: 'lifecycle.churned' });
    }));

  it('start workflows, but not when they are more than 72 hours old', () =>
    withTillpost({ engine }, async (tillpost) => {
      const story = stage(tillpost);
      await startWaiting(tillpost, 'lifecycle.past_due', 'lifecycle.recovered');
      await deliver(tillpost, story.customer(), story.begins('sub_1'), story.begins('sub_2'));
      const late = story.changes('sub_2', { status: 'past_due' });
      story.pass(4 * DAY);
      await deliver(tillpost, story.changes('sub_1', { status: 'past_due' }), late);
      await tillpost.worker.drain();
      const rows = await lifecycleOf(tillpost);
      expect(rows.map(({ reason }) => reason)).toEqual(['late', null]);
      const runs = () => tillpost.db.selectFrom('run').select(['subscription_id', 'status', 'reason']).execute();
      expect(await runs()).toEqual([{ subscription_id: 'sub_1', status: 'running', reason: null }]);
      story.pass(60);
      await deliver(tillpost, story.changes('sub_1', { status: 'active' }));
      await tillpost.worker.drain();
      expect(await runs()).toMatchObject([{ status: 'exited' }]);
    }));

  it('are fetched by catching up as they would have come, and made by no import', () =>
    withTillpost({ engine }, async (tillpost) => {
      const { localStripe, clock, worker } = tillpost;
      localStripe.setWebhookUrl('http://127.0.0.1:9/nobody');
      clock.advance(60_000);
      await localStripe.trigger('customer.subscription.deleted', { account: TEST.accountId, email: JENNY });
      await tillpost.call('import/start');
      await worker.drain();
      clock.advance(3_600_000);
      await worker.drain();
      expect(await typesOf(tillpost)).toEqual(['churned']);
    }));

  describe('that say a customer is back', () => {
    /** One subscription ends, another begins; a third may be there all along. */
    const happen = (tillpost: Tillpost, hasThird: boolean, cus = 'cus_1') => {
      const story = stage(tillpost, cus);
      const third = hasThird ? [story.begins(`${cus}_3`)] : [];
      const first = [story.begins(`${cus}_1`)];
      story.pass(60);
      first.push(story.ends(`${cus}_1`));
      story.pass(60);
      return [story.customer(), ...third, ...first, story.begins(`${cus}_2`)];
    };
    const orders = permutations([0, 1, 2, 3]);

    it('come after the last end, in whatever order it becomes known', () =>
      withTillpost({ engine }, async (tillpost) => {
        for (const [n, order] of orders.entries()) {
          const events = happen(tillpost, false, `cus_${n}`);
          for (const [place, one] of order.entries()) {
            await deliver(tillpost, events[one]!);
            if (place % 2) await tillpost.worker.drain();
          }
        }
        await tillpost.worker.drain();
        const rows = await lifecycleOf(tillpost);
        const phrases = orders.map((_, n) =>
          rows
            .filter((row) => row.customer_id === `cus_${n}` && row.reason !== 'stale')
            .map(({ outcome }) => outcome.split(';')[0]),
        );
        const both = ['Churned (by choice): Pro, $20.00 a month', 'Reactivated: Pro, $20.00 a month'];
        expect(phrases).toEqual(orders.map(() => both));
      }));

    it('are none while another subscription goes on, also where that becomes known last', () =>
      withTillpost({ engine }, async (tillpost) => {
        const [customer, third, ...rest] = happen(tillpost, true);
        await deliver(tillpost, customer!, ...rest);
        await tillpost.worker.drain();
        expect(await typesOf(tillpost)).toEqual(['churned', 'reactivated']);
        await deliver(tillpost, third!);
        await tillpost.worker.drain();
        expect(await typesOf(tillpost)).toEqual(['churned']);
        expect((await lifecycleOf(tillpost))[1]).toMatchObject({ status: 'skipped', reason: 'stale' });
      }));

    it('end the run that one of them started, once another subscription becomes known', () =>
      withTillpost({ engine }, async (tillpost) => {
        await startWaiting(tillpost, 'lifecycle.reactivated', 'invoice.paid');
        const [customer, third, ...rest] = happen(tillpost, true);
        await deliver(tillpost, customer!, ...rest);
        await tillpost.worker.drain();
        const runs = () => tillpost.db.selectFrom('run').select(['status', 'reason', 'outcome']).execute();
        expect(await runs()).toMatchObject([{ status: 'running' }]);
        await deliver(tillpost, third!);
        await tillpost.worker.drain();
        const outcome = 'the contact has another subscription';
        expect(await runs()).toEqual([{ status: 'exited', reason: 'not_true', outcome }]);
      }));

    it('are replayed with the event of their own subscription, not with another’s', () =>
      withTillpost({ engine }, async (tillpost) => {
        const events = happen(tillpost, false);
        await deliver(tillpost, ...events);
        await tillpost.worker.drain();
        for (const [n, replay] of [
          [2, null],
          [3, 'active_then'],
        ] as const) {
          await tillpost.db.deleteFrom('event').where('type', '=', 'lifecycle.reactivated').execute();
          await tillpost.call('events/replay', { id: events[n]!.id });
          await tillpost.worker.drain();
          expect((await lifecycleOf(tillpost))[1]).toMatchObject({ type: 'lifecycle.reactivated', replay });
        }
      }));
  });
});

/** A workflow that waits for a day, and the event that ends it. */
async function startWaiting({ call }: Tillpost, event: string, exit: string): Promise<void> {
  const source = event.startsWith('lifecycle.') ? { source: 'lifecycle' } : {};
  const { id } = await call('workflows/create', {
    definition: {
      name: 'Waits',
      trigger: { ...source, event, conditions: [], frequency: 'every_time' },
      exit_events: [{ event: exit, match: 'contact' }],
      steps: [{ id: 'wait', kind: 'wait', amount: 30, unit: 'days' }],
    } as never,
  });
  await call('workflows/activate', { id });
}

function permutations<T>(list: readonly T[]): T[][] {
  return list.length < 2
    ? [[...list]]
    : list.flatMap((one, n) => permutations(list.toSpliced(n, 1)).map((rest) => [one, ...rest]));
}
