/** When a subscription's period, its trial and it itself end. Epoch seconds. */
import type Stripe from 'stripe';

export const currentPeriodStart = ({ items }: Stripe.Subscription): number =>
  Math.min(...items.data.map(({ current_period_start }) => current_period_start));

export const currentPeriodEnd = ({ items }: Stripe.Subscription): number =>
  Math.min(...items.data.map(({ current_period_end }) => current_period_end));

/** Null when nobody has canceled it. */
export const endsAt = (subscription: Stripe.Subscription): number | null =>
  subscription.cancel_at ?? (subscription.cancel_at_period_end ? currentPeriodEnd(subscription) : null);
