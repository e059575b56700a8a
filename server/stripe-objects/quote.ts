import { customerOf } from './customer';
import { currency, date, fieldsOf, id, metadata, text, whole } from './fields';
import type { Reading } from './types';

export function readQuote(object: unknown): Reading {
  const quote = fieldsOf(object);
  const customer = customerOf(quote.customer);
  const details = fieldsOf(quote.total_details);
  const recurring = fieldsOf(fieldsOf(quote.computed).recurring);
  const transitions = fieldsOf(quote.status_transitions);
  const objectId = id(quote);
  const subscriptionId = id(quote.subscription);
  const invoiceId = id(quote.invoice);
  return {
    objectId,
    customerId: customer.id,
    email: customer.email,
    name: customer.name,
    subscriptionId,
    invoiceId,
    properties: {
      quote_id: objectId,
      customer_id: customer.id,
      subscription_id: subscriptionId,
      invoice_id: invoiceId,
      number: text(quote.number),
      status: text(quote.status),
      description: text(quote.description, quote.header),
      amount: whole(quote.amount_total),
      amount_subtotal: whole(quote.amount_subtotal),
      amount_discount: whole(details.amount_discount),
      amount_tax: whole(details.amount_tax),
      currency: currency(quote.currency),
      recurring_amount: whole(recurring.amount_total),
      interval: text(recurring.interval),
      interval_count: whole(recurring.interval_count),
      expires_at: date(quote.expires_at),
      finalized_at: date(transitions.finalized_at),
      accepted_at: date(transitions.accepted_at),
      canceled_at: date(transitions.canceled_at),
      metadata: metadata(quote.metadata),
    },
  };
}
