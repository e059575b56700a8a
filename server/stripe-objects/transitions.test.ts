/** The rule of each lifecycle event, over every pair of statuses and every change that matters, in both API shapes. */
import { fixtureEvent, START, type FixtureOptions, type FixtureType } from '../test/fixtures/stripe';
import { backSince, readChange, spanOf, type Span } from './transitions';

const STATUSES = [
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'unpaid',
  'paused',
  'canceled',
] as const;
type Status = (typeof STATUSES)[number];
const DAY = 86_400;

const read = (type: FixtureType, options: FixtureOptions) => {
  const { data, created } = fixtureEvent(type, options);
  return readChange(type, { created, data });
};
const typesOf = (change: ReturnType<typeof readChange>) =>
  (change?.transitions ?? []).map(({ type }) => type.replace('lifecycle.', ''));
const updated = (object: object, previousAttributes: object, shape: 'current' | 'older' = 'current') =>
  read('customer.subscription.updated', {
    shape,
    object: { status: 'active', trial_end: null, cancel_at: null, cancel_at_period_end: false, ...object },
    previousAttributes: { ...previousAttributes },
  });

/** What becomes of a status (down) in another (across); the others say nothing. */
const TABLE: Partial<Record<Status, Partial<Record<Status, string[]>>>> = {
  incomplete: { trialing: ['trial_started'], past_due: ['past_due'], unpaid: ['past_due'] },
  incomplete_expired: { trialing: ['trial_started'], past_due: ['past_due'], unpaid: ['past_due'] },
  trialing: {
    active: ['trial_converted'],
    past_due: ['past_due'],
    unpaid: ['past_due'],
    paused: ['trial_expired'],
    canceled: ['trial_expired'],
  },
  active: { trialing: ['trial_started'], past_due: ['past_due'], unpaid: ['past_due'], canceled: ['churned'] },
  past_due: { trialing: ['trial_started'], active: ['recovered'], canceled: ['churned'] },
  unpaid: { trialing: ['trial_started'], active: ['recovered'], canceled: ['churned'] },
  paused: { trialing: ['trial_started'], past_due: ['past_due'], unpaid: ['past_due'], canceled: ['churned'] },
  canceled: { trialing: ['trial_started'], past_due: ['past_due'], unpaid: ['past_due'] },
};

describe('a change of status', () => {
  const pairs = STATUSES.flatMap((from) => STATUSES.map((to) => [from, to] as const));

  it.each(pairs)('from %s to %s says what its rule says', (from, to) => {
    for (const shape of ['current', 'older'] as const) {
      const change = updated({ status: to }, from === to ? { metadata: {} } : { status: from }, shape);
      expect(typesOf(change)).toEqual(from === to ? [] : (TABLE[from]?.[to] ?? []));
    }
  });

  it.each(pairs)('from %s to %s says nothing of a plan that stays, and nothing new with other news', (from, to) => {
    const change = updated({ status: to }, { status: from, metadata: { a: '1' }, latest_invoice: 'in_0' });
    expect(typesOf(change)).toEqual(from === to ? [] : (TABLE[from]?.[to] ?? []));
  });

  it('begins with the subscription where that has a trial, and begins nothing where it is not paid yet', () => {
    const created = (status: Status) => read('customer.subscription.created', { object: { status } });
    expect(STATUSES.map((status) => [status, typesOf(created(status))]).filter(([, types]) => types!.length)).toEqual([
      ['trialing', ['trial_started']],
    ]);
    expect(STATUSES.filter((status) => created(status)?.isBeginningOrEnd)).toEqual([
      'trialing',
      'active',
      'past_due',
      'unpaid',
      'paused',
    ]);
    expect(updated({ status: 'active' }, { status: 'incomplete' })).toMatchObject({ isBeginningOrEnd: true });
    expect(updated({ status: 'active' }, { status: 'past_due' })).toMatchObject({ isBeginningOrEnd: false });
  });
});

