/**
 * What was paid and what was refunded, as events and fetched invoices tell it. Both name the payment by the same key,
 * whichever comes first: its invoice, else its payment intent.
 */
import { customerOf } from './customer';
import { currency, fieldsOf, id, seconds, text, whole } from './fields';
import { emailsOfCharge } from './charge';
import type { PaymentFacts, RefundFacts } from './types';

/** Stripe's own amounts have at most twelve digits; sums of larger ones would not stay exact. */
const MOST = 999_999_999_999;

const amountOf = (value: unknown): number | null => {
  const amount = whole(value);
  return amount !== null && amount >= 0 && amount <= MOST ? amount : null;
};

/** Null where nothing was paid. What was paid out of band counts: the merchant says that the money came in. */
export function paymentOfInvoice(object: unknown): PaymentFacts | null {
  const invoice = fieldsOf(object);
  const customer = customerOf(invoice.customer);
  return paymentFacts({
    id: id(invoice),
    customerId: customer.id,
    email: text(invoice.customer_email, customer.email),
    currency: currency(invoice.currency),
    amount: amountOf(invoice.amount_paid),
    paidAt: seconds(fieldsOf(invoice.status_transitions).paid_at),
  });
}

/** Null for a checkout that isn't paid, or whose invoice, also one that is yet to be made, says so itself. */
export function paymentOfCheckout(object: unknown): PaymentFacts | null {
  const session = fieldsOf(object);
  const isInvoiced = id(session.invoice) !== null || fieldsOf(session.invoice_creation).enabled === true;
  if (session.mode !== 'payment' || session.payment_status !== 'paid' || isInvoiced) return null;
  const customer = customerOf(session.customer);
  return paymentFacts({
    id: id(session.payment_intent, session),
    customerId: customer.id,
    email: text(fieldsOf(session.customer_details).email, session.customer_email, customer.email),
    currency: currency(session.currency),
    amount: amountOf(session.amount_total),
    paidAt: null,
  });
}

/** Null where the parts that a payment can't be without are missing, or it is one of nothing. */
function paymentFacts({ id, currency, amount, ...facts }: Nullable<PaymentFacts>): PaymentFacts | null {
  return id === null || currency === null || !amount ? null : { id, currency, amount, ...facts };
}

type Nullable<T> = { [K in keyof T]: T[K] | null };

/** Since 2025-03-31.basil a charge doesn't name its invoice: https://docs.stripe.com/changelog/basil */
export function refundOfCharge(object: unknown): RefundFacts | null {
  const charge = fieldsOf(object);
  const chargeId = id(charge);
  const amount = amountOf(charge.amount_refunded);
  const ofCharge = currency(charge.currency);
  if (chargeId === null || amount === null || ofCharge === null) return null;
  const { customerId, email } = emailsOfCharge(object);
  return {
    chargeId,
    invoiceId: id(charge.invoice),
    paymentIntentId: id(charge.payment_intent),
    customerId,
    email,
    currency: ofCharge,
    amount,
  };
}
