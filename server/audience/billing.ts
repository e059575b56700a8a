/** A contact's billing fields, derived from what is known of all its customers' subscriptions. Pure. */
import type { Billing, SubscriptionStatus } from '../../shared/api';
import { flag, isoTimeOrNull } from '../db/columns';
import type { Row } from '../db/schema';

export type BillingColumns = Pick<
  Row<'contact'>,
  | 'subscription_status'
  | 'plan'
  | 'mrr'
  | 'currency'
  | 'renews_at'
  | 'trial_ends_at'
  | 'delinquent'
  | 'wrong_card'
  | 'customer_since'
>;

/** As views, conditions and merge tags say them. */
export const billingOf = (contact: Row<'contact'>): Omit<Billing, 'ltv_others'> => ({
  subscription_status: contact.subscription_status,
  plan: contact.plan,
  mrr: contact.mrr,
  currency: contact.currency,
  renews_at: isoTimeOrNull(contact.renews_at),
  trial_ends_at: isoTimeOrNull(contact.trial_ends_at),
  delinquent: contact.delinquent === null ? null : contact.delinquent === 1,
  wrong_card: contact.wrong_card === null ? null : contact.wrong_card === 1,
  customer_since: isoTimeOrNull(contact.customer_since),
  ltv: contact.ltv,
  ltv_currency: contact.ltv_currency,
  payments: contact.payments,
  first_payment_at: isoTimeOrNull(contact.first_payment_at),
  last_payment_at: isoTimeOrNull(contact.last_payment_at),
});

const PRECEDENCE: readonly SubscriptionStatus[] = ['past_due', 'active', 'trialing', 'paused', 'canceled'];
const CHARGED: readonly (SubscriptionStatus | null)[] = ['past_due', 'active', 'trialing'];
const EARNING: readonly (SubscriptionStatus | null)[] = ['past_due', 'active'];

type Customer = Pick<
  Row<'customer_link'>,
  'customer_id' | 'delinquent' | 'customer_since' | 'default_method' | 'default_method_at'
>;

/**
 * Status by precedence past_due > active > trialing > paused > canceled; plan and dates are those of the largest
 * subscription in that status; mrr (minor units per month) counts active and past_due ones in the currency of the
 * largest. Discounts are ignored, as in the readers.
 */
export function deriveBilling(
  customers: readonly Customer[],
  subscriptions: readonly Row<'subscription_state'>[],
): BillingColumns {
  const bySize = subscriptions.filter((one) => one.status !== null).toSorted(bySizeThenId);
  const status = PRECEDENCE.find((candidate) => bySize.some((one) => one.status === candidate)) ?? null;
  const leading = bySize.find((one) => one.status === status);
  const earning = bySize.filter((one) => EARNING.includes(one.status));
  const currency = (earning[0] ?? leading)?.currency ?? null;
  const since = customers.map((one) => one.customer_since).filter((time) => time !== null);
  const owing = customers.filter((one) => one.delinquent !== null);
  return {
    subscription_status: status,
    plan: leading?.plan ?? null,
    mrr: leading ? earning.filter((one) => one.currency === currency).reduce((sum, one) => sum + one.mrr, 0) : null,
    currency,
    renews_at: leading?.renews_at ?? null,
    trial_ends_at: leading?.trial_ends_at ?? null,
    delinquent: owing.length ? (owing.some((one) => one.delinquent === 1) ? 1 : 0) : null,
    wrong_card: subscriptions.length ? flag(subscriptions.some((one) => hasWrongCard(one, customers))) : null,
    customer_since: since.length ? Math.min(...since) : null,
  };
}

/**
 * Stripe charges the subscription's own card, whatever the customer chose since: a card set in the customer portal becomes
 * the customer's default only. https://docs.stripe.com/billing/subscriptions/payment-methods-setting
 */
function hasWrongCard(own: Row<'subscription_state'>, customers: readonly Customer[]): boolean {
  const customer = customers.find(({ customer_id }) => customer_id === own.customer_id);
  if (!customer?.default_method || !own.default_method || !CHARGED.includes(own.status)) return false;
  const [chosen, kept] = [customer.default_method_at, own.default_method_at];
  return customer.default_method !== own.default_method && chosen !== null && kept !== null && chosen > kept;
}

/** Of two that cost the same the later id counts, whatever the order of the rows. */
const bySizeThenId = (a: Row<'subscription_state'>, b: Row<'subscription_state'>): number =>
  b.mrr - a.mrr || (a.subscription_id < b.subscription_id ? 1 : -1);