describe('the end of a trial', () => {
  const from = { status: 'trialing' };

  it('is no conversion while the trial goes on, or where collection is paused', () => {
    expect(typesOf(updated({ trial_end: START + 1 }, from))).toEqual([]);
    expect(typesOf(updated({ trial_end: START }, from))).toEqual(['trial_converted']);
    expect(typesOf(updated({ pause_collection: { behavior: 'void' } }, from))).toEqual([]);
    expect(typesOf(updated({ pause_collection: null }, from))).toEqual(['trial_converted']);
  });

  it('without payment is told once, whether the subscription is paused first, told of twice, or ends at once', () => {
    const trial = trialUntil(START);
    const ids = [
      updated({ status: 'paused', ...trial }, from),
      read('customer.subscription.paused', { object: { status: 'paused', ...trial }, created: START + 1 }),
      ended({ ...trial, ended_at: START + 90 }),
      ended({ ...trial, ended_at: START + 90 * DAY }),
    ].map((change) => change?.transitions.map(({ type, at }) => [type, at]));
    expect(ids).toEqual(ids.map(() => [['lifecycle.trial_expired', START]]));
  });

  it('is read of older versions by the period of the subscription, or by the end of it', () => {
    const older = { items: { data: [] }, current_period_start: START - 7 * DAY, trial_end: START };
    expect(typesOf(ended(older))).toEqual(['trial_expired']);
    expect(typesOf(ended({ ...older, current_period_start: START }))).toEqual(['churned']);
    expect(typesOf(ended({ ...older, current_period_start: null, ended_at: START }))).toEqual(['trial_expired']);
    expect(typesOf(ended({ ...older, current_period_start: null, ended_at: START + 1 }))).toEqual(['churned']);
  });

  it('is long past for a subscription that was paid since', () => {
    const later = { ...trialUntil(START - 60 * DAY), items: itemsFrom(START - 30 * DAY) };
    expect(typesOf(ended(later))).toEqual(['churned']);
    expect(typesOf(read('customer.subscription.paused', { object: { status: 'paused', ...later } }))).toEqual([]);
  });
});

describe('churn', () => {
  const kindOf = (object: object, previousAttributes?: FixtureOptions['previousAttributes']) =>
    ended({ trial_end: null, ...object }, previousAttributes)?.transitions.map(({ properties }) => properties.churn);

  it.each([
    [{ reason: 'cancellation_requested' }, 'voluntary'],
    [{ reason: 'payment_failed' }, 'involuntary'],
    [{ reason: 'payment_disputed' }, 'involuntary'],
    [{ reason: null }, 'voluntary'],
    [null, 'voluntary'],
  ])('with %j is %s', (cancellation_details, kind) => {
    expect(kindOf({ cancellation_details })).toEqual([kind]);
  });

  it('without a reason is known by the status before', () => {
    expect(kindOf({ cancellation_details: null }, { status: 'past_due' })).toEqual(['involuntary']);
    expect(kindOf({ cancellation_details: null }, { status: 'unpaid' })).toEqual(['involuntary']);
    expect(kindOf({ cancellation_details: { reason: 'cancellation_requested' } }, { status: 'past_due' })).toEqual([
      'voluntary',
    ]);
  });

  it('is none of what never began', () => {
    expect(typesOf(ended({ status: 'incomplete_expired' }))).toEqual([]);
    expect(typesOf(ended({ trial_end: null }, { status: 'incomplete' }))).toEqual([]);
    expect(updated({ status: 'incomplete_expired' }, { status: 'incomplete' })).toBeNull();
  });

  it('is told once of an update and a deletion', () => {
    const at = { ended_at: START - 3, trial_end: null };
    const both = [ended(at), updated({ status: 'canceled', ...at }, { status: 'active' })];
    expect(both.map((change) => change?.transitions[0]?.at)).toEqual([START - 3, START - 3]);
  });
});

describe('a cancellation to come', () => {
  const set = { cancel_at_period_end: true, cancel_at: START + DAY };
  const unset = { cancel_at_period_end: false, cancel_at: null };

  it.each<[object, object, string[]]>([
    [set, unset, ['cancel_scheduled']],
    [{ cancel_at_period_end: true }, { cancel_at_period_end: false }, ['cancel_scheduled']],
    [{ cancel_at: START + DAY }, { cancel_at: null }, ['cancel_scheduled']],
    [unset, set, ['cancel_undone']],
    [unset, { cancel_at: START + DAY }, ['cancel_undone']],
    [set, { cancel_at: START + 2 * DAY }, []],
    [{ cancel_at: START + DAY }, { cancel_at_period_end: true, cancel_at: START + 2 * DAY }, []],
    [set, { metadata: {} }, []],
    [{ status: 'canceled', ...set }, unset, []],
    [{ status: 'past_due', ...set }, unset, ['cancel_scheduled']],
    [{ status: 'trialing', ...set }, unset, ['cancel_scheduled']],
  ])('of %j before %j is %j', (object, before, expected) => {
    expect(typesOf(updated(object, before))).toEqual(expected);
  });

  it('is none of a subscription made so, nor of one that ends', () => {
    expect(typesOf(read('customer.subscription.created', { object: { status: 'active', ...set } }))).toEqual([]);
    expect(typesOf(ended({ trial_end: null, ...set }))).toEqual(['churned']);
  });
});

