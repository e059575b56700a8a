/** From a draft to an invoice that is paid, or failed to be. */
import type Stripe from 'stripe';
import { idOf } from '../collection';
import { isCardError, isNoPaymentMethod, noPaymentMethod, wrongState } from '../stripe-error';
import type { Tenant } from '../tenant';
import { changeCustomer, customerOf } from './customer';
import { attachPaymentMethod } from './payment-methods';
import { confirmPaymentIntent, newPaymentIntent } from './payments';
import { settleSubscription } from './subscription-status';

const DAY = 86_400;
/** Days from each attempt to the next; after the last, Stripe gives up. https://docs.stripe.com/billing/revenue-recovery */
const RETRY_AFTER_DAYS = [3, 5, 7];

/** Gives a draft its number and pages; leaves an invoice that is past that alone. */
export function finalizeInvoice(tenant: Tenant, invoice: Stripe.Invoice): Stripe.Invoice {
  if (invoice.status !== 'draft') return invoice;
  const customer = tenant.customers.find(idOf(invoice.customer!));
  const sequence = customer?.next_invoice_sequence ?? 1;
  if (customer) customer.next_invoice_sequence = sequence + 1;
  const pages = tenant.pagesUrl() ?? 'https://invoice.stripe.com';
  const page = `${tenant.account.id}/${tenant.livemode ? 'live' : 'test'}_${tenant.random.letters(40)}`;
  Object.assign(invoice, {
    status: 'open',
    number: `${customer?.invoice_prefix ?? tenant.random.letters(8).toUpperCase()}-${String(sequence).padStart(4, '0')}`,
    hosted_invoice_url: `${pages}/i/${page}?s=ap`,
    invoice_pdf: `https://pay.stripe.com/invoice/${page}/pdf?s=ap`,
    effective_at: tenant.now(),
  });
  invoice.status_transitions.finalized_at = tenant.now();
  if (invoice.amount_due > 0) addDefaultPayment(tenant, invoice);
  tenant.emit('invoice.finalized', invoice);
  return invoice;
}

/**
 * Finalizes and charges it: `method`, else what its subscription or customer has. Only Stripe's own attempts move its
 * schedule of retries on.
 * @throws StripeApiError 402 when the card declines (after invoice.payment_failed), 400 when there is nothing to charge
 */
export function payInvoice(
  tenant: Tenant,
  invoice: Stripe.Invoice,
  { method, isAutomatic = false }: { method?: string; isAutomatic?: boolean } = {},
): Stripe.Invoice {
  if (invoice.status === 'paid') throw wrongState('Invoice is already paid', 'invoice_already_paid');
  if (invoice.status === 'void') throw wrongState('This invoice can no longer be paid.');
  finalizeInvoice(tenant, invoice);
  if (invoice.amount_due <= 0) return markPaid(tenant, invoice);
  const payment = defaultPaymentOf(tenant, invoice)!;
  const intent = intentOf(tenant, invoice)!;
  const isCounted = isAutomatic || !invoice.attempted;
  try {
    confirmPaymentIntent(tenant, intent, method ?? methodForInvoice(tenant, invoice));
  } catch (error) {
    if (isCardError(error)) markFailed(tenant, invoice, { isCounted, error: intent.last_payment_error?.code });
    else if (isAutomatic && isNoPaymentMethod(error)) markFailed(tenant, invoice, { isCounted });
    throw error;
  }
  if (isCounted) invoice.attempt_count += 1;
  Object.assign(payment, { status: 'paid', amount_paid: invoice.amount_due });
  payment.status_transitions.paid_at = tenant.now();
  return markPaid(tenant, invoice);
}

/** Stripe's own attempt: a decline, or nothing to charge, is no error here. It leaves the invoice open. */
export function tryToPay(tenant: Tenant, invoice: Stripe.Invoice): void {
  try {
    payInvoice(tenant, invoice, { isAutomatic: true });
  } catch (error) {
    if (!isCardError(error) && !isNoPaymentMethod(error)) throw error;
  }
}

/** The payment that Stripe makes with the invoice; null for one of nothing, or that is a draft. */
const defaultPaymentOf = (tenant: Tenant, { id }: Stripe.Invoice): Stripe.InvoicePayment | null =>
  tenant.invoicePayments.list().find(({ invoice }) => invoice === id) ?? null;

