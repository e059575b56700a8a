/**
 * What one event says has happened in the life of a subscription: the rules of the lifecycle events, each from the event's
 * own object and `previous_attributes`, so that neither order nor repetition nor what else is known counts. Pure.
 */
import type { PropertyValue } from '../../shared/catalogue';
import type { LifecycleType } from '../../shared/lifecycle';
import { currency, date, type Fields, fieldsOf, id, listOf, seconds, text } from './fields';
import { monthlyAmount, monthlyItemAmount, priceOf } from './mrr';
import { priceName } from './price-name';
import { itemsOf, mainItem } from './subscription';

interface Transition {
  type: LifecycleType;
  /**
   * Epoch seconds: with the subscription and the type it tells one transition from the next. The time of the event, or
   * what Stripe keeps of the change where more than one event tells of it.
   */
  at: number;
  /** What the event offers beyond the subscription's own properties, by the names of the catalogue. */
  properties: Record<string, PropertyValue>;
}

export interface SubscriptionChange {
  transitions: Transition[];
  /** Whether it begins or ends: the customer may be back. */
  isBeginningOrEnd: boolean;
  /** Stripe's own, for the payload of what follows. */
  object: Fields;
  previous: Fields;
}

const PAYING = ['active', 'past_due', 'unpaid'];
const OVERDUE = ['past_due', 'unpaid'];
/** Not yet, or never. */
const UNBORN = ['incomplete', 'incomplete_expired'];
const NOT_PAID = ['payment_failed', 'payment_disputed'];

/**
 * What an event of any type and API version says; null where nothing of that kind has happened, and for what isn't a
 * subscription with an id.
 */
export function readChange(type: string, event: Fields): SubscriptionChange | null {
  if (!type.startsWith('customer.subscription.')) return null;
  const data = fieldsOf(event.data);
  const after = fieldsOf(data.object);
  if (id(after) === null) return null;
  const created = seconds(event.created) ?? 0;
  const previous = fieldsOf(data.previous_attributes);
  const before = type === 'customer.subscription.created' ? null : stateBefore(after, previous);
  const states = { type, created, before, after };
  const transitions = [...ofStatus(states), ...ofEnd(states), ...ofCancellation(states), ...ofPlan(states)];
  const isBeginningOrEnd = hasBegun(states) || hasEnded(states);
  if (transitions.length === 0 && !isBeginningOrEnd) return null;
  return { transitions, isBeginningOrEnd, object: after, previous };
}

interface States {
  type: string;
  created: number;
  /** Null where it wasn't there before. */
  before: Fields | null;
  after: Fields;
}

const isOne = (status: unknown, of: readonly string[]): boolean => of.includes(String(status));

/** Of two statuses of its life; its end is another matter. */
function ofStatus({ created, before, after }: States): Transition[] {
  const [from, to] = [before?.status, after.status];
  const found = (type: LifecycleType) => [{ type, at: created, properties: {} }];
  if (before && from === to) return [];
  if (to === 'trialing') return found('lifecycle.trial_started');
  if (!before) return [];
  if (isOne(to, OVERDUE)) return isOne(from, OVERDUE) ? [] : found('lifecycle.past_due');
  if (to !== 'active') return [];
  if (isOne(from, OVERDUE)) return found('lifecycle.recovered');
  const trialEnd = seconds(after.trial_end);
  const isOver = trialEnd === null || trialEnd <= created;
  const isCollected = fieldsOf(after.pause_collection).behavior === undefined;
  return from === 'trialing' && isOver && isCollected ? found('lifecycle.trial_converted') : [];
}

function ofEnd(states: States): Transition[] {
  const { type, created, before, after } = states;
  const isPaused = after.status === 'paused' && (type === 'customer.subscription.paused' || isNewStatus(states));
  const isEnd = hasEnded(states);
  if (!isPaused && !isEnd) return [];
  const from = isNewStatus(states) ? before?.status : undefined;
  // A trial tells of its end once, whether it was paused first or ended at once.
  if (from === 'trialing' || ((from === undefined || from === 'paused') && isInTrialPeriod(after)))
    return [{ type: 'lifecycle.trial_expired', at: seconds(after.trial_end) ?? created, properties: {} }];
  if (!isEnd) return [];
  const reason = text(fieldsOf(after.cancellation_details).reason);
  const isInvoluntary = reason === null ? isOne(from, OVERDUE) : NOT_PAID.includes(reason);
  const churn = isInvoluntary ? 'involuntary' : 'voluntary';
  return [{ type: 'lifecycle.churned', at: seconds(after.ended_at) ?? created, properties: { churn } }];
}

const isNewStatus = ({ before, after }: States) => before !== null && before.status !== after.status;

function hasBegun({ before, after }: States): boolean {
  const isThere = (status: unknown) => typeof status === 'string' && status !== 'canceled' && !isOne(status, UNBORN);
  return isThere(after.status) && (before === null || before.status === 'incomplete');
}

function hasEnded(states: States): boolean {
  const { type, before, after } = states;
  if (after.status !== 'canceled' || (before && isOne(before.status, UNBORN))) return false;
  return type === 'customer.subscription.deleted' || isNewStatus(states);
}

/** Whether it never came to a period that is paid for: Stripe's first one begins where the trial ends. */
function isInTrialPeriod(subscription: Fields): boolean {
  const trialEnd = seconds(subscription.trial_end);
  if (trialEnd === null) return false;
  const start = seconds(mainItem(itemsOf(subscription)).current_period_start, subscription.current_period_start);
  const endedAt = seconds(subscription.ended_at);
  return start === null ? endedAt !== null && endedAt <= trialEnd : start < trialEnd;
}