describe('an upgrade', () => {
  const price = (id: string, unit_amount: number | null, fields: object = {}) => ({
    id,
    nickname: id,
    unit_amount,
    currency: 'usd',
    recurring: { interval: 'month', interval_count: 1 },
    ...fields,
  });
  const items = (...list: object[]) => ({ items: { data: list } });
  const item = (id: string, cost: object, quantity = 1) => ({ id, price: cost, quantity });
  const BASIC = price('Basic', 1000);
  const PRO = price('Pro', 2000);
  const YEARLY = price('Pro yearly', 20_000, { recurring: { interval: 'year', interval_count: 1 } });
  const METERED = price('Calls', null, { recurring: { interval: 'month', usage_type: 'metered' } });
  const FREE = price('Free', 0);

  it.each<[string, object, object, string[]]>([
    ['a dearer plan', items(item('si_1', PRO)), items(item('si_1', BASIC)), ['upgraded']],
    ['a cheaper plan', items(item('si_1', BASIC)), items(item('si_1', PRO)), ['downgraded']],
    ['more seats', items(item('si_1', PRO, 3)), items(item('si_1', PRO, 2)), ['upgraded']],
    ['more seats, told in part', items(item('si_1', PRO, 3)), { items: { data: [{ quantity: 2 }] } }, ['upgraded']],
    ['one item more', items(item('si_1', PRO), item('si_2', BASIC)), items(item('si_1', PRO)), ['upgraded']],
    ['one item less', items(item('si_1', PRO)), items(item('si_1', PRO), item('si_2', BASIC)), ['downgraded']],
    ['items in another order', items(item('b', PRO), item('a', BASIC)), items(item('a', BASIC), item('b', PRO)), []],
    ['a year for the price of ten months', items(item('si_1', YEARLY)), items(item('si_1', PRO)), ['downgraded']],
    ['a start from free', items(item('si_1', PRO)), items(item('si_1', FREE)), ['upgraded']],
    ['more of a free item', items(item('si_1', FREE, 9)), items(item('si_1', FREE, 1)), []],
    ['a free item more', items(item('si_1', PRO), item('si_2', FREE)), items(item('si_1', PRO)), []],
    ['the same price under another name', items(item('si_1', PRO)), items(item('si_1', price('Old', 2000))), []],
    [
      'a dearer plan beside what depends on usage',
      items(item('si_1', PRO), item('si_2', METERED)),
      items(item('si_1', BASIC), item('si_2', METERED)),
      ['upgraded'],
    ],
    ['a plan that depends on usage', items(item('si_1', METERED)), items(item('si_1', PRO)), []],
    [
      'a plan in another currency',
      { ...items(item('si_1', price('Pro', 2000, { currency: 'eur' }))), currency: null },
      items(item('si_1', BASIC)),
      [],
    ],
    [
      'another currency',
      { currency: 'eur', ...items(item('si_1', PRO)) },
      { currency: 'usd', ...items(item('si_1', BASIC)) },
      [],
    ],
    [
      'items that are not all told',
      { items: { has_more: true, data: [item('si_1', PRO)] } },
      items(item('si_1', BASIC)),
      [],
    ],
    ['a coupon', { ...items(item('si_1', PRO)), discounts: ['di_1'] }, { discounts: [] }, []],
    ['a free month by a coupon', items(item('si_1', PRO)), { discount: { coupon: { percent_off: 100 } } }, []],
  ])('by %s', (_what, object, before, expected) => {
    expect(typesOf(updated({ currency: 'usd', ...object }, before))).toEqual(expected);
  });

  it('says both prices and the plan before', () => {
    const change = updated({ currency: 'usd', ...items(item('si_1', PRO)) }, items(item('si_1', BASIC)));
    expect(change?.transitions[0]?.properties).toEqual({ mrr: 2000, previous_mrr: 1000, previous_plan: 'Basic' });
  });

  it('is read of older versions: the plan and quantity of the only item', () => {
    const plan = (id: string, amount: number) => ({ id, nickname: id, amount, currency: 'usd', interval: 'month' });
    const now = {
      currency: 'usd',
      plan: plan('Pro', 2000),
      quantity: 2,
      ...{ items: { data: [{ id: 'si_1', plan: plan('Pro', 2000), quantity: 2 }] } },
    };
    const of = (before: object) => typesOf(updated(now, before, 'older'));
    expect(of({ plan: plan('Basic', 1000) })).toEqual(['upgraded']);
    expect(of({ quantity: 3 })).toEqual(['downgraded']);
    expect(of({ plan: plan('Basic', 1000), quantity: 4 })).toEqual([]);
    expect(typesOf(updated({ ...now, items: undefined }, { plan: plan('Basic', 1000) }, 'older'))).toEqual([
      'upgraded',
    ]);
    expect(
      of({ items: { data: [{ id: 'si_1', plan: plan('Basic', 1000), quantity: 2 }] }, plan: plan('Basic', 1000) }),
    ).toEqual(['upgraded']);
  });

  it.each(STATUSES.flatMap((from) => STATUSES.map((to) => [from, to] as const)))(
    'from %s to %s is one only where both are paid for',
    (from, to) => {
      const change = updated(
        { currency: 'usd', status: to, ...items(item('si_1', PRO)) },
        { ...items(item('si_1', BASIC)), ...(from === to ? {} : { status: from }) },
      );
      const isPaid = (status: Status) => ['active', 'past_due', 'unpaid'].includes(status);
      expect(typesOf(change).includes('upgraded')).toBe(isPaid(from) && isPaid(to));
    },
  );
});

