import type Stripe from 'stripe';
import { idOf } from '../collection';
import { integer, mergeMetadata, required, text, type Params } from '../form';
import { embeddedList, get, listPage, mustFind, post, type Route } from '../route';
import { wrongState } from '../stripe-error';
import type { Tenant } from '../tenant';
import { customerOf } from './customer';
import { asSubscriptionItems, lineItemsOf, sumOf } from './line-items';
import { createSubscription } from './subscriptions';

const QUOTE_LIFETIME = 30 * 86_400;

export const quoteRoutes: Route[] = [
  post('/v1/quotes', 'quote_write', ({ tenant, params }) => createQuote(tenant, params)),
  get('/v1/quotes', 'quote_read', (call) => {
    const status = text(call.params, 'status');
    return listPage(call.tenant.quotes, call, (quote) => status === undefined || quote.status === status);
  }),
  get('/v1/quotes/:id', 'quote_read', ({ tenant, id }) => find(tenant, id)),
  get('/v1/quotes/:id/line_items', 'quote_read', ({ tenant, id, path }) =>
    embeddedList(tenant.quoteLines.get(find(tenant, id).id) ?? [], path),
  ),
  post('/v1/quotes/:id/finalize', 'quote_write', ({ tenant, id }) => finalizeQuote(tenant, find(tenant, id))),
  post('/v1/quotes/:id/accept', 'quote_write', ({ tenant, id }) => acceptQuote(tenant, find(tenant, id))),
  post('/v1/quotes/:id/cancel', 'quote_write', ({ tenant, id }) => cancelQuote(tenant, find(tenant, id))),
];

const find = (tenant: Tenant, id: string) => mustFind(tenant.quotes, 'quote', id);

export function createQuote(tenant: Tenant, params: Params): Stripe.Quote {
  const customer = customerOf(tenant, required(params, 'customer'));
  const lines = lineItemsOf(tenant, params);
  const amount = sumOf(lines);
  const recurring = lines.find((line) => line.price?.recurring)?.price?.recurring;
  const totals = { amount_discount: 0, amount_shipping: 0, amount_tax: 0 };
  const quote: Stripe.Quote = {
    id: tenant.newId('qt'),
    object: 'quote',
    amount_subtotal: amount,
    amount_total: amount,
    application: null,
    application_fee_amount: null,
    application_fee_percent: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    collection_method: 'charge_automatically',
    computed: {
      recurring: recurring
        ? {
            amount_subtotal: amount,
            amount_total: amount,
            interval: recurring.interval,
            interval_count: recurring.interval_count,
            total_details: totals,
          }
        : null,
      upfront: { amount_subtotal: amount, amount_total: amount, total_details: totals },
    },
    created: tenant.now(),
    currency: lines[0]!.currency,
    customer: customer.id,
    customer_account: null,
    default_tax_rates: [],
    description: text(params, 'description') ?? null,
    discounts: [],
    expires_at: integer(params, 'expires_at') ?? tenant.now() + QUOTE_LIFETIME,
    footer: null,
    from_quote: null,
    header: null,
    invoice: null,
    invoice_settings: {
      custom_fields: null,
      days_until_due: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    livemode: tenant.livemode,
    metadata: mergeMetadata({}, params),
    number: null,
    on_behalf_of: null,
    status: 'draft',
    status_transitions: { accepted_at: null, canceled_at: null, finalized_at: null },
    subscription: null,
    subscription_data: {
      billing_mode: { type: 'classic' },
      description: null,
      effective_date: null,
      metadata: {},
      trial_period_days: null,
    },
    subscription_schedule: null,
    test_clock: null,
    total_details: totals,
    transfer_data: null,
  };
  tenant.quotes.put(quote);
  tenant.quoteLines.set(quote.id, lines);
  tenant.emit('quote.created', quote);
  return quote;
}

export function finalizeQuote(tenant: Tenant, quote: Stripe.Quote): Stripe.Quote {
  mustBe(quote, ['draft'], 'finalized');
  const prefix = tenant.random.letters(8).toUpperCase();
  quote.number = `QT-${prefix}-${String(tenant.quotes.size).padStart(4, '0')}-1`;
  quote.status = 'open';
  quote.status_transitions.finalized_at = tenant.now();
  tenant.emit('quote.finalized', quote);
  return quote;
}

/** Recurring lines become a subscription that waits for its payment. */
export function acceptQuote(tenant: Tenant, quote: Stripe.Quote): Stripe.Quote {
  mustBe(quote, ['open'], 'accepted');
  quote.status = 'accepted';
  quote.status_transitions.accepted_at = tenant.now();
  const items = asSubscriptionItems(tenant.quoteLines.get(quote.id) ?? []);
  if (items.length > 0) {
    const customer = idOf(quote.customer!);
    const subscription = createSubscription(tenant, { customer, items, payment_behavior: 'default_incomplete' });
    quote.subscription = subscription.id;
    quote.invoice = subscription.latest_invoice;
  }
  tenant.emit('quote.accepted', quote);
  return quote;
}

export function cancelQuote(tenant: Tenant, quote: Stripe.Quote): Stripe.Quote {
  mustBe(quote, ['draft', 'open'], 'canceled');
  quote.status = 'canceled';
  quote.status_transitions.canceled_at = tenant.now();
  tenant.emit('quote.canceled', quote);
  return quote;
}

function mustBe(quote: Stripe.Quote, statuses: string[], verb: string): void {
  if (!statuses.includes(quote.status)) throw wrongState(`A quote with status ${quote.status} cannot be ${verb}.`);
}
