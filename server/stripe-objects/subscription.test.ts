import { fixtureObject, START } from '../test/fixtures/stripe';
import { readObject } from './read-object';
import { subscriptionFacts } from './subscription';

const DAY = 86_400;
const END = START + 31 * DAY;
const subscription = (object: object, shape: 'current' | 'older' = 'current') =>
  fixtureObject('customer.subscription.created', { shape, object: object as Record<string, unknown> });
const item = (price: object, fields: object = {}) => ({
  quantity: 1,
  current_period_end: END,
  price: { currency: 'usd', unit_amount: 1000, recurring: { interval: 'month', interval_count: 1 }, ...price },
  ...fields,
});
const withItems = (...data: object[]) => ({ items: { object: 'list', data } });

describe('subscriptionFacts', () => {
  it.each(['current', 'older'] as const)('reads an active subscription in its %s shape', (shape) => {
    expect(subscriptionFacts(subscription({}, shape))).toEqual({
      id: 'sub_1MowQVLkdIwHu7ixeRlqHVzs',
      customerId: 'cus_NffrFeUfNV2Hib',
      status: 'active',
      plan: 'Pro',
      mrr: 2000,
      currency: 'usd',
      renewsAt: END,
      trialEnd: null,
      defaultMethod: '',
    });
  });

  it.each([
    ['trialing', 'trialing'],
    ['active', 'active'],
    ['past_due', 'past_due'],
    ['unpaid', 'past_due'],
    ['paused', 'paused'],
    ['canceled', 'canceled'],
    ['incomplete_expired', 'canceled'],
    ['incomplete', null],
    ['hasOwnProperty', null],
    [7, null],
  ])('folds the status %p to %p', (status, expected) => {
    expect(subscriptionFacts(subscription({ status }))?.status).toBe(expected);
  });

  it('does not take paused collection for a paused subscription', () => {
    const pause_collection = { behavior: 'void', resumes_at: null };
    expect(subscriptionFacts(subscription({ pause_collection }))?.status).toBe('active');
  });

  it.each(['canceled', 'incomplete_expired'])('counts no revenue of a subscription that is %s', (status) => {
    expect(subscriptionFacts(subscription({ status }))?.mrr).toBe(0);
  });

  it.each([
    ['ends with its period', { cancel_at_period_end: true }],
    ['ends before its period does', { cancel_at: END - DAY }],
    ['is canceled', { status: 'canceled' }],
    ['is paused', { status: 'paused' }],
    ['has not begun', { status: 'incomplete' }],
  ])('does not renew when it %s', (_what, fields) => {
    expect(subscriptionFacts(subscription(fields))?.renewsAt).toBeNull();
  });

  it('renews when it ends only after the next period', () => {
    expect(subscriptionFacts(subscription({ cancel_at: END + DAY }))?.renewsAt).toBe(END);
  });

  it('renews with the item whose period ends first', () => {
    const items = withItems(item({}, { current_period_end: END + DAY }), item({}, { current_period_end: END - DAY }));
    expect(subscriptionFacts(subscription(items))?.renewsAt).toBe(END - DAY);
  });

  it.each<[string, object, string | null]>([
    ['the nickname of its price', withItems(item({ nickname: 'Team', product: { name: 'Acme' } })), 'Team'],
    ['the product when it is expanded', withItems(item({ nickname: ' ', product: { name: 'Acme' } })), 'Acme'],
    ['nothing when only ids are known', withItems(item({ nickname: null, product: 'prod_1' })), null],
    ["an old plan's own name", withItems({ plan: { name: 'Gold', amount: 5, interval: 'month' } }), 'Gold'],
    [
      'the item that costs most a month',
      withItems(
        item({ nickname: 'Yearly', unit_amount: 6000, recurring: { interval: 'year', interval_count: 1 } }),
        item({ nickname: 'Monthly', unit_amount: 900 }),
      ),
      'Monthly',
    ],
    ['what is left after deleted items', withItems(item({ nickname: 'Gone' }, { deleted: true }), item({})), null],
  ])('is called by %s', (_what, fields, plan) => {
    expect(subscriptionFacts(subscription(fields))?.plan).toBe(plan);
  });

  it('reads the single plan that very old versions show on the subscription', () => {
    const plan = { amount: 900, interval: 'month', nickname: 'Starter', currency: 'eur' };
    expect(subscriptionFacts({ id: 'sub_1', status: 'active', plan, quantity: 3 })).toMatchObject({
      plan: 'Starter',
      mrr: 2700,
      currency: 'eur',
    });
  });

  it('is nothing without an id', () => {
    expect(subscriptionFacts({ object: 'subscription' })).toBeNull();
    expect(subscriptionFacts(null)).toBeNull();
  });
});

describe('a subscription for emails', () => {
  const properties = (fields: object) => readObject('customer.subscription.created', subscription(fields)).properties;

  it('costs what the items billed together cost per period', () => {
    const yearly = { recurring: { interval: 'year', interval_count: 1 } };
    const items = withItems(
      item({}),
      item({ unit_amount: 500 }, { quantity: 2 }),
      item({ unit_amount: 10, ...yearly }),
    );
    expect(properties(items)).toMatchObject({ amount: 2000, interval: 'month', interval_count: 1, quantity: 1 });
  });

  it('has no amount where usage decides', () => {
    const metered = { recurring: { interval: 'month', interval_count: 1, usage_type: 'metered' } };
    expect(properties(withItems(item({}), item(metered)))).toMatchObject({ amount: null, interval: 'month' });
  });

  it('says why it was canceled', () => {
    const canceled = fixtureObject('customer.subscription.deleted');
    expect(readObject('customer.subscription.deleted', canceled).properties).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'cancellation_requested',
      cancellation_feedback: 'too_expensive',
      cancellation_comment: 'I only needed it for one project.',
      ended_at: '2026-04-01T09:00:00.000Z',
    });
  });
});
