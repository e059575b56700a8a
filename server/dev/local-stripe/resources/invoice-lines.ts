import type Stripe from 'stripe';
import { idOf } from '../collection';
import { mergeMetadata, required, requiredInteger, text, type Params } from '../form';
import type { Tenant } from '../tenant';
import { decimal } from './catalog';
import { customerOf } from './customer';

export function createInvoiceItem(tenant: Tenant, params: Params): Stripe.InvoiceItem {
  const customer = customerOf(tenant, required(params, 'customer'));
  const now = tenant.now();
  const item: Stripe.InvoiceItem = {
    id: tenant.newId('ii'),
    object: 'invoiceitem',
    amount: requiredInteger(params, 'amount'),
    currency: required(params, 'currency'),
    customer: customer.id,
    customer_account: null,
    date: now,
    description: text(params, 'description') ?? null,
    discountable: true,
    discounts: [],
    invoice: null,
    livemode: tenant.livemode,
    metadata: mergeMetadata({}, params),
    parent: null,
    period: { start: now, end: now },
    pricing: null,
    proration: false,
    quantity: 1,
    quantity_decimal: decimal(1),
    tax_rates: [],
    test_clock: null,
  };
  tenant.invoiceItems.put(item);
  tenant.emit('invoiceitem.created', item);
  return item;
}

export const lineOfItem = (tenant: Tenant, item: Stripe.InvoiceItem): Stripe.InvoiceLineItem => ({
  ...emptyLine(tenant, item.invoice as string, item.amount, item.currency),
  description: item.description,
  parent: {
    type: 'invoice_item_details',
    invoice_item_details: { invoice_item: item.id, proration: false, proration_details: null, subscription: null },
    subscription_item_details: null,
  },
  period: item.period,
});

/** The line of one subscription item; `amount` where it isn't price times quantity (a trial costs nothing). */
export function newLine(
  tenant: Tenant,
  invoice: Stripe.Invoice,
  { item, amount }: { item: Stripe.SubscriptionItem; amount?: number },
): Stripe.InvoiceLineItem {
  const quantity = item.quantity ?? 1;
  const productId = idOf(item.price.product);
  const product = tenant.products.find(productId);
  return {
    ...emptyLine(tenant, invoice.id, amount ?? (item.price.unit_amount ?? 0) * quantity, invoice.currency),
    description: `${quantity} × ${product?.name ?? 'Subscription'}`,
    parent: {
      type: 'subscription_item_details',
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: null,
        subscription: item.subscription,
        subscription_item: item.id,
      },
    },
    period: { start: item.current_period_start, end: item.current_period_end },
    pricing: {
      type: 'price_details',
      price_details: { price: item.price.id, product: productId },
      unit_amount_decimal: item.price.unit_amount_decimal,
    },
    quantity,
    quantity_decimal: decimal(quantity),
    subscription: item.subscription,
  };
}

const emptyLine = (tenant: Tenant, invoice: string, amount: number, currency: string): Stripe.InvoiceLineItem => ({
  id: tenant.newId('il'),
  object: 'line_item',
  amount,
  currency,
  description: null,
  discount_amounts: [],
  discountable: true,
  discounts: [],
  invoice,
  livemode: tenant.livemode,
  metadata: {},
  parent: null,
  period: { start: tenant.now(), end: tenant.now() },
  pretax_credit_amounts: [],
  pricing: null,
  quantity: 1,
  quantity_decimal: decimal(1),
  subscription: null,
  subtotal: amount,
  taxes: [],
});
