/** Notices that hang on dates, through the whole product. */
import { ENGINES, type Engine } from '../test/databases';
import { fixtureEvent, type FixtureOptions, type FixtureType } from '../test/fixtures/stripe';
import { ACCOUNT, lending, type Tillpost } from '../test/harness';
import { createClock } from '../test/harness';
import type { Settings } from '../../shared/settings';
import type { Definition } from '../../shared/workflow';

const DAY = 86_400_000;
const JENNY = 'jenny@example.com';

/** At this time, whatever the machine's clock says. */
function clockAt(time: string) {
  const clock = createClock();
  clock.advance(Date.parse(time) - Date.now());
  return clock;
}

type Trigger = Definition['trigger']['event'];

const workflowOf = (event: Trigger, days: number, rest: Partial<Definition> = {}) => ({
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

function tell(tillpost: Tillpost) {
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
      stripe.subscriptions.put(event.data.object as never);
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
    notices: () => db.selectFrom('notice').selectAll().orderBy('id').execute(),
  };
  return story;
}

const lend = lending(async (tillpost) => tillpost.connect());

async function withStory(
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

const seconds = (time: string) => Date.parse(time) / 1000;
const item = (start: string, end: string) => ({
  items: {
    object: 'list',
    data: [{ id: 'si_1', current_period_start: seconds(start), current_period_end: seconds(end), quantity: 1 }],
  },
});
const subscription = (rest: object = {}) => ({
  id: 'sub_1',
  object: 'subscription',
  customer: 'cus_1',
  status: 'active',
  ...item('2026-03-02T12:00:00Z', '2026-04-02T12:00:00Z'),
  ...rest,
});

describe.each(ENGINES)('on %s, a renewal notice', (engine) => {
  it('goes at nine of the install’s day, so many days before, once', () =>
    withStory({ engine, settings: { timezone: 'America/New_York' } }, async (it) => {
      await it.activate(workflowOf('schedule.renewal', 7));
      await it.happens('customer.subscription.created', subscription());
      await it.until('2026-03-26T12:59:00Z');
      expect(await it.emails()).toEqual([]);
      await it.until('2026-03-26T13:00:00Z');
      expect(await it.emails()).toEqual(['schedule.renewal April 2, 2026']);
      expect(await it.notices()).toMatchObject([
        { kind: 'schedule.renewal', subject_id: 'sub_1', planned_at: Date.parse('2026-03-26T13:00:00Z'), missed: null },
      ]);
      await it.happens('customer.subscription.updated', subscription());
      await it.passes(3 * DAY);
      expect(await it.emails()).toHaveLength(1);
    }));
});
