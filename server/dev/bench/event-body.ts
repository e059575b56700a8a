/** Realistic events: `invoice.paid` of about 3 kB, by one of many customers; `customer.created` of 1.5 kB, each its own. */
import { createHash } from 'node:crypto';

export type EventKind = 'invoice.paid' | 'customer.created';

const CUSTOMERS = 20_000;

export function eventBody(kind: EventKind, id: string, account: string, i: number): string {
  return JSON.stringify({
    id: `evt_${id}`,
    object: 'event',
    account,
    api_version: '2026-01-28.clover',
    created: Math.floor(Date.now() / 1000),
    livemode: true,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: kind,
    data: { object: kind === 'invoice.paid' ? paidInvoice(id, i) : newCustomer(id, i) },
  });
}

export function newCustomer(id: string, i: number) {
  const random = createHash('md5').update(id).digest('base64').replace(/\W/g, 'x');
  return {
    id: `cus_${random.slice(0, 14)}`,
    object: 'customer',
    address: {
      city: 'Berlin',
      country: 'DE',
      line1: `Example Street ${i}`,
      line2: null,
      postal_code: '10115',
      state: null,
    },
    balance: 0,
    created: Math.floor(Date.now() / 1000),
    currency: null,
    default_source: null,
    delinquent: false,
    description: 'Signed up on the pricing page '.repeat(10),
    discount: null,
    email: `${id.replace('_', '.')}@example.com`,
    invoice_prefix: random.slice(0, 8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: true,
    metadata: { order: `order_${i}`, campaign: 'spring' },
    name: `Customer Number ${i}`,
    next_invoice_sequence: 1,
    phone: '+4930123456',
    preferred_locales: ['en'],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
}

export function paidInvoice(id: string, i: number) {
  const customer = `cus_${id.split('_')[0]}${i % CUSTOMERS}`;
  const period = { start: 1_790_000_000, end: 1_792_592_000 };
  const line = (n: number) => ({
    id: `il_${i}_${n}`,
    object: 'line_item',
    amount: 2000,
    currency: 'usd',
    description: '1 × Pro plan (at $20.00 / month)',
    period,
    quantity: 1,
    parent: {
      type: 'subscription_item_details',
      subscription_item_details: { subscription: `sub_${i}`, proration: false },
    },
    pricing: {
      type: 'price_details',
      price_details: { price: 'price_1', product: 'prod_1' },
      unit_amount_decimal: '2000',
    },
  });
  return {
    id: `in_${id}`,
    object: 'invoice',
    account_name: 'Rocket Rides',
    amount_due: 2000,
    amount_paid: 2000,
    amount_remaining: 0,
    attempt_count: 1,
    attempted: true,
    billing_reason: 'subscription_cycle',
    currency: 'usd',
    customer,
    customer_email: `${customer}@example.com`,
    customer_name: `Customer Number ${i % CUSTOMERS}`,
    hosted_invoice_url: 'https://invoice.example.com/i/acct_1/test_YWNjdF8x',
    invoice_pdf: 'https://pay.example.com/invoice/acct_1/test_YWNjdF8x/pdf',
    lines: { object: 'list', has_more: false, data: [line(1), line(2), line(3)] },
    livemode: true,
    metadata: { order: `order_${i}` },
    number: `A-${i}`,
    parent: { type: 'subscription_details', subscription_details: { subscription: `sub_${i}`, metadata: {} } },
    period_start: period.start,
    period_end: period.end,
    status: 'paid',
    subtotal: 2000,
    total: 2000,
    footer: 'x'.repeat(900),
  };
}
