/** The objects that the torture's events carry, as Stripe sends them where Tillpost looks. */
import Stripe from 'stripe';

const DAY_S = 86_400;

export const envelope = (account: string, created: number) => ({
  object: 'event' as const,
  account,
  api_version: Stripe.API_VERSION,
  created,
  livemode: true,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
});

/** One that is open after a failed payment; PAID lays the other end over it. */
export const invoice = (id: string, customer: Stripe.Customer) => ({
  id,
  object: 'invoice',
  amount_due: 2_000,
  amount_paid: 0,
  amount_remaining: 2_000,
  attempt_count: 1,
  billing_reason: 'manual',
  currency: 'usd',
  customer: customer.id,
  customer_email: customer.email,
  customer_name: customer.name,
  hosted_invoice_url: `https://invoice.example.com/${id}`,
  lines: { object: 'list', has_more: false, data: [] },
  livemode: true,
  metadata: {},
  number: id.toUpperCase(),
  status: 'open',
});

export const PAID = { amount_paid: 2_000, amount_remaining: 0, status: 'paid' };

export const subscription = (id: string, customer: Stripe.Customer, now: number) => ({
  id,
  object: 'subscription',
  currency: 'usd',
  customer: customer.id,
  items: {
    object: 'list',
    data: [
      {
        id: `si_${id}`,
        object: 'subscription_item',
        current_period_start: now,
        current_period_end: now + 30 * DAY_S,
        price: {
          id: 'price_pro',
          object: 'price',
          currency: 'usd',
          nickname: 'Pro',
          product: 'prod_pro',
          recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
          unit_amount: 2_000,
          unit_amount_decimal: '2000',
        },
        quantity: 1,
      },
    ],
  },
  livemode: true,
  metadata: {},
  start_date: now,
  status: 'active',
});

export const quote = (id: string, customer: Stripe.Customer) => ({
  id,
  object: 'quote',
  amount_subtotal: 9_000,
  amount_total: 9_000,
  currency: 'usd',
  customer: customer.id,
  livemode: true,
  metadata: {},
  number: id.toUpperCase(),
  status: 'accepted',
});

export const dispute = (id: string, chargeId: string) => ({
  id,
  object: 'dispute',
  amount: 2_000,
  charge: chargeId,
  currency: 'usd',
  evidence: { customer_email_address: null, customer_name: null },
  livemode: true,
  metadata: {},
  reason: 'fraudulent',
  status: 'needs_response',
});

/** Only what a look-up reads. */
export const charge = (id: string, customer: Stripe.Customer, created: number) =>
  ({
    id,
    object: 'charge',
    amount: 2_000,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    created,
    currency: 'usd',
    customer: customer.id,
    livemode: true,
    receipt_email: null,
  }) as unknown as Stripe.Charge;

export const checkoutSession = (id: string, email: string) => ({
  id,
  object: 'checkout.session',
  amount_subtotal: 500,
  amount_total: 500,
  currency: 'usd',
  customer: null,
  customer_details: { email, name: 'Gast Guest' },
  livemode: true,
  metadata: {},
  mode: 'payment',
  payment_status: 'paid',
  status: 'complete',
});
