/** From a draft to an invoice that is paid, or failed to be. */
import type Stripe from 'stripe';
import { idOf } from '../collection';
import { embeddedList } from '../route';
import { confirmationRequired, isCardError, wrongState } from '../stripe-error';
import type { Tenant } from '../tenant';
import { changeCustomer, customerOf } from './customer';
import { attachPaymentMethod } from './payment-methods';
import { confirmPaymentIntent, newPaymentIntent } from './payments';
import { settleSubscription } from './subscription-status';

const DAY = 86_400;

/** Gives a draft its number and pages; leaves an invoice that is past that alone. */
export function finalizeInvoice(tenant: Tenant, invoice: Stripe.Invoice): Stripe.Invoice {
  if (invoice.status !== 'draft') return invoice;
  const customer = tenant.customers.find(idOf(invoice.customer!));
  const sequence = customer?.next_invoice_sequence ?? 1;
  if (customer) customer.next_invoice_sequence = sequence + 1;
  const page = `${tenant.account.id}/${tenant.livemode ? 'live' : 'test'}_${tenant.random.letters(40)}`;
  Object.assign(invoice, {
    status: 'open',
    number: `${customer?.invoice_prefix ?? tenant.random.letters(8).toUpperCase()}-${String(sequence).padStart(4, '0')}`,
    hosted_invoice_url: `https://invoice.stripe.com/i/${page}?s=ap`,
    invoice_pdf: `https://pay.stripe.com/invoice/${page}/pdf?s=ap`,
    effective_at: tenant.now(),
  });
  invoice.status_transitions.finalized_at = tenant.now();
  tenant.emit('invoice.finalized', invoice);
  return invoice;
}

/**
 * Finalizes and charges it: `method`, else what the customer has.
 * @throws StripeApiError 402 when the card declines or the customer must confirm (after invoice.payment_failed), 400 when there is nothing to charge
 */
export function payInvoice(tenant: Tenant, invoice: Stripe.Invoice, method?: string): Stripe.Invoice {
  if (invoice.status === 'paid') throw wrongState('Invoice is already paid', 'invoice_already_paid');
  if (invoice.status === 'void') throw wrongState('This invoice can no longer be paid.');
  finalizeInvoice(tenant, invoice);
  if (invoice.amount_due <= 0) return markPaid(tenant, invoice, null);
  const intent = newPaymentIntent(tenant, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: invoice.customer,
    description: invoice.description ?? 'Subscription update',
    receipt_email: invoice.customer_email,
  });
  try {
    confirmPaymentIntent(tenant, intent, method ?? paymentMethodFor(tenant, idOf(invoice.customer!)));
  } catch (error) {
    if (isCardError(error)) markFailed(tenant, invoice, intent);
    throw error;
  }
  if (intent.status === 'requires_action') {
    markFailed(tenant, invoice, intent, 'invoice.payment_action_required');
    throw confirmationRequired();
  }
  return markPaid(tenant, invoice, intent);
}

/** The customer's default payment method. @throws StripeApiError 400 when there is none, as Stripe does */
export function paymentMethodFor(tenant: Tenant, customerId: string): string {
  const customer = customerOf(tenant, customerId);
  const chosen = customer.invoice_settings.default_payment_method;
  const fallback = tenant.paymentMethods.list(customerId)[0]?.id;
  if (typeof chosen === 'string')
    return tenant.paymentMethods.find(chosen)?.id ?? attachDefault(tenant, chosen, customer);
  if (fallback) return fallback;
  throw wrongState(
    'This customer has no attached payment source or default payment method. Please consider adding a default ' +
      'payment method. For more information, visit https://stripe.com/docs/billing/payment-methods/setting.',
    'resource_missing',
  );
}

function attachDefault(tenant: Tenant, name: string, customer: Stripe.Customer): string {
  const paymentMethod = attachPaymentMethod(tenant, name, customer.id);
  customer.invoice_settings.default_payment_method = paymentMethod.id;
  return paymentMethod.id;
}

export function markPaid(tenant: Tenant, invoice: Stripe.Invoice, intent: Stripe.PaymentIntent | null): Stripe.Invoice {
  Object.assign(invoice, {
    status: 'paid',
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    attempted: true,
    attempt_count: invoice.attempt_count + (intent ? 1 : 0),
    auto_advance: false,
    next_payment_attempt: null,
  });
  invoice.status_transitions.paid_at = tenant.now();
  if (intent) recordPayment(tenant, invoice, intent, 'paid');
  const subscription = tenant.subscriptions.find(subscriptionIdOf(invoice) ?? '');
  if (subscription) settleSubscription(tenant, subscription, 'active');
  setDelinquent(tenant, invoice, false);
  tenant.emit('invoice.paid', invoice);
  tenant.emit('invoice.payment_succeeded', invoice);
  return invoice;
}

/** Stripe reports what the customer must confirm as failed, too, and that first. */
function markFailed(
  tenant: Tenant,
  invoice: Stripe.Invoice,
  intent: Stripe.PaymentIntent,
  also?: 'invoice.payment_action_required',
): void {
  invoice.attempted = true;
  invoice.attempt_count += 1;
  invoice.next_payment_attempt = invoice.auto_advance ? tenant.now() + 3 * DAY : null;
  recordPayment(tenant, invoice, intent, 'open');
  const subscription = tenant.subscriptions.find(subscriptionIdOf(invoice) ?? '');
  if (subscription && subscription.status !== 'incomplete') {
    settleSubscription(tenant, subscription, 'past_due');
    setDelinquent(tenant, invoice, true);
  }
  tenant.emit('invoice.payment_failed', invoice);
  if (also) tenant.emit(also, invoice);
}

function recordPayment(tenant: Tenant, invoice: Stripe.Invoice, intent: Stripe.PaymentIntent, status: 'open' | 'paid') {
  const isPaid = status === 'paid';
  invoice.payments ??= embeddedList<Stripe.InvoicePayment>([], `/v1/invoice_payments?invoice=${invoice.id}`);
  invoice.payments.data.push({
    id: tenant.newId('inpay'),
    object: 'invoice_payment',
    amount_paid: isPaid ? invoice.amount_due : null,
    amount_requested: invoice.amount_due,
    created: tenant.now(),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: tenant.livemode,
    payment: { type: 'payment_intent', payment_intent: intent.id },
    status,
    status_transitions: { canceled_at: null, paid_at: isPaid ? tenant.now() : null },
  });
}

function setDelinquent(tenant: Tenant, invoice: Stripe.Invoice, delinquent: boolean): void {
  const customer = tenant.customers.find(idOf(invoice.customer!));
  if (customer) changeCustomer(tenant, customer, () => (customer.delinquent = delinquent));
}

export function subscriptionIdOf(invoice: Stripe.Invoice): string | undefined {
  const subscription = invoice.parent?.subscription_details?.subscription;
  return subscription ? idOf(subscription) : undefined;
}
