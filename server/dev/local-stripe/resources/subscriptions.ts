import type Stripe from 'stripe';
import { idOf } from '../collection';
import { clearable, flag, integer, mergeMetadata, nested, nestedList, required, text, type Params } from '../form';
import { del, get, listPage, mustFind, post, type Route } from '../route';
import { missingParam, wrongState } from '../stripe-error';
import type { Tenant } from '../tenant';
import { priceOf } from './catalog';
import { customerOf } from './customer';
import { paymentMethodFor, subscriptionIdOf, tryToPay } from './invoice-payment';
import { invoiceSubscription, storeInvoice } from './invoices';
import { newSubscription, newSubscriptionItem, periodEnd } from './new-subscription';
import { attachPaymentMethod } from './payment-methods';
import { currentPeriodEnd } from './subscription-dates';
import { changeSubscription } from './subscription-status';

const DAY = 86_400;
/** Stripe announces a trial's end three days ahead, or at once when the trial is shorter. */
export const TRIAL_NOTICE = 3 * DAY;

export const subscriptionRoutes: Route[] = [
  post('/v1/subscriptions', 'subscription_write', ({ tenant, params }) => createSubscription(tenant, params)),
  get('/v1/subscriptions', 'subscription_read', (call) => {
    const status = text(call.params, 'status');
    return listPage(call.tenant.subscriptions, call, (subscription) => hasStatus(subscription, status));
  }),
  get('/v1/subscriptions/:id', 'subscription_read', ({ tenant, id }) => find(tenant, id)),
  post('/v1/subscriptions/:id', 'subscription_write', ({ tenant, id, params }) =>
    updateSubscription(tenant, find(tenant, id), params),
  ),
  post('/v1/subscriptions/:id/pause', 'subscription_write', ({ tenant, id }) =>
    pauseSubscription(tenant, find(tenant, id), 'pause_requested'),
  ),
  post('/v1/subscriptions/:id/resume', 'subscription_write', ({ tenant, id }) =>
    resumeSubscription(tenant, find(tenant, id)),
  ),
  del('/v1/subscriptions/:id', 'subscription_write', ({ tenant, id, params }) =>
    cancelSubscription(tenant, find(tenant, id), params),
  ),
];

const find = (tenant: Tenant, id: string) => mustFind(tenant.subscriptions, 'subscription', id);

/** Without a status Stripe lists what has not been canceled. */
function hasStatus(subscription: Stripe.Subscription, status: string | undefined): boolean {
  if (status === 'all') return true;
  if (status === undefined) return subscription.status !== 'canceled' && subscription.status !== 'incomplete_expired';
  if (status === 'ended') return subscription.ended_at !== null;
  return subscription.status === status;
}

/** @throws StripeApiError 400 when there is something to pay and nothing to pay it with */
export function createSubscription(tenant: Tenant, params: Params): Stripe.Subscription {
  const customer = customerOf(tenant, required(params, 'customer'));
  const lines = nestedList(params, 'items');
  if (lines.length === 0) throw missingParam('items');
  const prices = lines.map((line) => ({ price: priceOf(tenant, line), quantity: integer(line, 'quantity') ?? 1 }));
  const trialEnd = trialEndOf(tenant, params);
  const isPaidLater = text(params, 'payment_behavior') === 'default_incomplete';
  const ownMethod = text(params, 'default_payment_method');
  const isPaidNow = !trialEnd && !isPaidLater && prices.some(({ price }) => price.unit_amount);
  if (isPaidNow && !ownMethod) paymentMethodFor(tenant, customer.id);

  const subscription = newSubscription(tenant, customer.id, prices, trialEnd);
  subscription.metadata = mergeMetadata({}, params);
  subscription.cancel_at_period_end = flag(params, 'cancel_at_period_end') ?? false;
  subscription.trial_settings = trialSettingsOf(params);
  if (ownMethod) subscription.default_payment_method = attachPaymentMethod(tenant, ownMethod, customer.id).id;
  if (subscription.cancel_at_period_end) subscription.cancel_at = currentPeriodEnd(subscription);
  subscription.cancel_at ??= integer(params, 'cancel_at') ?? null;
  tenant.subscriptions.put(subscription);

  const invoice = storeInvoice(tenant, invoiceSubscription(tenant, subscription, 'subscription_create'));
  subscription.latest_invoice = invoice.id;
  const { emissions } = tenant.holdBack(() =>
    isPaidLater && invoice.amount_due > 0 ? undefined : tryToPay(tenant, invoice),
  );
  tenant.emit('customer.subscription.created', subscription);
  // Stripe tells of the new subscription as it is after its first payment: the change on the way isn't told.
  for (const { type, object, previous_attributes } of emissions)
    if (type !== 'customer.subscription.updated') tenant.emit(type, object, previous_attributes);
  if (trialEnd && trialEnd - tenant.now() <= TRIAL_NOTICE)
    tenant.emit('customer.subscription.trial_will_end', subscription);
  return subscription;
}

