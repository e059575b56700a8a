/** What happens by itself as time is moved, as the real `stripe` client and a webhook endpoint see it. */
import type Stripe from 'stripe';
import { createStripe } from '../../../stripe';
import { idOf } from '../collection';
import { DEFAULT_ACCOUNT } from '../local-stripe';
import { startWithInbox } from '../test-inbox';
import { parseSpan } from './span';

const DAY = 86_400_000;
const MONTHLY = {
  currency: 'usd',
  product_data: { name: 'Team' },
  recurring: { interval: 'month' as const },
  unit_amount: 1900,
};
type Subscribe = Partial<Stripe.SubscriptionCreateParams> & { card?: string | null };

/** An endpoint that hears of everything, and what it heard: days since the beginning, type, and the object. */
async function begin() {
  const start = Date.UTC(2026, 0, 10, 12);
  let time = start;
  const parts = await startWithInbox({ seed: 7, now: () => time, move: (ms) => (time += ms) });
  const { stripe, inbox, localStripe } = parts;
  await stripe.webhookEndpoints.create({ url: inbox.url, enabled_events: ['*'], connect: true });
  const told = (pattern: RegExp) =>
    inbox
      .events()
      .filter(({ type, account }) => account === DEFAULT_ACCOUNT && pattern.test(type))
      .filter((event, i, all) => all.findIndex(({ id }) => id === event.id) === i)
      .toSorted((one, other) => one.created - other.created);
  return {
    ...parts,
    told,
    advance: (ms: number) => localStripe.advance(ms),
    /** `[day, type]` of what came since the beginning. */
    days: (pattern: RegExp) => told(pattern).map(({ created, type }) => [(created * 1000 - start) / DAY, type]),
    async subscribe({ card = 'pm_card_visa', ...params }: Subscribe = {}) {
      const customer = await stripe.customers.create({
        email: 'ada@example.com',
        ...(card && { payment_method: card, invoice_settings: { default_payment_method: card } }),
      });
      const items = [{ price: (await stripe.prices.create(MONTHLY)).id }];
      return stripe.subscriptions.create({ customer: customer.id, items, ...params });
    },
    async useCard(customer: string | { id: string }, card: string) {
      await stripe.customers.update(idOf(customer), { invoice_settings: { default_payment_method: card } });
    },
  };
}

test.each([
  ['90m', 90 * 60_000],
  ['12h', 12 * 3_600_000],
  [' 30D ', 30 * DAY],
  ['365d', 365 * DAY],
])('%s is a length of time', (text, ms) => expect(parseSpan(text)).toBe(ms));

test.each(['', '30', 'd', '-1d', '0d', '1.5d', '366d', '99999999m', '1w', '1d 2h', 'Infinity', '__proto__'])(
  '%j is none',
  (text) => expect(parseSpan(text)).toBeUndefined(),
);

test('a trial with a card is announced three days ahead, becomes active at its end, and is paid', async () => {
  const it = await begin();
  const { id } = await it.subscribe({ trial_period_days: 14 });
  await it.advance(20 * DAY);
  const told = it.days(/trial_will_end|subscription\.updated|upcoming|^invoice\.(created|finalized|paid)$/);
  // Those of one second arrive in any order.
  expect(told.toSorted(([a, type], [b, other]) => Number(a) - Number(b) || (type! < other! ? -1 : 1))).toEqual([
    [0, 'invoice.created'],
    [0, 'invoice.finalized'],
    [0, 'invoice.paid'],
    [7, 'invoice.upcoming'],
    [11, 'customer.subscription.trial_will_end'],
    [14, 'customer.subscription.updated'],
    [14, 'invoice.created'],
    [14, 'invoice.finalized'],
    [14, 'invoice.paid'],
  ]);
  const [updated] = it.told(/subscription\.updated/);
  expect(updated!.data).toMatchObject({
    object: { id, status: 'active' },
    previous_attributes: { status: 'trialing' },
  });
  const [, paid] = it.told(/^invoice\.paid/);
  expect(paid!.created * 1000).toBe(Date.UTC(2026, 0, 24, 12));
  expect(paid!.data.object).toMatchObject({ amount_paid: 1900, billing_reason: 'subscription_cycle' });
});

