import type Stripe from 'stripe';
import { idOf } from '../collection';
import { countAttempt, intentOf, methodForInvoice, subscriptionIdOf, tryToPay } from '../resources/invoice-payment';
import { isHardDecline } from '../resources/declines';
import { endSubscription } from '../resources/subscriptions';
import { isNoPaymentMethod } from '../stripe-error';
import type { Tenant } from '../tenant';
import { announcement, type Due } from './due';

export function nextOfInvoice(tenant: Tenant, invoice: Stripe.Invoice): Due | undefined {
  if (invoice.status !== 'open') return undefined;
  if (invoice.next_payment_attempt !== null)
    return { at: invoice.next_payment_attempt, happen: () => retry(tenant, invoice) };
  if (invoice.due_date === null) return undefined;
  const type = 'invoice.overdue';
  const times = { of: invoice.due_date, at: invoice.due_date, since: invoice.created };
  return announcement(tenant, { type, id: invoice.id, ...times }, () => tenant.emit(type, invoice));
}

/** The next attempt of the schedule; when it was the last, the subscription ends. */
function retry(tenant: Tenant, invoice: Stripe.Invoice): void {
  if (isPointless(tenant, invoice)) {
    countAttempt(tenant, invoice, { retries: true });
    tenant.emit('invoice.updated', invoice);
  } else tryToPay(tenant, invoice);
  if (invoice.status !== 'open' || invoice.next_payment_attempt !== null) return;
  const subscription = tenant.subscriptions.find(subscriptionIdOf(invoice) ?? '');
  if (subscription?.status !== 'past_due') return;
  subscription.cancellation_details = {
    comment: null,
    feedback: null,
    feedback_option: null,
    reason: 'payment_failed',
  };
  endSubscription(tenant, subscription);
}

/** Stripe's retries leave out a card that was declined for good. https://docs.stripe.com/billing/revenue-recovery/smart-retries */
function isPointless(tenant: Tenant, invoice: Stripe.Invoice): boolean {
  const failed = intentOf(tenant, invoice)?.last_payment_error?.payment_method;
  const decline = failed && tenant.declines.get(idOf(failed));
  return decline !== undefined && isHardDecline(decline) && methodOf(tenant, invoice) === failed?.id;
}

function methodOf(tenant: Tenant, invoice: Stripe.Invoice): string | undefined {
  try {
    return methodForInvoice(tenant, invoice);
  } catch (error) {
    if (isNoPaymentMethod(error)) return undefined;
    throw error;
  }
}
