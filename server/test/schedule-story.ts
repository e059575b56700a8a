/** A merchant with one customer, Jenny, and time that passes: for tests of what hangs on dates. */
import type { Settings } from '../../shared/settings';
import type { Definition } from '../../shared/workflow';
import type { Engine } from './databases';
import { fixtureEvent, fixtureObject, type FixtureOptions, type FixtureType } from './fixtures/stripe';
import { ACCOUNT, createClock, lending, type Tillpost } from './harness';

export const DAY = 86_400_000;
export const JENNY = 'jenny@example.com';

/** At this time, whatever the machine's clock says. */
export function clockAt(time: string) {
  const clock = createClock();
  clock.advance(Date.parse(time) - Date.now());
  return clock;
}

type Trigger = Definition['trigger']['event'];

export const workflowOf = (event: Trigger, days: number, rest: Partial<Definition> = {}) => ({
  name: event,
  trigger: { source: 'schedule' as const, event, days },
  steps: [
    {
      id: 'mail',
      kind: 'email' as const,
      email: { kind: 'transactional' as const, subject: `${event} {{ event.date | date }}`, body: 'Hello' },
    },
  ],
  ...rest,
});

type Story = ReturnType<typeof tell>;

export function tell(tillpost: Tillpost) {
  const { clock, db, worker } = tillpost;
  const stripe = tillpost.localStripe.tenant(ACCOUNT, false);
  const story = {
    tillpost,
    db,
    async activate(definition: unknown) {
      const { id } = await tillpost.call('workflows/create', { definition: definition as Definition });
      await tillpost.call('workflows/activate', { id });
      await worker.drain();
      return id;
    },
    async happens(type: FixtureType, object: FixtureOptions['object'] = {}) {
      const created = Math.floor(clock.now() / 1000);
      const event = fixtureEvent(type, { account: ACCOUNT, created, object });
      if (type === 'customer.created') stripe.customers.put(structuredClone(event.data.object) as never);
      if (type.startsWith('customer.subscription.'))
        stripe.subscriptions.put(structuredClone(event.data.object) as never);
      expect((await tillpost.deliver(event)).status).toBe(200);
      await worker.drain();
    },
    async until(time: string) {
      clock.advance(Date.parse(time) - clock.now());
      await worker.drain();
    },
    async passes(ms: number) {
      clock.advance(ms);
      await worker.drain();
    },
    emails: async () => (await tillpost.call('emails/list', {})).data.map(({ subject }) => subject).reverse(),
    stripe,
    atStripe: (object: object) =>
      stripe.subscriptions.put(fixtureObject('customer.subscription.created', { object: { ...object } }) as never),
    texts: async () => {
      const { data } = await tillpost.call('emails/list', {});
      const all = [];
      for (const { id } of data) all.push((await tillpost.call('emails/read', { id })).text);
      return all.reverse();
    },
    due: () => db.selectFrom('object_state').select(['id', 'due_at']).orderBy('id').execute(),
    notices: () => db.selectFrom('notice').selectAll().orderBy('id').execute(),
  };
  return story;
}

const lend = lending(async (tillpost) => tillpost.connect());

export async function withStory(
  options: { engine: Engine; at?: string; settings?: Partial<Settings> },
  test: (it: Story) => Promise<void>,
): Promise<void> {
  const { engine, at = '2026-03-02T12:00:00Z', settings = {} } = options;
  await lend({ engine, clock: clockAt(at) }, async (tillpost) => {
    await tillpost.enable({}, settings);
    const it = tell(tillpost);
    await it.happens('customer.created', { id: 'cus_1', email: JENNY, name: 'Jenny Rosen' });
    await test(it);
  });
}

/** The fixture of an update has it end. */
export const GOES_ON = { cancel_at: null, cancel_at_period_end: false, canceled_at: null };
export const seconds = (time: string) => Date.parse(time) / 1000;
const PRICE = {
  id: 'price_1',
  object: 'price',
  unit_amount: 1700,
  currency: 'usd',
  product: 'prod_1',
  recurring: { interval: 'month', interval_count: 1 },
};
export const item = (start: string, end: string) => ({
  items: {
    object: 'list',
    data: [
      { id: 'si_1', current_period_start: seconds(start), current_period_end: seconds(end), quantity: 1, price: PRICE },
    ],
  },
});
export const subscription = (rest: object = {}) => ({
  id: 'sub_1',
  object: 'subscription',
  customer: 'cus_1',
  status: 'active',
  ...item('2026-03-02T12:00:00Z', '2026-04-02T12:00:00Z'),
  ...rest,
});

export const MARCH = '2026-03-02T12:00:00Z';
export const APRIL = '2026-04-02T12:00:00Z';
/** The subject of the notice that a subscription renews then. */
export const RENEWS = 'schedule.renewal April 2, 2026';