function addDefaultPayment(tenant: Tenant, invoice: Stripe.Invoice): void {
  const intent = newPaymentIntent(tenant, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: invoice.customer,
    description: invoice.description ?? 'Subscription update',
    receipt_email: invoice.customer_email,
  });
  tenant.invoicePayments.put({
    id: tenant.newId('inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: tenant.now(),
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: tenant.livemode,
    payment: { type: 'payment_intent', payment_intent: intent.id },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  });
}

/** The payment intent that its attempts go by. */
export function intentOf(tenant: Tenant, invoice: Stripe.Invoice): Stripe.PaymentIntent | undefined {
  const intent = defaultPaymentOf(tenant, invoice)?.payment.payment_intent;
  return intent ? tenant.paymentIntents.find(idOf(intent)) : undefined;
}

/** What Stripe charges: the subscription's own payment method goes before the customer's. */
export function methodForInvoice(tenant: Tenant, invoice: Stripe.Invoice): string {
  const own = tenant.subscriptions.find(subscriptionIdOf(invoice) ?? '')?.default_payment_method;
  return own ? idOf(own) : paymentMethodFor(tenant, idOf(invoice.customer!));
}

/** The customer's default payment method. @throws StripeApiError 400 when there is none, as Stripe does */
export function paymentMethodFor(tenant: Tenant, customerId: string): string {
  const customer = customerOf(tenant, customerId);
  const chosen = customer.invoice_settings.default_payment_method;
  const fallback = tenant.paymentMethods.list(customerId)[0]?.id;
  if (typeof chosen === 'string')
    return tenant.paymentMethods.find(chosen)?.id ?? attachDefault(tenant, chosen, customer);
  if (fallback) return fallback;
  throw noPaymentMethod();
}

function attachDefault(tenant: Tenant, name: string, customer: Stripe.Customer): string {
  const paymentMethod = attachPaymentMethod(tenant, name, customer.id);
  customer.invoice_settings.default_payment_method = paymentMethod.id;
  return paymentMethod.id;
}

export function markPaid(tenant: Tenant, invoice: Stripe.Invoice): Stripe.Invoice {
  Object.assign(invoice, {
    status: 'paid',
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    attempted: true,
    auto_advance: false,
    next_payment_attempt: null,
  });
  invoice.status_transitions.paid_at = tenant.now();
  const subscription = tenant.subscriptions.find(subscriptionIdOf(invoice) ?? '');
  if (subscription) settleSubscription(tenant, subscription, 'active');
  setDelinquent(tenant, invoice, false);
  tenant.emit('invoice.paid', invoice);
  tenant.emit('invoice.payment_succeeded', invoice);
  return invoice;
}

interface Failure {
  /** Whether the attempt counts for the schedule of retries. */
  isCounted: boolean;
  /** The error's code; none when there was nothing to charge. */
  error?: string;
}

function markFailed(tenant: Tenant, invoice: Stripe.Invoice, { isCounted, error }: Failure): void {
  const subscription = tenant.subscriptions.find(subscriptionIdOf(invoice) ?? '');
  if (isCounted) countAttempt(tenant, invoice, { retries: subscription?.status !== 'incomplete' });
  if (subscription && subscription.status !== 'incomplete') {
    settleSubscription(tenant, subscription, 'past_due');
    setDelinquent(tenant, invoice, true);
  }
  tenant.emit('invoice.payment_failed', invoice);
  if (error === 'authentication_required') tenant.emit('invoice.payment_action_required', invoice);
}

/** Notes an attempt of Stripe's own and plans the next one. */
export function countAttempt(tenant: Tenant, invoice: Stripe.Invoice, { retries }: { retries: boolean }): void {
  invoice.attempted = true;
  invoice.attempt_count += 1;
  const days = invoice.auto_advance && retries ? RETRY_AFTER_DAYS[invoice.attempt_count - 1] : undefined;
  invoice.next_payment_attempt = days === undefined ? null : tenant.now() + days * DAY;
}

function setDelinquent(tenant: Tenant, invoice: Stripe.Invoice, delinquent: boolean): void {
  const customer = tenant.customers.find(idOf(invoice.customer!));
  if (customer) changeCustomer(tenant, customer, () => (customer.delinquent = delinquent));
}

export function subscriptionIdOf(invoice: Stripe.Invoice): string | undefined {
  const subscription = invoice.parent?.subscription_details?.subscription;
  return subscription ? idOf(subscription) : undefined;
}
