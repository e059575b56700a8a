import type Stripe from 'stripe';
import { previousAttributes } from '../changes';
import type { Tenant } from '../tenant';

/** Applies `change` and emits customer.subscription.updated if it made a difference. */
export function changeSubscription(
  tenant: Tenant,
  subscription: Stripe.Subscription,
  change: () => void,
): Stripe.Subscription {
  const before = structuredClone(subscription);
  change();
  const previous = previousAttributes(before, subscription);
  if (previous) tenant.emit('customer.subscription.updated', subscription, previous);
  return subscription;
}

/** What a payment of one of its invoices does to a subscription that has not ended. */
export function settleSubscription(
  tenant: Tenant,
  subscription: Stripe.Subscription,
  status: 'active' | 'past_due',
): void {
  const isSettled = subscription.status === 'incomplete' || subscription.status === 'past_due';
  if (status === 'active' ? isSettled : subscription.status === 'active')
    changeSubscription(tenant, subscription, () => (subscription.status = status));
}
