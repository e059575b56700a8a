/** The priced lines that quotes and checkout sessions share. */
import type Stripe from 'stripe';
import { idOf } from '../collection';
import { integer, nestedList, type Params } from '../form';
import { missingParam } from '../stripe-error';
import type { Tenant } from '../tenant';
import { priceOf } from './catalog';

export function lineItemsOf(tenant: Tenant, params: Params): Stripe.LineItem[] {
  const lines = nestedList(params, 'line_items').map((line) => {
    const price = priceOf(tenant, line);
    const quantity = integer(line, 'quantity') ?? 1;
    const amount = (price.unit_amount ?? 0) * quantity;
    return {
      id: tenant.newId('li'),
      object: 'item' as const,
      adjustable_quantity: null,
      amount_discount: 0,
      amount_subtotal: amount,
      amount_tax: 0,
      amount_total: amount,
      currency: price.currency,
      description: tenant.products.find(idOf(price.product))?.name ?? null,
      metadata: {},
      price: structuredClone(price),
      quantity,
    };
  });
  if (lines.length === 0) throw missingParam('line_items');
  return lines;
}

export const sumOf = (lines: Stripe.LineItem[]) => lines.reduce((sum, line) => sum + line.amount_total, 0);

/** The lines again as form parameters, to subscribe somebody to them. */
export const asSubscriptionItems = (lines: Stripe.LineItem[]): Params[] =>
  lines
    .filter((line) => line.price?.recurring)
    .map((line) => ({ price: line.price!.id, quantity: String(line.quantity ?? 1) }));
