/** A rehearsal says what really came, writes nothing, and stops nobody. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventType } from '../../shared/catalogue';
import type { Definition } from '../../shared/workflow';
import type { Rehearsal } from '../../shared/api';
import { insertNew } from '../db/bulk';
import { timeOrderedId } from '../db/new-id';
import { groupBy } from '../group-by';
import { ENGINES, type Engine } from './databases';
import { fixtureEvent, type FixtureOptions, type FixtureType } from './fixtures/stripe';
import { openSession } from '../installs/sessions';
import { rehearse } from '../workflows/rehearsal/rehearse';
import { createBrowserClient, fieldsOf } from './browser-client';
import { ACCOUNT, lending, LIVE, startTillpost, TEST, type Tillpost } from './harness';
import { startMailServer } from './mail-server';

const HOUR = 3_600_000;
const CUSTOMERS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

const withTillpost = lending(async (tillpost) => {
  await tillpost.connect();
  await tillpost.enable({}, { test_recipients: CUSTOMERS.map((n) => `c${n}@example.com`) });
  await tillpost.localStripe.idle();
});

/** The same with a mail server. */
async function withMail(engine: Engine, test: (tillpost: Tillpost) => Promise<void>): Promise<void> {
  const mail = await startMailServer();
  await withTillpost({ engine, env: { SMTP_URL: mail.url, MAIL_FROM: 'hello@acme.example' } }, test);
  await mail.close();
}

const email = (id: string, subject: string, kind: 'transactional' | 'marketing' = 'transactional') => ({
  id,
  kind: 'email' as const,
  email: { kind, subject, preview_text: '', body: 'Hello {{ contact.first_name | default: "there" }}' },
});

const DUNNING: Definition = {
  name: 'Dunning',
  trigger: {
    event: 'invoice.payment_failed',
    frequency: 'one_at_a_time',
    conditions: [{ property: 'event.amount_due', operator: 'greater', value: 500 }],
  },
  exit_events: [{ event: 'invoice.paid', match: 'object' }],
  steps: [
    email('first', 'Failed: {{ event.amount_due | money: event.currency }}'),
    { id: 'wait', kind: 'wait', amount: 3, unit: 'days' },
    {
      id: 'which',
      kind: 'branch',
      paths: [
        {
          id: 'large',
          name: 'Large',
          conditions: [{ property: 'subject.amount_remaining', operator: 'greater', value: 5000 }],
          steps: [email('large', 'A large one is open')],
        },
      ],
      else: [email('second', 'Still open', 'marketing')],
    },
    { id: 'wait2', kind: 'wait', amount: 4, unit: 'days' },
    { id: 'filter', kind: 'filter', conditions: [{ property: 'event.currency', operator: 'is', value: 'usd' }] },
    email('last', 'Last reminder'),
  ],
};

const WIN_BACK: Definition = {
  name: 'Win-back',
  trigger: { event: 'customer.subscription.deleted', frequency: 'once_per_contact', conditions: [] },
  exit_events: [],
  steps: [
    email('sorry', 'Sorry to see you go'),
    { id: 'wait', kind: 'wait', amount: 2, unit: 'days' },
    email('back', 'Come back'),
  ],
};

const WELCOME: Definition = {
  name: 'Subscribed',
  trigger: { event: 'customer.subscription.created', frequency: 'every_time', conditions: [] },
  exit_events: [],
  steps: [email('welcome', 'Welcome')],
};

const subscription = (n: number, status: string, id = `sub_${n}`) => ({
  id,
  customer: `cus_${n}`,
  status,
});
const invoice = (n: number, status: string, more: object = {}) => ({
  id: `in_${n}`,
  object: 'invoice',
  customer: `cus_${n}`,
  customer_email: `c${n}@example.com`,
  status,
  billing_reason: 'subscription_cycle',
  amount_due: 2000,
  amount_paid: 0,
  amount_remaining: status === 'paid' ? 0 : 2000,
  currency: 'usd',
  attempt_count: 1,
  ...more,
});

