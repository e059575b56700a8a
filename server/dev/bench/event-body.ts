/** A realistic event of about 3 kB: an invoice that was paid, by one of many customers. */
const CUSTOMERS = 20_000;

export function eventBody(id: string, account: string, i: number): string {
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
  return JSON.stringify({
    id: `evt_${id}`,
    object: 'event',
    account,
    api_version: '2026-01-28.clover',
    created: Math.floor(Date.now() / 1000),
    livemode: true,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: 'invoice.paid',
    data: {
      object: {
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
      },
    },
  });
}