test.each([
  ['cancel', 'canceled', 'customer.subscription.deleted'],
  ['pause', 'paused', 'customer.subscription.paused'],
  ['create_invoice', 'past_due', 'invoice.payment_failed'],
] as const)('a trial without a card ends as its settings say: %s', async (missing_payment_method, status, type) => {
  const it = await begin();
  const trial = { trial_period_days: 14, trial_settings: { end_behavior: { missing_payment_method } } };
  const { id } = await it.subscribe({ card: null, ...trial });
  await it.advance(15 * DAY);
  expect((await it.stripe.subscriptions.retrieve(id)).status).toBe(status);
  expect(it.days(new RegExp(type))).toEqual([[14, type]]);
});

test('a subscription renews each month at its own time, and says what it was before', async () => {
  const it = await begin();
  const { id } = await it.subscribe();
  await it.advance(70 * DAY);
  expect(it.days(/upcoming|^invoice\.paid/)).toEqual([
    [0, 'invoice.paid'],
    [24, 'invoice.upcoming'],
    [31, 'invoice.paid'],
    [52, 'invoice.upcoming'],
    [59, 'invoice.paid'],
  ]);
  const [first] = it.told(/subscription\.updated/);
  const [start, middle, end] = [Date.UTC(2026, 0, 10, 12), Date.UTC(2026, 1, 10, 12), Date.UTC(2026, 2, 10, 12)].map(
    (ms) => ms / 1000,
  );
  expect(first!.data).toMatchObject({
    object: { id, items: { data: [{ current_period_start: middle, current_period_end: end }] } },
    previous_attributes: {
      items: { data: [{ current_period_start: start, current_period_end: middle }] },
      latest_invoice: expect.stringMatching(/^in_/) as unknown,
    },
  });
  expect(first!.data.previous_attributes).not.toHaveProperty('status');
  const [, renewal] = it.told(/^invoice\.paid/);
  expect(renewal!.data.object).toMatchObject({ lines: { data: [{ period: { start: middle, end } }] } });
});

test('a failing card is tried again after 3, 5 and 7 days; then the subscription ends', async () => {
  const it = await begin();
  const { id, customer } = await it.subscribe();
  await it.useCard(customer, 'pm_card_chargeCustomerFail');
  await it.advance(50 * DAY);
  expect(it.days(/payment_failed$|deleted/).filter(([, type]) => type !== 'payment_intent.payment_failed')).toEqual([
    [31, 'invoice.payment_failed'],
    [34, 'invoice.payment_failed'],
    [39, 'invoice.payment_failed'],
    [46, 'invoice.payment_failed'],
    [46, 'customer.subscription.deleted'],
  ]);
  const attempts = it.told(/^invoice\.payment_failed/).map(({ created, data }) => {
    const { attempt_count, next_payment_attempt } = data.object as Stripe.Invoice;
    return [attempt_count, next_payment_attempt && (next_payment_attempt - created) / 86_400];
  });
  expect(attempts).toEqual([
    [1, 3],
    [2, 5],
    [3, 7],
    [4, null],
  ]);
  const pastDue = it.told(/subscription\.updated/).filter(({ data }) => 'status' in (data.previous_attributes ?? {}));
  expect(pastDue.map(({ data }) => data)).toMatchObject([
    { object: { id, status: 'past_due' }, previous_attributes: { status: 'active' } },
  ]);
  expect(it.told(/subscription\.deleted/)[0]!.data.object).toMatchObject({
    status: 'canceled',
    cancellation_details: { reason: 'payment_failed' },
  });
});

test('a card declined for good is not charged again until there is another', async () => {
  const it = await begin();
  const { customer } = await it.subscribe();
  await it.useCard(customer, 'pm_card_chargeDeclinedLostCard');
  await it.advance(35 * DAY);
  expect(it.days(/^invoice\.(payment_failed|updated)/)).toEqual([
    [31, 'invoice.payment_failed'],
    [34, 'invoice.updated'],
  ]);
  await it.useCard(customer, 'pm_card_visa');
  await it.advance(5 * DAY);
  expect(it.days(/^invoice\.paid/).at(-1)).toEqual([39, 'invoice.paid']);
});

test.each([
  ['pm_card_chargeCustomerFail', 'card_declined', 'generic_decline', 'try_again_later'],
  ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds', 'try_again_later'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card', 'confirm_card_data'],
  ['pm_card_chargeDeclinedLostCard', 'card_declined', 'lost_card', 'do_not_try_again'],
  ['pm_card_authenticationRequired', 'authentication_required', 'authentication_required', undefined],
])('why %s failed stands on the payment of its invoice', async (card, code, decline_code, advice_code) => {
  const it = await begin();
  const subscription = await it.subscribe({ card });
  const { data } = await it.stripe.invoicePayments.list({
    invoice: idOf(subscription.latest_invoice!),
    expand: ['data.payment.payment_intent'],
  });
  expect(data).toMatchObject([{ object: 'invoice_payment', status: 'open', is_default: true, amount_requested: 1900 }]);
  const intent = data[0]!.payment.payment_intent as Stripe.PaymentIntent;
  expect(intent.last_payment_error).toMatchObject({ type: 'card_error', code, decline_code });
  expect(intent.last_payment_error?.advice_code).toBe(advice_code);
  expect(intent.last_payment_error?.message).toMatch(/\.$/);
  await it.localStripe.idle();
  const asksToConfirm = it.told(/payment_action_required/).length > 0;
  expect(asksToConfirm).toBe(code === 'authentication_required');
});