/** Hours from the beginning. */
type Story = [hours: number, type: string, object: Record<string, unknown>][];

/** What is about invoices is told to the local Stripe as well, which is asked right before an email goes. */
const STORY: Story = [
  ...CUSTOMERS.map((n): Story[number] => [
    0,
    'customer.created',
    { id: `cus_${n}`, email: `c${n}@example.com`, name: `C ${n}` },
  ]),
  [1, 'customer.subscription.created', subscription(1, 'active')],
  // Begins as not paid, and is paid after a while; another never is.
  [1, 'customer.subscription.created', subscription(2, 'incomplete')],
  [1, 'customer.subscription.created', subscription(3, 'incomplete')],
  [5, 'customer.subscription.updated', subscription(2, 'active')],
  [24, 'customer.subscription.updated', subscription(3, 'incomplete_expired')],
  // Paid after a day; tried again while the first run is under way.
  [30, 'invoice.payment_failed', invoice(1, 'open')],
  [40, 'invoice.payment_failed', invoice(1, 'open', { attempt_count: 2 })],
  [54, 'invoice.paid', invoice(1, 'paid', { amount_paid: 2000 })],
  // Never paid.
  [31, 'invoice.payment_failed', invoice(2, 'open')],
  // Too small; large; in another currency; voided; of a customer that is deleted.
  [32, 'invoice.payment_failed', invoice(3, 'open', { amount_due: 400, amount_remaining: 400 })],
  [33, 'invoice.payment_failed', invoice(4, 'open', { amount_due: 9000, amount_remaining: 9000 })],
  [34, 'invoice.payment_failed', invoice(5, 'open', { currency: 'eur' })],
  [35, 'invoice.payment_failed', invoice(6, 'open')],
  [60, 'invoice.voided', invoice(6, 'void')],
  [36, 'invoice.payment_failed', invoice(7, 'open')],
  [61, 'customer.deleted', { id: 'cus_7', email: 'c7@example.com' }],
  // Ended, with another beside it, with another begun later.
  [70, 'customer.subscription.deleted', subscription(2, 'canceled')],
  [71, 'customer.subscription.created', subscription(1, 'active', 'sub_1b')],
  [72, 'customer.subscription.deleted', subscription(1, 'canceled')],
  [73, 'customer.subscription.created', subscription(8, 'active')],
  [74, 'customer.subscription.deleted', subscription(8, 'canceled')],
  [90, 'customer.subscription.created', subscription(8, 'active', 'sub_8b')],
  // Unsubscribed from the beginning.
  [75, 'invoice.payment_failed', invoice(9, 'open')],
];

/** Times are compared in such pieces: what comes of an event comes a moment after it. */
const MOMENT = 10 * 60_000;

/** Plays the story through the product; the clock goes from one thing that is due to the next. */
async function play({ clock, db, worker, ...tillpost }: Tillpost, story: Story, until: number): Promise<void> {
  const stripe = tillpost.localStripe.tenant(ACCOUNT, false);
  clock.advance(MOMENT - (clock.now() % MOMENT));
  const start = clock.now();
  const goTo = async (hours: number) => {
    for (let isThere = false; !isThere;) {
      const to = start + hours * HOUR;
      const dues = await Promise.all(
        (['run', 'email'] as const).map((table) =>
          db.selectFrom(table).select('due_at').where('due_at', 'is not', null).orderBy('due_at').limit(1).execute(),
        ),
      );
      const next = Math.min(to, ...dues.flat().map(({ due_at }) => Number(due_at) + 1));
      isThere = next === to;
      clock.advance(Math.max(0, next - clock.now()));
      await worker.drain();
    }
  };
  for (const [hours, type, object] of [...story].sort(([a], [b]) => a - b)) {
    await goTo(hours);
    const created = Math.floor(clock.now() / 1000);
    const options: FixtureOptions = { account: ACCOUNT, created, object };
    const base = type === 'invoice.voided' ? 'invoice.payment_failed' : (type as FixtureType);
    const event = { ...fixtureEvent(base, options), type };
    if (type.startsWith('invoice.')) stripe.invoices.put(event.data.object as never);
    if (type.startsWith('customer.subscription.')) stripe.subscriptions.put(event.data.object as never);
    expect((await tillpost.deliver(event)).status).toBe(200);
    await worker.drain();
    if (type === 'customer.created' && object.id === 'cus_9')
      await db.updateTable('contact').set({ status: 'unsubscribed' }).where('email', '=', 'c9@example.com').execute();
  }
  await goTo(until);
}

