import type { SubscriptionStatus } from '../../shared/api';
import { customerOf } from './customer';
import {
  currency,
  date,
  type Fields,
  fieldsOf,
  bool,
  id,
  listOf,
  metadata,
  reference,
  seconds,
  text,
  whole,
} from './fields';
import { intervalOf, itemAmount, itemQuantity, monthlyAmount, monthlyItemAmount, priceOf } from './mrr';
import { priceName } from './price-name';
import type { Reading, SubscriptionFacts } from './types';

/**
 * Stripe's statuses folded to ours. A subscription with `pause_collection` keeps its own status: only Stripe's `paused`
 * is paused. `incomplete` has not begun, so it says nothing.
 */
const STATUS: Readonly<Record<string, SubscriptionStatus>> = {
  trialing: 'trialing',
  active: 'active',
  past_due: 'past_due',
  unpaid: 'past_due',
  paused: 'paused',
  canceled: 'canceled',
  incomplete_expired: 'canceled',
};

/** What billing fields need of a subscription. Null when it isn't a subscription with an id. */
export function subscriptionFacts(object: unknown): SubscriptionFacts | null {
  const subscription = fieldsOf(object);
  const subscriptionId = id(subscription);
  if (subscriptionId === null) return null;
  const items = itemsOf(subscription);
  const main = mainItem(items);
  const status = foldStatus(subscription.status);
  return {
    id: subscriptionId,
    customerId: id(subscription.customer),
    status,
    plan: priceName(priceOf(main)),
    mrr: status === 'canceled' ? 0 : monthlyAmount(items),
    currency: currency(subscription.currency, priceOf(main).currency),
    renewsAt: renewsAt(subscription, items, status),
    trialEnd: seconds(subscription.trial_end),
    defaultMethod: reference(subscription.default_payment_method),
  };
}

export function readSubscription(object: unknown): Reading {
  const subscription = fieldsOf(object);
  const facts = subscriptionFacts(object);
  const customer = customerOf(subscription.customer);
  const items = itemsOf(subscription);
  const main = mainItem(items);
  const { interval, count } = intervalOf(main);
  const cancellation = fieldsOf(subscription.cancellation_details);
  const objectId = id(subscription);
  const invoiceId = id(subscription.latest_invoice);
  return {
    objectId,
    customerId: customer.id,
    email: customer.email,
    name: customer.name,
    subscriptionId: objectId,
    subscription: facts,
    properties: {
      subscription_id: objectId,
      customer_id: customer.id,
      invoice_id: invoiceId,
      status: text(subscription.status),
      plan: priceName(priceOf(main)),
      amount: periodAmount(items, main),
      currency: currency(subscription.currency, priceOf(main).currency),
      interval,
      interval_count: interval === null ? null : count,
      quantity: items.length === 0 ? null : itemQuantity(main),
      started_at: date(subscription.start_date, subscription.start),
      period_start: date(main.current_period_start, subscription.current_period_start),
      period_end: date(main.current_period_end, subscription.current_period_end),
      trial_start: date(subscription.trial_start),
      trial_end: date(subscription.trial_end),
      cancel_at_period_end: bool(subscription.cancel_at_period_end),
      cancel_at: date(subscription.cancel_at),
      collection_method: text(subscription.collection_method),
      collection_paused: isCollectionPaused(subscription),
      has_payment_method: hasPaymentMethod(subscription),
      trial_settings: text(fieldsOf(fieldsOf(subscription.trial_settings).end_behavior).missing_payment_method),
      canceled_at: date(subscription.canceled_at),
      ended_at: date(subscription.ended_at),
      cancellation_reason: text(cancellation.reason),
      cancellation_feedback: text(cancellation.feedback),
      cancellation_comment: text(cancellation.comment),
      metadata: metadata(subscription.metadata),
    },
  };
}

/** Null where Stripe doesn't say. Its status stays what it is meanwhile: https://docs.stripe.com/billing/subscriptions/pause-payment */
function isCollectionPaused(subscription: Fields): boolean | null {
  return subscription.pause_collection === undefined ? null : subscription.pause_collection !== null;
}

/** Null where Stripe doesn't say. */
function hasPaymentMethod(subscription: Fields): boolean | null {
  if (subscription.default_payment_method === undefined) return null;
  return id(subscription.default_payment_method, subscription.default_source) !== null;
}

const foldStatus = (status: unknown): SubscriptionStatus | null =>
  typeof status === 'string' && Object.hasOwn(STATUS, status) ? STATUS[status]! : null;

/** Older API versions may show a single plan on the subscription itself. */
export function itemsOf(subscription: Fields): Fields[] {
  const items = listOf(subscription.items).filter((item) => item.deleted !== true);
  return items.length === 0 && subscription.plan ? [subscription] : items;
}

/** The item that costs most a month: it gives the subscription its name and rhythm. */
export const mainItem = (items: readonly Fields[]): Fields =>
  items.reduce<Fields>(
    (main, item) => ((monthlyItemAmount(item) ?? 0) > (monthlyItemAmount(main) ?? 0) ? item : main),
    items[0] ?? {},
  );

/** What the items billed together with the main one cost per billing period. Null where one of them isn't fixed. */
function periodAmount(items: readonly Fields[], main: Fields): number | null {
  const rhythm = intervalOf(main);
  const amounts = items
    .map((item) => ({ ...intervalOf(item), amount: itemAmount(item) }))
    .filter(({ interval, count }) => interval === rhythm.interval && count === rhythm.count)
    .map(({ amount }) => amount);
  if (rhythm.interval === null || amounts.includes(null)) return null;
  return whole(Math.round(amounts.reduce<number>((sum, amount) => sum + (amount ?? 0), 0)));
}

const RENEWING: readonly (SubscriptionStatus | null)[] = ['active', 'trialing', 'past_due'];

/** The earliest end of a current period, unless the subscription ends by then. */
function renewsAt(subscription: Fields, items: readonly Fields[], status: SubscriptionStatus | null): number | null {
  if (!RENEWING.includes(status) || subscription.cancel_at_period_end === true) return null;
  const ends = items.map((item) => seconds(item.current_period_end)).filter((end) => end !== null);
  const end = ends.length > 0 ? Math.min(...ends) : seconds(subscription.current_period_end);
  const cancelAt = seconds(subscription.cancel_at);
  return end !== null && cancelAt !== null && cancelAt <= end ? null : end;
}