test('the invoice page takes the payment, and the subscription is active again', async () => {
  const it = await begin();
  const { id, customer } = await it.subscribe();
  await it.useCard(customer, 'pm_card_chargeCustomerFail');
  await it.advance(32 * DAY);
  const { hosted_invoice_url: page } = it.told(/^invoice\.payment_failed/)[0]!.data.object as Stripe.Invoice;
  expect(await (await fetch(page!)).text()).toContain('Pay $19.00');
  const pay = (card: string, headers = {}) =>
    fetch(page!, { method: 'POST', body: new URLSearchParams({ card }), headers, redirect: 'manual' });
  expect((await pay('pm_card_visa', { Origin: 'https://evil.example' })).status).toBe(403);
  const declined = await pay('pm_card_chargeDeclinedExpiredCard');
  expect([declined.status, await declined.text()]).toEqual([402, expect.stringContaining('Your card has expired.')]);
  expect((await pay('pm_card_visa')).status).toBe(303);
  expect(await (await fetch(page!)).text()).toContain('Paid on Feb 11, 2026');
  await it.localStripe.idle();
  expect(it.told(/^invoice\.paid/).at(-1)!.data.object).toMatchObject({ status: 'paid', attempt_count: 1 });
  expect(it.told(/subscription\.updated/).at(-1)!.data).toMatchObject({
    object: { id, status: 'active' },
    previous_attributes: { status: 'past_due' },
  });
  expect((await fetch(page!.replace(/test_\w+/, 'test_nothing'))).status).toBe(404);
});

test('a card replaced in the portal takes the next retry; one of the subscription’s own goes before it', async () => {
  const it = await begin();
  const [usual, own] = [
    await it.subscribe(),
    await it.subscribe({ default_payment_method: 'pm_card_chargeCustomerFail' }),
  ];
  expect(own.status).toBe('incomplete');
  await it.useCard(usual.customer, 'pm_card_chargeCustomerFail');
  await it.advance(32 * DAY);
  const portal = () =>
    it.stripe.billingPortal.sessions.create({
      customer: idOf(usual.customer),
      return_url: 'https://merchant.example/back',
      flow_data: { type: 'payment_method_update' },
    });
  const session = await portal();
  expect(session).toMatchObject({
    object: 'billing_portal.session',
    customer: usual.customer,
    flow: { type: 'payment_method_update' },
    return_url: 'https://merchant.example/back',
  });
  expect(await (await fetch(session.url)).text()).toContain('Replace the card');
  const replaced = await fetch(session.url, { method: 'POST', body: new URLSearchParams({ card: 'pm_card_visa' }) });
  expect(await replaced.text()).toContain('href="https://merchant.example/back"');
  await it.advance(3 * DAY);
  expect(it.days(/^invoice\.paid/).at(-1)).toEqual([34, 'invoice.paid']);
  expect((await fetch(session.url)).status).toBe(404);
  it.localStripe.tenant(DEFAULT_ACCOUNT, false).hasPortal = false;
  await expect(portal()).rejects.toMatchObject({
    statusCode: 400,
    message: expect.stringContaining('No configuration') as unknown,
  });
});

test('canceling takes effect when it is due, at the end of the period or on a day', async () => {
  const it = await begin();
  const [atEnd, onDay] = [await it.subscribe(), await it.subscribe()];
  await it.stripe.subscriptions.update(atEnd.id, { cancel_at_period_end: true });
  await it.stripe.subscriptions.update(onDay.id, { cancel_at: Date.UTC(2026, 0, 30, 12) / 1000 });
  expect(await it.stripe.subscriptions.retrieve(onDay.id)).toMatchObject({ cancel_at_period_end: false });
  await it.advance(40 * DAY);
  expect(it.days(/deleted|upcoming/)).toEqual([
    [20, 'customer.subscription.deleted'],
    [31, 'customer.subscription.deleted'],
  ]);
  expect(it.told(/deleted/).map(({ data }) => data.object)).toMatchObject([
    { id: onDay.id, cancellation_details: { reason: 'cancellation_requested' } },
    { id: atEnd.id, cancellation_details: { reason: 'cancellation_requested' } },
  ]);
});

