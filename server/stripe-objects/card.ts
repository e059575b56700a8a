import { fieldsOf, id, text, whole } from './fields';

export interface ChargedCard {
  /** Of the payment method. */
  id: string;
  /** The last month in which it is taken, `2026-08`. */
  month: string;
  brand: string | null;
  last4: string | null;
}

/**
 * The card that a subscription is charged to: its own default payment method, else the customer's, both expanded. Null where
 * that is no card (an older `default_source` isn't looked at).
 */
export function cardOf(object: unknown): ChargedCard | null {
  const subscription = fieldsOf(object);
  const ofCustomer = fieldsOf(fieldsOf(subscription.customer).invoice_settings);
  const method = fieldsOf(subscription.default_payment_method ?? ofCustomer.default_payment_method);
  const card = fieldsOf(method.card);
  const [methodId, month, year] = [id(method), whole(card.exp_month), whole(card.exp_year)];
  if (methodId === null || month === null || year === null) return null;
  if (month < 1 || month > 12 || year < 2000 || year > 9998) return null;
  return {
    id: methodId,
    month: `${year}-${String(month).padStart(2, '0')}`,
    brand: text(card.display_brand, card.brand),
    last4: text(card.last4),
  };
}
