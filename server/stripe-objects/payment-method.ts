import { customerOf } from './customer';
import { fieldsOf, id, metadata, text, whole } from './fields';
import type { Reading } from './types';

/** Whose it is, its customer says: the address on a card may be anybody's. */
export function readPaymentMethod(object: unknown): Reading {
  const method = fieldsOf(object);
  const card = fieldsOf(method.card);
  const customer = customerOf(method.customer);
  const objectId = id(method);
  return {
    objectId,
    customerId: customer.id,
    email: customer.email,
    name: customer.name,
    properties: {
      payment_method_id: objectId,
      customer_id: customer.id,
      card_brand: text(card.brand),
      card_last_four: text(card.last4),
      card_expiry: expiryOf(whole(card.exp_month), whole(card.exp_year)),
      metadata: metadata(method.metadata),
    },
  };
}

const expiryOf = (month: number | null, year: number | null): string | null =>
  month === null || year === null ? null : `${String(month).padStart(2, '0')}/${year}`;
