/** Invoices: made, listed and sent. What is on them is in invoice-lines, how they are paid in invoice-payment. */
import type Stripe from 'stripe';
import { idOf } from '../collection';
import { flag, integer, mergeMetadata, required, text, type Params } from '../form';
import { get, listPage, mustFind, post, type Route } from '../route';
import { noUpcomingInvoice } from '../stripe-error';
import type { Tenant } from '../tenant';
import { customerOf } from './customer';
import { finalizeInvoice, markPaid, payInvoice, subscriptionIdOf } from './invoice-payment';
import { markUncollectible, voidInvoice } from './invoice-ending';
import { createInvoiceItem, lineOfItem, newLine } from './invoice-lines';
import { newInvoice } from './new-invoice';
import { periodEnd } from './new-subscription';
import { currentPeriodEnd, endsAt } from './subscription-dates';

const DAY = 86_400;

export const invoiceRoutes: Route[] = [
  post('/v1/invoiceitems', 'invoice_write', ({ tenant, params }) => createInvoiceItem(tenant, params)),
  post('/v1/invoices', 'invoice_write', ({ tenant, params }) => createInvoice(tenant, params)),
  get('/v1/invoices', 'invoice_read', (call) => {
    const status = text(call.params, 'status');
    const subscription = text(call.params, 'subscription');
    return listPage(
      call.tenant.invoices,
      call,
      (invoice) =>
        (status === undefined || invoice.status === status) &&
        (subscription === undefined || subscriptionIdOf(invoice) === subscription),
    );
  }),
  get('/v1/invoices/:id', 'invoice_read', ({ tenant, id }) => find(tenant, id)),
  post('/v1/invoices/:id/finalize', 'invoice_write', ({ tenant, id }) => finalizeInvoice(tenant, find(tenant, id))),
  post('/v1/invoices/:id/send', 'invoice_write', ({ tenant, id }) => sendInvoice(tenant, find(tenant, id))),
  post('/v1/invoices/:id/pay', 'invoice_write', ({ tenant, id, params }) => {
    const invoice = find(tenant, id);
    if (flag(params, 'paid_out_of_band')) return markPaid(tenant, finalizeInvoice(tenant, invoice));
    const method = text(params, 'payment_method');
    return payInvoice(tenant, invoice, method ? { method } : {});
  }),
  post('/v1/invoices/create_preview', 'invoice_read', ({ tenant, params }) => previewInvoice(tenant, params)),
  post('/v1/invoices/:id/void', 'invoice_write', ({ tenant, id }) => voidInvoice(tenant, find(tenant, id))),
  post('/v1/invoices/:id/mark_uncollectible', 'invoice_write', ({ tenant, id }) =>
    markUncollectible(tenant, find(tenant, id)),
  ),
];

const find = (tenant: Tenant, id: string) => mustFind(tenant.invoices, 'invoice', id);

function createInvoice(tenant: Tenant, params: Params): Stripe.Invoice {
  const customer = customerOf(tenant, required(params, 'customer'));
  const isSent = text(params, 'collection_method') === 'send_invoice';
  const invoice = newInvoice(tenant, customer, {
    billing_reason: 'manual',
    auto_advance: flag(params, 'auto_advance') ?? false,
    collection_method: isSent ? 'send_invoice' : 'charge_automatically',
    due_date: isSent ? tenant.now() + (integer(params, 'days_until_due') ?? 30) * DAY : null,
    description: text(params, 'description') ?? null,
    metadata: mergeMetadata({}, params),
  });
  const pending = tenant.invoiceItems.list(customer.id).filter((item) => item.invoice === null);
  if (text(params, 'pending_invoice_items_behavior') !== 'exclude')
    for (const item of pending) {
      item.invoice = invoice.id;
      invoice.lines.data.push(lineOfItem(tenant, item));
      invoice.currency = item.currency;
    }
  return storeInvoice(tenant, total(invoice));
}

