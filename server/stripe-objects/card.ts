import { fieldsOf, id, whole } from './fields';

/**
 * The card that a subscription is charged to: its own default payment method, else the customer's, both expanded; an older
 * `default_source` has no part in it. Null where it is no card, or has no month. Its month as `2026-08`.
 */
export function cardOf(object: unknown): { id: string; expires: string } | null {
  const subscription = fieldsOf(object);
  const customer = fieldsOf(subscription.customer);
  const method = fieldsOf(
    subscription.default_payment_method ?? fieldsOf(customer.invoice_settings).default_payment_method,
  );
  const methodId = id(method);
  const { exp_month, exp_year } = fieldsOf(method.card);
  const [month, year] = [whole(exp_month), whole(exp_year)];
  if (methodId === null || month === null || year === null) return null;
  if (month < 1 || month > 12 || year < 2000 || year > 9998) return null;
  return { id: methodId, expires: `${year}-${String(month).padStart(2, '0')}` };
}