/** Every row of every table. */
async function contents({ db }: Tillpost): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const { name } of await db.introspection.getTables()) {
    const rows = await db
      .selectFrom(name as 'event')
      .selectAll()
      .execute();
    found[name] = rows.map((row) => JSON.stringify(row)).sort();
  }
  expect(Object.keys(found)).toContain('run_step');
  return found;
}

/** An email at once for this event. */
const onEvent = (event: EventType, more: Partial<Definition> = {}): Definition => ({
  name: 'At once',
  trigger: { event, frequency: 'every_time', conditions: [] },
  exit_events: [],
  steps: [email('mail', 'Hello <b>{{ contact.email }}</b>')],
  ...more,
});

/** Events that happened some hours ago, in this order. */
async function happened(tillpost: Tillpost, story: Story): Promise<void> {
  for (const [hours, type, object] of story) {
    const created = Math.floor((tillpost.clock.now() - hours * HOUR) / 1000);
    const event = fixtureEvent(type as FixtureType, { account: ACCOUNT, created, object });
    expect((await tillpost.deliver(event)).status).toBe(200);
    await tillpost.worker.drain();
  }
}

/** Very many events of nothing in particular. */
async function addEvents({ db, clock }: Tillpost, count: number): Promise<void> {
  const columns = { account_id: ACCOUNT, livemode: 0 as const };
  const created = Math.floor(clock.now() / 1000) - 3_600;
  const rows = Array.from({ length: count }, (_, n) => ({
    ...columns,
    id: `evt_many${n}`,
    seq: timeOrderedId(Date.now()),
    type: 'invoice.paid',
    created: created + Math.floor(n / 20),
    received_at: created * 1000,
    status: 'processed' as const,
    outcome: '',
  }));
  const payload = JSON.stringify({ data: { object: invoice(1, 'paid') } });
  await insertNew(db, 'event', rows);
  await insertNew(
    db,
    'event_payload',
    rows.map(({ seq }) => ({ ...columns, seq, payload })),
  );
}

const numbersOf = ({ would_start, would_send, stopped }: Rehearsal) => ({ would_start, would_send, stopped });