export function storeInvoice(tenant: Tenant, invoice: Stripe.Invoice): Stripe.Invoice {
  tenant.invoices.put(invoice);
  tenant.emit('invoice.created', invoice);
  return invoice;
}

/** Every amount of the invoice, from its lines. */
function total(invoice: Stripe.Invoice): Stripe.Invoice {
  const sum = invoice.lines.data.reduce((amount, line) => amount + line.amount, 0);
  return Object.assign(invoice, {
    subtotal: sum,
    subtotal_excluding_tax: sum,
    total: sum,
    total_excluding_tax: sum,
    amount_due: sum,
    amount_remaining: sum,
  });
}

function sendInvoice(tenant: Tenant, invoice: Stripe.Invoice): Stripe.Invoice {
  tenant.emit('invoice.sent', finalizeInvoice(tenant, invoice));
  return invoice;
}

/** An invoice for the subscription's current period, not paid yet. */
export function invoiceSubscription(
  tenant: Tenant,
  subscription: Stripe.Subscription,
  reason: 'subscription_create' | 'subscription_cycle',
): Stripe.Invoice {
  const isTrial = subscription.status === 'trialing';
  return draftFor(tenant, subscription, reason, (item) => ({ item, amount: isTrial ? 0 : undefined }));
}

/**
 * What the next invoice will be, as its preview and `invoice.upcoming` show it; Stripe's preview has an id of its own kind.
 * Undefined when none will come.
 */
function upcomingInvoice(tenant: Tenant, subscription: Stripe.Subscription): Stripe.Invoice | undefined {
  const end = endsAt(subscription);
  if (subscription.ended_at !== null || subscription.status === 'paused') return undefined;
  if (end !== null && end <= currentPeriodEnd(subscription)) return undefined;
  const invoice = draftFor(tenant, subscription, 'upcoming', (item) => ({
    item: {
      ...item,
      current_period_start: item.current_period_end,
      current_period_end: periodEnd(item.current_period_end, item.price),
    },
  }));
  const item = subscription.items.data[0]!;
  return Object.assign(invoice, {
    id: invoice.id.replace('in_', 'upcoming_in_'),
    created: item.current_period_end,
    period_start: item.current_period_start,
    period_end: item.current_period_end,
    next_payment_attempt: item.current_period_end,
    lines: { ...invoice.lines, url: '/v1/invoices/upcoming/lines' },
  });
}

/** Tells of the invoice to come, which like Stripe's has no id yet. Gives back what it told of. */
export function announceInvoice(tenant: Tenant, subscription: Stripe.Subscription): object | undefined {
  const upcoming = upcomingInvoice(tenant, subscription);
  if (!upcoming) return undefined;
  const { id: _id, ...invoice } = upcoming;
  tenant.emit('invoice.upcoming', invoice);
  return invoice;
}

/** @throws StripeApiError 404 when the subscription will have no further invoice */
function previewInvoice(tenant: Tenant, params: Params): Stripe.Invoice {
  const id = required(params, 'subscription');
  const preview = upcomingInvoice(tenant, mustFind(tenant.subscriptions, 'subscription', id, 'subscription'));
  if (!preview) throw noUpcomingInvoice(id);
  return preview;
}

type Line = Parameters<typeof newLine>[2];

function draftFor(
  tenant: Tenant,
  subscription: Stripe.Subscription,
  reason: 'subscription_create' | 'subscription_cycle' | 'upcoming',
  lineOf: (item: Stripe.SubscriptionItem) => Line,
): Stripe.Invoice {
  const invoice = newInvoice(tenant, customerOf(tenant, idOf(subscription.customer)), {
    billing_reason: reason,
    auto_advance: true,
    currency: subscription.currency,
    parent: {
      type: 'subscription_details',
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
    },
  });
  for (const item of subscription.items.data) invoice.lines.data.push(newLine(tenant, invoice, lineOf(item)));
  return total(invoice);
}
