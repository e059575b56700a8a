import { customerOf } from './customer';
import { currency, date, type Fields, fieldsOf, id, listOf, metadata, seconds, text, whole } from './fields';
import { readPaymentFailure, UNKNOWN_FAILURE } from './payment-failure';
import { priceName } from './price-name';
import type { Reading } from './types';

/** An invoice that was made. */
export const readInvoice = (object: unknown): Reading => read(object, 'amount_due');

export const readPaidInvoice = (object: unknown): Reading => read(object, 'amount_paid');

/** A preview: whatever id it may carry names nothing that can be asked for. */
export function readUpcomingInvoice(object: unknown): Reading {
  return read({ ...fieldsOf(object), id: null }, 'amount_due');
}

function read(object: unknown, amountField: 'amount_due' | 'amount_paid'): Reading {
  const invoice = fieldsOf(object);
  const customer = customerOf(invoice.customer);
  const email = text(invoice.customer_email, customer.email);
  const name = text(invoice.customer_name, customer.name);
  const line = mainLine(listOf(invoice.lines));
  const period = fieldsOf(line.period);
  const ofSubscription = fieldsOf(fieldsOf(invoice.parent).subscription_details);
  const subscriptionId = id(invoice.subscription, ofSubscription.subscription, subscriptionOfLine(line));
  const transitions = fieldsOf(invoice.status_transitions);
  const objectId = id(invoice);
  const attempts = whole(invoice.attempt_count);
  return {
    objectId,
    customerId: customer.id,
    email,
    name,
    subscriptionId,
    invoiceId: objectId,
    attempt: attempts,
    properties: {
      invoice_id: objectId,
      customer_id: customer.id,
      customer_name: name,
      customer_email: email,
      subscription_id: subscriptionId,
      number: text(invoice.number),
      status: text(invoice.status),
      billing_reason: text(invoice.billing_reason),
      collection_method: text(invoice.collection_method),
      amount: whole(invoice[amountField]),
      amount_due: whole(invoice.amount_due),
      amount_paid: whole(invoice.amount_paid),
      amount_remaining: whole(invoice.amount_remaining),
      amount_subtotal: whole(invoice.subtotal),
      amount_discount: sum(invoice.total_discount_amounts),
      amount_tax: sum(invoice.total_taxes ?? invoice.total_tax_amounts) ?? whole(invoice.tax),
      currency: currency(invoice.currency),
      hosted_invoice_url: text(invoice.hosted_invoice_url),
      invoice_pdf: text(invoice.invoice_pdf),
      // Once paid, the hosted page is where the customer finds the receipt.
      receipt_url: text(fieldsOf(invoice.charge).receipt_url, invoice.hosted_invoice_url),
      attempt_count: attempts,
      next_payment_attempt: date(invoice.next_payment_attempt),
      due_date: date(invoice.due_date),
      finalized_at: date(transitions.finalized_at, invoice.created),
      paid_at: date(transitions.paid_at),
      voided_at: date(transitions.voided_at),
      uncollectible_at: date(transitions.marked_uncollectible_at),
      plan: priceName(line.price ?? line.plan ?? fieldsOf(fieldsOf(line.pricing).price_details).price),
      line_description: text(line.description),
      // The invoice's own period is the one before: https://docs.stripe.com/api/invoices/object#invoice_object-period_end
      period_start: date(period.start, invoice.period_start),
      period_end: date(period.end, invoice.period_end),
      ...failureOf(invoice),
      metadata: metadata(invoice.metadata),
      subscription_metadata: metadata(ofSubscription.metadata ?? fieldsOf(invoice.subscription_details).metadata),
    },
  };
}

/** As far as the invoice itself tells it: older API versions name the payment, and expand it where asked to. */
function failureOf(invoice: Fields) {
  const payments = [invoice.payment_intent, invoice.charge];
  const failure = payments.map(readPaymentFailure).find((found) => found !== undefined) ?? UNKNOWN_FAILURE;
  return {
    payment_id: id(...payments),
    failure_kind: failure.kind,
    decline_code: failure.declineCode,
    // Where retries are left to Stripe's automations, the event doesn't say yet when the next one is.
    is_last_attempt: seconds(invoice.next_payment_attempt) === null ? null : false,
  };
}

/** The line the invoice is about: the largest for a subscription's new period, else the largest. */
function mainLine(lines: readonly Fields[]): Fields {
  const renewals = lines.filter((line) => subscriptionOfLine(line) !== null && !isProration(line));
  const candidates = renewals.length > 0 ? renewals : lines;
  return candidates.reduce<Fields>(
    (largest, line) => ((whole(line.amount) ?? 0) > (whole(largest.amount) ?? 0) ? line : largest),
    candidates[0] ?? {},
  );
}

const parentOfLine = (line: Fields): Fields => {
  const parent = fieldsOf(line.parent);
  return fieldsOf(parent.subscription_item_details ?? parent.invoice_item_details);
};

const subscriptionOfLine = (line: Fields): string | null => id(line.subscription, parentOfLine(line).subscription);

const isProration = (line: Fields): boolean => line.proration === true || parentOfLine(line).proration === true;

/** Null where Stripe sent no such list. */
function sum(list: unknown): number | null {
  if (!Array.isArray(list)) return null;
  return whole(listOf(list).reduce((total, { amount }) => total + (whole(amount) ?? 0), 0));
}