function ofCancellation({ created, before, after }: States): Transition[] {
  if (!before || after.status === 'canceled' || isOne(after.status, UNBORN)) return [];
  const [was, is] = [isSetToEnd(before), isSetToEnd(after)];
  if (was === is) return [];
  return [{ type: is ? 'lifecycle.cancel_scheduled' : 'lifecycle.cancel_undone', at: created, properties: {} }];
}

/** Flexible billing sets `cancel_at` and leaves the other alone: https://docs.stripe.com/billing/subscriptions/cancel */
const isSetToEnd = ({ cancel_at_period_end, cancel_at }: Fields): boolean =>
  cancel_at_period_end === true || seconds(cancel_at) !== null;

/** A trial pays nothing: what is changed in it is neither. */
function ofPlan({ created, before, after }: States): Transition[] {
  if (!before || !isOne(before.status, PAYING) || !isOne(after.status, PAYING)) return [];
  const [was, is] = [costOf(before), costOf(after)];
  // Prices that aren't fixed count as nothing: only the same of them on both sides can be left aside.
  if (was === null || is === null || was.currency !== is.currency || was.variable !== is.variable) return [];
  if (was.mrr === is.mrr) return [];
  const properties = { mrr: is.mrr, previous_mrr: was.mrr, previous_plan: was.plan };
  return [{ type: is.mrr > was.mrr ? 'lifecycle.upgraded' : 'lifecycle.downgraded', at: created, properties }];
}

interface Cost {
  /** Minor units. */
  mrr: number;
  currency: string | null;
  plan: string | null;
  /** The prices that depend on usage. */
  variable: string;
}

/** Null where not all of its items are there. */
function costOf(subscription: Fields): Cost | null {
  const items = itemsOf(subscription);
  if (items.length === 0 || fieldsOf(subscription.items).has_more === true) return null;
  const main = priceOf(mainItem(items));
  const variable = items.filter((item) => monthlyItemAmount(item) === null).map((item) => id(priceOf(item)) ?? '');
  return {
    mrr: monthlyAmount(items),
    currency: currency(subscription.currency, main.currency),
    plan: priceName(main),
    variable: variable.sort().join(),
  };
}

/** The state before, of a state and what was different. */
function stateBefore(after: Fields, previous: Fields): Fields {
  const { items: _items, plan: _plan, quantity: _quantity, ...others } = previous;
  return { ...after, ...others, ...itemsBefore(after, previous) };
}

function itemsBefore(after: Fields, previous: Fields): Fields {
  const now = itemsOf(after);
  if (previous.items !== undefined) {
    const byId = new Map(now.map((item) => [id(item), item]));
    const items = listOf(previous.items).map((item, n) => itemBefore(byId.get(id(item)) ?? now[n] ?? {}, item));
    return { items: { data: items }, plan: null };
  }
  if (previous.plan === undefined && previous.quantity === undefined) return {};
  // Older versions name plan and quantity of a subscription's only item.
  const [only, ...rest] = now;
  if (!only || rest.length > 0) return { items: null, plan: null };
  return { items: { data: [itemBefore(only, previous)] }, plan: null };
}

/** Elements of lists come whole or in part. A price stands for its plan and the other way round. */
function itemBefore(now: Fields, { id: itemId, price, plan, quantity }: Fields): Fields {
  const { price: _price, plan: _plan, ...rest } = now;
  const named = { ...rest, ...(itemId === undefined ? {} : { id: itemId }) };
  const priced =
    price !== undefined ? { price } : plan !== undefined && plan !== null ? { plan } : { price: priceOf(now) };
  return { ...named, ...priced, ...(quantity === undefined ? {} : { quantity }) };
}

/** When a subscription that is kept began and ended, as its reader names it; null where that isn't known. */
export interface Span {
  id: string;
  status: string | null;
  /** Epoch milliseconds. */
  start: number | null;
  end: number | null;
}

/** How spans come about, from the properties of a kept state. */
export function spanOf({ id, status }: Pick<Span, 'id' | 'status'>, properties: Record<string, PropertyValue>): Span {
  const time = (name: string) => {
    const value = properties[name];
    return typeof value === 'string' ? Date.parse(value) : null;
  };
  const end = status === 'canceled' ? (time('ended_at') ?? time('canceled_at')) : null;
  return { id, status, start: time('started_at'), end };
}

/**
 * Whether a customer is back by it: another of the customer's subscriptions had ended by then, and none was there. Epoch
 * milliseconds of the last end; null when it isn't so. `all` are the customer's subscriptions.
 */
export function backSince({ id, status, start }: Span, all: readonly Span[]): number | null {
  const isReal = (one: Pick<Span, 'status'>) =>
    one.status !== null && one.status !== 'gone' && !isOne(one.status, UNBORN);
  if (start === null || !isReal({ status })) return null;
  const others = all.filter((one) => one.id !== id && isReal(one));
  const ends = others.flatMap(({ end }) => (end !== null && end <= start ? end : []));
  const wasThere = others.some((one) => {
    if (one.end !== null ? one.end <= start : one.status === 'canceled') return false;
    // Of two that begin in one second one is the first.
    return one.start === null || one.start < start || (one.start === start && one.id < id);
  });
  return ends.length === 0 || wasThere ? null : Math.max(...ends);
}

export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : date(Math.floor(ms / 1000)));
