import { customerOf } from './customer';
import { currency, date, fieldsOf, id, metadata, text, whole } from './fields';
import type { Reading } from './types';

/** Guests have no customer: their address and name are in `customer_details`. */
export function readCheckoutSession(object: unknown): Reading {
  const session = fieldsOf(object);
  const customer = customerOf(session.customer);
  const given = fieldsOf(session.customer_details);
  const details = fieldsOf(session.total_details);
  const shown = fieldsOf(session.presentment_details);
  const isConverted = whole(shown.presentment_amount) !== null && currency(shown.presentment_currency) !== null;
  const email = text(given.email, session.customer_email, customer.email);
  const name = text(given.name, given.individual_name, customer.name, given.business_name);
  const objectId = id(session);
  const subscriptionId = id(session.subscription);
  const invoiceId = id(session.invoice);
  return {
    objectId,
    customerId: customer.id,
    email,
    name,
    subscriptionId,
    invoiceId,
    properties: {
      checkout_session_id: objectId,
      customer_id: customer.id,
      customer_name: name,
      customer_email: email,
      phone: text(given.phone),
      country: text(fieldsOf(given.address).country),
      subscription_id: subscriptionId,
      invoice_id: invoiceId,
      amount: whole(session.amount_total),
      amount_subtotal: whole(session.amount_subtotal),
      amount_discount: whole(details.amount_discount),
      amount_tax: whole(details.amount_tax),
      currency: currency(session.currency),
      presentment_amount: whole(isConverted ? shown.presentment_amount : session.amount_total),
      presentment_currency: currency(isConverted ? shown.presentment_currency : session.currency),
      receipt_url: receiptUrl(session.payment_intent, session.invoice),
      mode: text(session.mode),
      status: text(session.status),
      payment_status: text(session.payment_status),
      recovery_url: text(fieldsOf(fieldsOf(session.after_expiration).recovery).url),
      consent_promotions: text(fieldsOf(session.consent).promotions),
      opened_at: date(session.created),
      client_reference_id: text(session.client_reference_id),
      metadata: metadata(session.metadata),
    },
  };
}

/** Stripe sends only ids here unless the merchant's API version expands them. */
function receiptUrl(paymentIntent: unknown, invoice: unknown): string | null {
  const { latest_charge: charge } = fieldsOf(paymentIntent);
  return text(fieldsOf(charge).receipt_url, fieldsOf(invoice).hosted_invoice_url);
}
