import { customerOf } from './customer';
import { bool, currency, date, fieldsOf, id, listOf, metadata, text, whole } from './fields';
import type { Reading } from './types';

/**
 * Whose a charge is, as GET /v1/charges/:id?expand[]=customer returns it: the customer's address, else the one given
 * with the payment, else where the receipt went. The customer may be missing, an id, or deleted.
 */
export function emailsOfCharge(object: unknown): {
  customerId: string | null;
  email: string | null;
  name: string | null;
} {
  const charge = fieldsOf(object);
  const customer = customerOf(charge.customer);
  const billing = fieldsOf(charge.billing_details);
  return {
    customerId: customer.id,
    email: text(customer.email, billing.email, charge.receipt_email),
    name: text(customer.name, billing.name),
  };
}

/** A charge of which something was refunded. Each refund of it is a change of its own, told by the sum so far. */
export function readRefundedCharge(object: unknown): Reading {
  const charge = fieldsOf(object);
  const { customerId, email, name } = emailsOfCharge(object);
  const objectId = id(charge);
  const invoiceId = id(charge.invoice);
  const refunded = whole(charge.amount_refunded);
  // The newest stands first; since 2022-11-15 only there where the merchant expands it.
  const [newest = {}] = listOf(charge.refunds);
  return {
    objectId,
    customerId,
    email,
    name,
    invoiceId,
    attempt: refunded,
    properties: {
      charge_id: objectId,
      customer_id: customerId,
      customer_name: name,
      customer_email: email,
      invoice_id: invoiceId,
      amount: refunded,
      amount_charged: whole(charge.amount_captured, charge.amount),
      currency: currency(charge.currency),
      is_full_refund: bool(charge.refunded),
      reason: text(newest.reason),
      receipt_url: text(charge.receipt_url),
      description: text(charge.description),
      paid_at: date(charge.created),
      metadata: metadata(charge.metadata),
    },
  };
}
