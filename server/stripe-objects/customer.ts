import { date, type Fields, fieldsOf, bool, id, metadata, reference, seconds, text } from './fields';
import type { CustomerFacts, Reading } from './types';

/** A customer as Stripe returns it: whole, or the stub of a deleted one. Null when it isn't a customer with an id. */
export function customerFromStripe(object: unknown): CustomerFacts | null {
  const customer = fieldsOf(object);
  const customerId = id(customer);
  if (customerId === null) return null;
  return {
    id: customerId,
    email: text(customer.email),
    name: nameOf(customer),
    deleted: customer.deleted === true,
    metadata: metadata(customer.metadata),
    delinquent: bool(customer.delinquent),
    created: seconds(customer.created),
    defaultMethod: defaultMethodOf(customer),
  };
}

/** A source of older days goes before it. https://docs.stripe.com/api/customers/object#customer_object-invoice_settings */
function defaultMethodOf(customer: Fields): string | null {
  const chosen = reference(fieldsOf(customer.invoice_settings).default_payment_method);
  return chosen === '' ? (id(customer.default_source) ?? '') : chosen;
}

/** Whether an event with these `previous_attributes` tells of another default card. */
export const choosesMethod = ({ invoice_settings, default_source }: Fields): boolean =>
  default_source !== undefined || fieldsOf(invoice_settings).default_payment_method !== undefined;

/** What `customer` of another object tells: an id, an expanded customer, or an expanded deleted one. */
export function customerOf(reference: unknown): { id: string | null; email: string | null; name: string | null } {
  const customer = fieldsOf(reference);
  return { id: id(reference), email: text(customer.email), name: nameOf(customer) };
}

export function readCustomer(object: unknown): Reading {
  const customer = fieldsOf(object);
  const objectId = id(customer);
  const email = text(customer.email);
  const name = nameOf(customer);
  const locales: unknown[] = Array.isArray(customer.preferred_locales) ? customer.preferred_locales : [];
  return {
    objectId,
    customerId: objectId,
    email,
    name,
    customer: customerFromStripe(object),
    properties: {
      customer_id: objectId,
      customer_name: name,
      customer_email: email,
      phone: text(customer.phone),
      country: text(fieldsOf(customer.address).country),
      preferred_locale: text(...locales),
      description: text(customer.description),
      delinquent: bool(customer.delinquent),
      customer_since: date(customer.created),
      metadata: metadata(customer.metadata),
    },
  };
}

/** The event's word for it: its payload is the whole customer, as it last was. */
export function readDeletedCustomer(object: unknown): Reading {
  return readCustomer({ ...fieldsOf(object), deleted: true });
}

const nameOf = (customer: Fields): string | null =>
  text(customer.name, customer.individual_name, customer.business_name);