function trialEndOf(tenant: Tenant, params: Params): number | null {
  const days = integer(params, 'trial_period_days');
  if (days) return tenant.now() + days * DAY;
  return text(params, 'trial_end') === 'now' ? null : (integer(params, 'trial_end') ?? null);
}

const trialSettingsOf = (params: Params): Stripe.Subscription.TrialSettings => ({
  end_behavior: {
    billing_cycle_anchor: null,
    missing_payment_method:
      text(nested(nested(params, 'trial_settings'), 'end_behavior'), 'missing_payment_method') ?? 'create_invoice',
  },
});

export function updateSubscription(
  tenant: Tenant,
  subscription: Stripe.Subscription,
  params: Params,
): Stripe.Subscription {
  if (subscription.status === 'canceled') throw wrongState('A canceled subscription can only update its metadata.');
  if (text(params, 'trial_end') === 'now' && subscription.status === 'trialing') return endTrial(tenant, subscription);
  return changeSubscription(tenant, subscription, () => {
    subscription.metadata = mergeMetadata(subscription.metadata, params);
    const ownMethod = text(params, 'default_payment_method');
    if (ownMethod)
      subscription.default_payment_method = attachPaymentMethod(tenant, ownMethod, idOf(subscription.customer)).id;
    scheduleEnd(tenant, subscription, params);
    const cancels = flag(params, 'cancel_at_period_end');
    if (cancels !== undefined) {
      subscription.cancel_at_period_end = cancels;
      subscription.cancel_at = cancels ? currentPeriodEnd(subscription) : null;
      subscription.canceled_at = cancels ? tenant.now() : null;
      recordCancellation(subscription, params, cancels);
    }
    for (const line of nestedList(params, 'items')) replaceItem(tenant, subscription, line);
  });
}

/** `cancel_at`: ends it at that time, or never when it is empty; `cancel_at_period_end` stays as it is then. */
function scheduleEnd(tenant: Tenant, subscription: Stripe.Subscription, params: Params): void {
  const at = clearable(params, 'cancel_at');
  if (at === undefined) return;
  subscription.cancel_at = at === null ? null : (integer(params, 'cancel_at') ?? null);
  subscription.canceled_at = at === null ? null : tenant.now();
  recordCancellation(subscription, params, at !== null);
}

function replaceItem(tenant: Tenant, subscription: Stripe.Subscription, line: Params): void {
  const items = subscription.items.data;
  const index = items.findIndex((item) => item.id === text(line, 'id'));
  const current = items[index];
  const price = text(line, 'price') || !current ? priceOf(tenant, line) : current.price;
  const quantity = integer(line, 'quantity') ?? current?.quantity ?? 1;
  const item = newSubscriptionItem(tenant, subscription.id, price, quantity);
  if (current) items[index] = { ...item, id: current.id, created: current.created };
  else items.push(item);
}

/** Without a payment method its trial settings decide; otherwise the first period is billed. */
export function endTrial(tenant: Tenant, subscription: Stripe.Subscription): Stripe.Subscription {
  const missing = subscription.trial_settings?.end_behavior.missing_payment_method;
  if (!hasMethod(tenant, subscription)) {
    if (missing === 'pause') return pauseSubscription(tenant, subscription, 'trial_end_without_payment_method');
    if (missing === 'cancel') return endSubscription(tenant, subscription);
  }
  return bill(tenant, subscription, () => {
    subscription.trial_end = Math.min(subscription.trial_end ?? Infinity, tenant.now());
    subscription.status = 'active';
    startPeriod(subscription, subscription.trial_end);
  });
}

const hasMethod = (tenant: Tenant, { customer, default_payment_method }: Stripe.Subscription): boolean =>
  default_payment_method !== null || tenant.paymentMethods.list(idOf(customer)).length > 0;