test('sign-ups that are not paid, checkouts, quotes and due dates run out', async () => {
  const it = await begin();
  const { id, latest_invoice } = await it.subscribe({ card: 'pm_card_chargeCustomerFail' });
  const { id: product } = await it.stripe.products.create({ name: 'Kit' });
  const line_items = [{ price_data: { currency: 'usd', product, unit_amount: 900 }, quantity: 1 }];
  await it.stripe.checkout.sessions.create({
    mode: 'payment',
    line_items,
    after_expiration: { recovery: { enabled: true } },
  });
  const customer = (await it.stripe.customers.create({ email: 'bob@example.com' })).id;
  await it.stripe.quotes.create({ customer, line_items });
  const due = await it.stripe.invoices.create({ customer, collection_method: 'send_invoice', days_until_due: 10 });
  await it.stripe.invoices.finalizeInvoice(due.id);
  await it.advance(31 * DAY);
  expect(it.days(/expired|voided|overdue|quote\.canceled|subscription\.updated/)).toEqual([
    [expect.closeTo(23 / 24), 'invoice.voided'],
    [expect.closeTo(23 / 24), 'customer.subscription.updated'],
    [1, 'checkout.session.expired'],
    [10, 'invoice.overdue'],
    [30, 'quote.canceled'],
  ]);
  expect((await it.stripe.subscriptions.retrieve(id)).status).toBe('incomplete_expired');
  expect((await it.stripe.invoices.retrieve(idOf(latest_invoice!))).status).toBe('void');
  expect(it.told(/session\.expired/)[0]!.data.object).toMatchObject({
    status: 'expired',
    url: null,
    after_expiration: { recovery: { url: expect.stringMatching(/^https:/) as unknown } },
  });
});

test('the next invoice can be seen ahead, unless there will be none', async () => {
  const it = await begin();
  const { id } = await it.subscribe();
  const preview = await it.stripe.invoices.createPreview({ subscription: id });
  expect(preview).toMatchObject({
    id: expect.stringMatching(/^upcoming_in_/) as unknown,
    status: 'draft',
    amount_due: 1900,
    billing_reason: 'upcoming',
    next_payment_attempt: Date.UTC(2026, 1, 10, 12) / 1000,
    lines: { data: [{ period: { start: Date.UTC(2026, 1, 10, 12) / 1000 } }] },
  });
  expect((await it.stripe.invoices.list()).data).toHaveLength(1);
  await it.stripe.subscriptions.update(id, { cancel_at_period_end: true });
  await expect(it.stripe.invoices.createPreview({ subscription: id })).rejects.toMatchObject({
    statusCode: 404,
    code: 'invoice_upcoming_none',
  });
});

test('keys without the permission are refused what shows payments, previews and the portal', async () => {
  const it = await begin();
  const { customer, latest_invoice, id } = await it.subscribe();
  const weak = createStripe(it.localStripe.createRestrictedKey(DEFAULT_ACCOUNT, false, ['invoice_read']), it.url);
  const invoice = idOf(latest_invoice!);
  expect((await weak.invoicePayments.list({ invoice })).data).toHaveLength(1);
  expect(await weak.invoices.createPreview({ subscription: id })).toMatchObject({ amount_due: 1900 });
  await expect(weak.invoicePayments.list({ invoice, expand: ['data.payment.payment_intent'] })).rejects.toMatchObject({
    statusCode: 403,
    message: expect.stringContaining('payment_intent_read') as unknown,
  });
  await expect(weak.billingPortal.sessions.create({ customer: idOf(customer) })).rejects.toMatchObject({
    statusCode: 403,
    message: expect.stringContaining('customer_portal_write') as unknown,
  });
});

test('an older event names the payment on its invoice', async () => {
  const { localStripe } = await begin();
  const event = await localStripe.trigger('invoice.payment_failed', { apiShape: 'older' });
  const { payment_intent, charge } = event.data.object as Record<string, string>;
  const tenant = localStripe.tenant(DEFAULT_ACCOUNT, false);
  expect(tenant.paymentIntents.find(payment_intent!)).toMatchObject({ latest_charge: charge });
  expect(tenant.charges.find(charge!)).toMatchObject({ status: 'failed', failure_code: 'card_declined' });
});