describe('readChange', () => {
  it('is null where nothing has happened, and for what is no subscription', () => {
    expect(updated({}, { metadata: {} })).toBeNull();
    expect(read('customer.subscription.trial_will_end', {})).toBeNull();
    expect(read('customer.subscription.resumed', {})).toBeNull();
    expect(readChange('invoice.paid', fixtureEvent('invoice.paid') as never)).toBeNull();
    for (const data of [
      undefined,
      null,
      [],
      { object: 7 },
      { object: {} },
      { object: { id: 'sub' }, previous_attributes: 'x' },
    ])
      expect(readChange('customer.subscription.updated', { data })).toBeNull();
  });
});

describe('a customer is back', () => {
  const span = (id: string, start: number | null, end: number | null = null): Span => ({
    id,
    start,
    end,
    status: end === null ? 'active' : 'canceled',
  });

  it.each<[string, Span, Span[], number | null]>([
    ['with the first subscription', span('b', 5), [], null],
    ['after the last one ended', span('b', 5), [span('a', 1, 3)], 3],
    ['in the second in which it ended', span('b', 5), [span('a', 1, 5)], 5],
    ['while the other one goes on', span('b', 5), [span('a', 1)], null],
    ['while another one goes on', span('b', 5), [span('a', 1, 3), span('c', 2)], null],
    ['while another went on that has ended since', span('b', 5), [span('a', 1, 3), span('c', 2, 7)], null],
    ['before the next began', span('b', 5), [span('a', 1, 3), span('c', 6)], 3],
    ['with the first of two that begin at once', span('b', 5), [span('a', 1, 3), span('c', 5)], 3],
    ['with the second of two that begin at once', span('c', 5), [span('a', 1, 3), span('b', 5)], null],
    ['beside one whose beginning is not known', span('b', 5), [span('a', 1, 3), span('c', null)], null],
    ['after what never began', span('b', 5), [{ ...span('a', 1, 3), status: 'incomplete_expired' }], null],
    ['beside what never began', span('b', 5), [span('a', 1, 3), { ...span('c', 4), status: 'incomplete' }], 3],
    ['with what never began', { ...span('b', 5), status: 'incomplete' }, [span('a', 1, 3)], null],
    ['and gone again since', span('b', 5, 9), [span('a', 1, 3)], 3],
  ])('%s', (_when, own, others, since) => {
    expect(backSince(own, [own, ...others])).toBe(since);
  });

  it('is read of what is kept', () => {
    const at = (day: number) => new Date(Date.UTC(2026, 2, day)).toISOString();
    const kept = { started_at: at(1), canceled_at: at(2), ended_at: at(3) };
    expect(spanOf({ id: 'a', status: 'canceled' }, kept)).toMatchObject({
      start: Date.parse(at(1)),
      end: Date.parse(at(3)),
    });
    expect(spanOf({ id: 'a', status: 'canceled' }, { ...kept, ended_at: null }).end).toBe(Date.parse(at(2)));
    expect(spanOf({ id: 'a', status: 'active' }, kept).end).toBeNull();
  });
});

function ended(object: object, previousAttributes?: FixtureOptions['previousAttributes']) {
  const rest = { status: 'canceled', cancel_at: null, cancel_at_period_end: false };
  return read('customer.subscription.deleted', { object: { ...rest, ...object }, previousAttributes });
}

/** A trial that has ended, the subscription still in its period. */
const trialUntil = (end: number) => ({ trial_end: end, items: itemsFrom(end - 7 * DAY) });

const itemsFrom = (start: number) => ({
  data: [
    {
      id: 'si_1',
      current_period_start: start,
      price: { id: 'p', unit_amount: 1000, recurring: { interval: 'month' } },
    },
  ],
});