export function pauseSubscription(
  tenant: Tenant,
  subscription: Stripe.Subscription,
  reason: 'pause_requested' | 'trial_end_without_payment_method',
): Stripe.Subscription {
  if (subscription.status === 'canceled' || subscription.status === 'paused')
    throw wrongState(`You cannot pause a subscription with status ${subscription.status}.`);
  changeSubscription(tenant, subscription, () => {
    if (subscription.status === 'trialing') subscription.trial_end = tenant.now();
    subscription.status = 'paused';
    subscription.status_details = {
      paused: { type: 'subscription', transitioned_at: tenant.now(), subscription: { type: reason } },
    };
  });
  tenant.emit('customer.subscription.paused', subscription);
  return subscription;
}

export function resumeSubscription(tenant: Tenant, subscription: Stripe.Subscription): Stripe.Subscription {
  if (subscription.status !== 'paused') throw wrongState('The subscription is not paused.');
  paymentMethodFor(tenant, idOf(subscription.customer));
  changeSubscription(tenant, subscription, () => {
    subscription.status = 'active';
    delete subscription.status_details;
    startPeriod(subscription, tenant.now());
  });
  tenant.emit('customer.subscription.resumed', subscription);
  return renewSubscription(tenant, subscription);
}

export function cancelSubscription(tenant: Tenant, subscription: Stripe.Subscription, params: Params) {
  if (subscription.status === 'canceled')
    throw wrongState(`No such subscription: '${subscription.id}'`, 'resource_missing');
  subscription.canceled_at = tenant.now();
  recordCancellation(subscription, params, true);
  return endSubscription(tenant, subscription);
}

/** Ends it now; why, stands in its cancellation details. Its open invoices are not collected any more. */
export function endSubscription(tenant: Tenant, subscription: Stripe.Subscription): Stripe.Subscription {
  subscription.status = 'canceled';
  subscription.canceled_at ??= tenant.now();
  subscription.ended_at = tenant.now();
  for (const invoice of tenant.invoices.list(idOf(subscription.customer)))
    if (invoice.status === 'open' && subscriptionIdOf(invoice) === subscription.id)
      Object.assign(invoice, { auto_advance: false, next_payment_attempt: null });
  tenant.emit('customer.subscription.deleted', subscription);
  return subscription;
}

function recordCancellation(subscription: Stripe.Subscription, params: Params, cancels: boolean): void {
  const details = nested(params, 'cancellation_details');
  subscription.cancellation_details = {
    comment: text(details, 'comment') ?? null,
    feedback: text(details, 'feedback') ?? null,
    feedback_option: null,
    reason: cancels ? 'cancellation_requested' : null,
  };
}

/** Bills the current period to what the customer has. */
export const renewSubscription = (tenant: Tenant, subscription: Stripe.Subscription): Stripe.Subscription =>
  bill(tenant, subscription, () => undefined);

/** The next period begins where the current one ends, and is billed. */
export const startNextPeriod = (tenant: Tenant, subscription: Stripe.Subscription): Stripe.Subscription =>
  bill(tenant, subscription, () => {
    const now = currentPeriodEnd(subscription);
    for (const item of subscription.items.data) if (item.current_period_end <= now) moveOn(item);
  });

/**
 * Applies `change`, makes the invoice of the period that is current then, tells of both, and charges it. Stripe keeps such an
 * invoice as a draft for an hour; here it is finalized at once.
 */
function bill(tenant: Tenant, subscription: Stripe.Subscription, change: () => void): Stripe.Subscription {
  let invoice: Stripe.Invoice | undefined;
  changeSubscription(tenant, subscription, () => {
    change();
    invoice = storeInvoice(tenant, invoiceSubscription(tenant, subscription, 'subscription_cycle'));
    subscription.latest_invoice = invoice.id;
  });
  tryToPay(tenant, invoice!);
  return subscription;
}

function moveOn(item: Stripe.SubscriptionItem): void {
  item.current_period_start = item.current_period_end;
  item.current_period_end = periodEnd(item.current_period_start, item.price);
}

function startPeriod(subscription: Stripe.Subscription, start: number): void {
  subscription.billing_cycle_anchor = start;
  for (const item of subscription.items.data) {
    item.current_period_start = start;
    item.current_period_end = periodEnd(start, item.price);
  }
}