describe.each(ENGINES)('on %s', (engine) => {
  it('says that it doesn’t know what the log doesn’t tell', () =>
    withTillpost({ engine }, async (tillpost) => {
      const renewal = onEvent('invoice.upcoming');
      const upcoming = { customer: 'cus_1', customer_email: 'c1@example.com', subscription: 'sub_1' };
      const goingOn = { ...subscription(1, 'active'), cancel_at_period_end: false, cancel_at: null };
      const parent = { subscription_details: { subscription: 'sub_1' } };
      await happened(tillpost, [[5, 'invoice.upcoming', { ...upcoming, parent, id: 'upcoming_in_1' }]]);
      const rehearsed = () => tillpost.call('workflows/rehearse', { definition: renewal });
      expect(numbersOf(await rehearsed())).toEqual({ would_start: 1, would_send: 0, stopped: { not_known: 1 } });
      await happened(tillpost, [[4, 'customer.subscription.updated', goingOn]]);
      expect((await rehearsed()).sample).toMatchObject([
        { verdict: 'not_known', outcome: 'Not known: the log doesn’t tell how it stood then' },
      ]);
      await happened(tillpost, [[3, 'invoice.upcoming', { ...upcoming, parent, id: 'upcoming_in_2' }]]);
      expect(numbersOf(await rehearsed())).toEqual({ would_start: 2, would_send: 1, stopped: { not_known: 1 } });
    }));

  it('takes consent as of now, events that are off as on, and leaves out what came late or is no longer kept', () =>
    withTillpost({ engine }, async (tillpost) => {
      const { db } = tillpost;
      const marketing = onEvent('customer.updated', { steps: [email('mail', 'News', 'marketing')] });
      const rehearsed = () => tillpost.call('workflows/rehearse', { definition: marketing, days: 30 });
      await happened(tillpost, [
        [9, 'customer.created', { id: 'cus_1', email: 'c1@example.com' }],
        [8, 'customer.updated', { id: 'cus_1', email: 'c1@example.com' }],
        [100, 'customer.updated', { id: 'cus_1', email: 'c1@example.com' }],
      ]);
      await tillpost.enable({ 'customer.updated': { enabled: false } });
      await happened(tillpost, [[7, 'customer.updated', { id: 'cus_1', email: 'c1@example.com' }]]);
      expect(numbersOf(await rehearsed())).toEqual({ would_start: 2, would_send: 2, stopped: {} });
      await db.updateTable('contact').set({ status: 'unsubscribed' }).execute();
      expect(numbersOf(await rehearsed())).toEqual({ would_start: 2, would_send: 0, stopped: { unsubscribed: 2 } });
      await db.deleteFrom('event_payload').execute();
      expect(await rehearsed()).toMatchObject({ would_start: 0, stopped: { payload_dropped: 2 } });
    }));

  it('holds out the invoices that are really held out, and whoever pays as another customer of theirs is through', () =>
    withTillpost({ engine }, async (tillpost) => {
      const exit_events: Definition['exit_events'] = [{ event: 'invoice.paid', match: 'contact' }];
      const definition: Definition = { ...DUNNING, exit_events, only_while: false };
      const { id } = await tillpost.call('workflows/create', { definition });
      await tillpost.call('workflows/activate', { id });
      await tillpost.enable({}, { holdout_percent: 50 });
      await happened(
        tillpost,
        CUSTOMERS.map((n) => [9, 'invoice.payment_failed', invoice(n, 'open')]),
      );
      const paid = { ...invoice(10, 'paid', { amount_paid: 2000 }), customer_email: 'c2@example.com' };
      await happened(tillpost, [[5, 'invoice.paid', paid]]);
      const { runs, stopped } = await came(tillpost, id);
      expect(stopped).toEqual({ holdout: CUSTOMERS.length - runs, 'invoice.paid': 1 });
      expect(runs).toBeGreaterThan(1);
      expect(runs).toBeLessThan(CUSTOMERS.length);
      const rehearsed = () => tillpost.call('workflows/rehearse', { definition });
      expect(await rehearsed()).toMatchObject({ would_start: runs, stopped });

      // The same where what starts it is off: its contact is the one that its customer is linked to.
      await tillpost.db
        .updateTable('event')
        .set({ status: 'ignored', reason: 'event_off', contact_id: null })
        .where('type', '=', 'invoice.payment_failed')
        .execute();
      expect(await rehearsed()).toMatchObject({ would_start: runs, stopped });
    }));

  it('is one at a time for an install, lets the process go on, and ends with its request', () =>
    withTillpost({ engine }, async (tillpost) => {
      await addEvents(tillpost, 12_000);
      const args = { definition: onEvent('invoice.paid') };
      const started = tillpost.call('workflows/rehearse', args);
      await until(() => tillpost.ctx.rehearsing.size === 1);
      expect(await tillpost.call('workflows/rehearse', args)).toMatchObject({ status_code: 429 });
      expect(tillpost.ctx.rehearsing.size).toBe(1);
      let turns = 0;
      while (tillpost.ctx.rehearsing.size === 1) {
        await nextTurn();
        turns++;
      }
      expect(turns).toBeGreaterThan(40);
      expect(await started).toMatchObject({ status_code: 200, would_start: 0 });

      const { signal, abort } = breakingOff();
      const broken = rehearse(tillpost.ctx, TEST, { ...args, days: 30 }, signal);
      await nextTurn();
      abort();
      await expect(broken).rejects.toThrow('broken off');
      expect(tillpost.ctx.rehearsing.size).toBe(0);
    }));

  it('says of each workflow exactly the runs and emails that really came, and writes nothing', () =>
    withMail(engine, async (tillpost) => {
      const definitions = [DUNNING, WIN_BACK, WELCOME];
      const ids: string[] = [];
      for (const definition of definitions) {
        const { id } = await tillpost.call('workflows/create', { definition });
        await tillpost.call('workflows/activate', { id });
        ids.push(id);
      }
      await play(tillpost, STORY, 24 * 16);
      const before = await contents(tillpost);
      for (const [n, definition] of definitions.entries()) {
        const said = await tillpost.call('workflows/rehearse', { definition, days: 30 });
        const real = await came(tillpost, ids[n]!);
        expect({ [definition.name]: brief(said) }).toEqual({ [definition.name]: real });
        expect(real.emails.length).toBeGreaterThan(2);
      }
      expect(await contents(tillpost)).toEqual(before);
    }));
});

interface Came {
  runs: number;
  sent: number;
  emails: string[];
  stopped: Record<string, number>;
}

interface Line {
  contact: string | null;
  /** Of what went; null for what was kept back, whose row doesn't tell when. */
  at: number | string | null;
  step: string | null;
  subject: string | null;
  outcome: string | null;
}
const write = ({ contact, at, step, subject, outcome }: Line) =>
  [contact, at === null ? null : Math.floor(Number(new Date(at)) / MOMENT), step, subject, outcome].join(' ');

async function came({ db }: Tillpost, workflow: string): Promise<Came> {
  const runs = await db.selectFrom('run').selectAll().where('workflow_id', '=', workflow).execute();
  const emails = await db.selectFrom('email').selectAll().where('workflow_id', '=', workflow).execute();
  const went = emails.filter(({ status }) => status === 'sent');
  const notYet = emails.filter(({ status }) => status === 'queued');
  expect(notYet).toEqual([]);
  const keptBack = emails.flatMap(({ status, reason }) => (status === 'suppressed' ? (reason ?? '') : []));
  const endedBy = new Set(emails.flatMap(({ reason, run_id }) => (reason === 'not_true' ? run_id : [])));
  const ended = runs.flatMap(({ id, reason }) => (reason && !endedBy.has(id) ? reason : []));
  return {
    stopped: countOf([...keptBack, ...ended]),
    runs: runs.filter(({ started_at, finished_at }) => started_at !== finished_at).length,
    sent: went.length,
    emails: emails
      .map(({ contact_id: contact, sent_at: at, step_id: step, ...one }) => write({ contact, at, step, ...one }))
      .sort(),
  };
}

const countOf = (reasons: string[]) =>
  Object.fromEntries([...groupBy(reasons, (reason) => reason)].map(([reason, own]) => [reason, own.length]));

const brief = ({ would_start, would_send, stopped, sample }: Rehearsal): Came => ({
  stopped,
  runs: would_start,
  sent: would_send,
  emails: sample
    .filter(({ subject }) => subject !== null)
    .map((one) => write({ ...one, at: one.verdict === 'would_send' ? one.at : null }))
    .sort(),
});

const until = async (isSo: () => boolean) => {
  while (!isSo()) await nextTurn();
};

describe('a request', () => {
  let tillpost: Tillpost;
  beforeAll(async () => {
    tillpost = await startTillpost();
    await tillpost.connect();
    await tillpost.enable();
  });
  afterAll(() => tillpost.close());

  it.each<[object, string]>([
    [{}, 'id'],
    [{ id: 'wfl_1', definition: DUNNING }, 'id'],
    [{ definition: DUNNING, days: 0 }, 'days'],
    [{ definition: DUNNING, days: 91 }, 'days'],
    [{ definition: DUNNING, days: 1.5 }, 'days'],
    [{ definition: DUNNING, days: '30' }, 'days'],
    [{ definition: { ...DUNNING, name: '' } }, 'definition.name'],
    [
      { definition: onEvent('invoice.paid', { steps: [email('mail', '{{ event.nothing }}')] }) },
      'definition.steps.0.email.subject',
    ],
  ])('that is wrong is refused by the name of the field (%#)', async (args, param) => {
    const answer = await tillpost.call('workflows/rehearse', args as never);
    expect(answer).toMatchObject({ status_code: 400, error: { code: 'invalid_request', param } });
  });

  it('may name a stored workflow of its own install only', async () => {
    const { id } = await tillpost.call('workflows/create', { definition: DUNNING });
    expect(await tillpost.call('workflows/rehearse', { id })).toMatchObject({
      object: 'rehearsal',
      would_start: 0,
    });
    const offered = await tillpost.call('workflows/rehearse', { template: 'payment_failed' });
    expect(offered).toMatchObject({ object: 'rehearsal', would_start: 0 });
    await tillpost.connect(LIVE);
    const foreign = await tillpost.call('workflows/rehearse', { id }, { tenant: LIVE });
    expect(foreign).toMatchObject({ status_code: 404 });
  });

  it('of the editor shows the draft’s rehearsal without a script, and an email as it would have been', async () => {
    await happened(tillpost, [[2, 'customer.created', { id: 'cus_1', email: 'c1@example.com', name: '<b>C</b>' }]]);
    const { id } = await tillpost.call('workflows/create', { definition: onEvent('customer.created') });
    const client = createBrowserClient(tillpost.url);
    client.jar.set(
      'tillpost_session',
      await openSession(tillpost.ctx, { tenant: TEST, kind: 'full', previous: undefined }),
    );
    const page = await (await client.get(`/workflows/${id}`)).text();
    const choices = { 'steps.0.kind': 'email', 'trigger.event': 'customer.created', rehearse_days: '30' };
    const fields = {
      ...fieldsOf(page, 'workflow-form'),
      ...choices,
      'steps.0.email.body': 'Changed, {{ contact.first_name }}',
    };
    const rehearsed = await client.post(`/workflows/${id}/rehearse`, fields);
    const shown = await rehearsed.text();
    expect(rehearsed.status).toBe(200);
    expect(shown).toContain('c1@example.com</a>');
    expect(shown).toContain('Hello &lt;b&gt;c1@example.com&lt;/b&gt;');
    expect(shown).toContain('Changed, {{ contact.first_name }}');
    const value = / name="rehearsed" value="([^"]+)"/.exec(shown)?.[1] ?? '';
    const mail = await client.post(`/workflows/${id}/preview`, { ...fields, rehearsed: value });
    expect(mail.headers.get('content-security-policy')).toContain('sandbox');
    expect(await mail.text()).toContain('Changed, &lt;b&gt;C&lt;/b&gt;');

    expect((await client.post(`/workflows/${id}/rehearse`, { ...fields, csrf_token: '' })).status).toBe(403);
    expect((await client.post(`/workflows/${id}/rehearse`, { ...fields, rehearse_days: '91' })).status).toBe(400);
    expect((await client.post('/workflows/wfl_none/rehearse', fields)).status).toBe(404);
    const faulty = await client.post(`/workflows/${id}/rehearse`, { ...fields, name: '' });
    expect([faulty.status, await faulty.text()]).toEqual([400, expect.stringContaining('Must not be empty')]);
  });
});

function breakingOff() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error('broken off')) };
}
