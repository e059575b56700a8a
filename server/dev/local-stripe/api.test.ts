/** The API as the real `stripe` client sees it. */
import type Stripe from 'stripe';
import { createStripe } from '../../stripe';
import { idOf } from './collection';
import { APP_KEYS, DEFAULT_ACCOUNT, RESTRICTED_KEYS } from './local-stripe';
import { startWithInbox } from './test-inbox';

const MONTHLY = {
  currency: 'usd',
  product_data: { name: 'Team' },
  recurring: { interval: 'month' as const },
  unit_amount: 1900,
};

async function begin() {
  const parts = await startWithInbox({ seed: 7 });
  const { inbox, localStripe } = parts;
  return { ...parts, typesOf: async () => (await localStripe.idle(), inbox.events().map(({ type }) => type)) };
}

const subscriber = async (stripe: Stripe, email = 'ada@example.com') =>
  stripe.customers.create({
    email,
    name: 'Ada Lovelace',
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });

test('a customer is created, changed and deleted, each with its event', async () => {
  const { stripe, localStripe, inbox } = await begin();
  const customer = await stripe.customers.create({ email: 'ada@example.com', name: 'Ada', metadata: { team: 'a' } });
  await stripe.customers.update(customer.id, { email: 'countess@example.com', metadata: { team: 'b', size: '3' } });
  await stripe.customers.update(customer.id, { name: 'Ada' });
  await stripe.customers.del(customer.id);
  await localStripe.idle();

  const events = new Map(inbox.events().map((event) => [event.type, event]));
  expect(inbox.events()).toHaveLength(3);
  expect(events.get('customer.updated')!.data).toMatchObject({
    object: { id: customer.id, email: 'countess@example.com', metadata: { team: 'b', size: '3' } },
    previous_attributes: { email: 'ada@example.com', metadata: { team: 'a', size: null } },
  });
  expect(events.get('customer.deleted')!.data.object).toMatchObject({ id: customer.id, email: 'countess@example.com' });
  expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
    id: customer.id,
    object: 'customer',
    deleted: true,
  });
  await expect(stripe.customers.update(customer.id, {})).rejects.toMatchObject({ statusCode: 404 });
});

test('lists are newest first, in pages, with filters, and leave out deleted customers', async () => {
  const { stripe, localStripe } = await begin();
  localStripe.seedCustomers(DEFAULT_ACCOUNT, false, 25);
  const last = await stripe.customers.create({ email: 'last@example.com' });
  const gone = await stripe.customers.create({ email: 'gone@example.com' });
  await stripe.customers.del(gone.id);

  const first = await stripe.customers.list({ limit: 10 });
  expect(first).toMatchObject({ object: 'list', has_more: true, url: '/v1/customers' });
  expect(first.data[0]!.id).toBe(last.id);
  const next = await stripe.customers.list({ limit: 10, starting_after: first.data[9]!.id });
  expect(next.data[0]!.created).toBeLessThan(first.data[9]!.created);
  const back = await stripe.customers.list({ limit: 10, ending_before: next.data[0]!.id });
  expect(back.data.map(({ id }) => id)).toEqual(first.data.map(({ id }) => id));
  expect((await stripe.customers.list({ email: 'last@example.com' })).data).toHaveLength(1);
  const recent = await stripe.customers.list({ created: { gte: first.data[3]!.created } });
  expect(recent.data).toHaveLength(4);
  expect(await stripe.customers.list({ limit: 3 }).autoPagingToArray({ limit: 100 })).toHaveLength(26);
});

test('10,000 customers with subscriptions are there at once and listed page by page', async () => {
  const { stripe, localStripe } = await begin();
  localStripe.seedCustomers(DEFAULT_ACCOUNT, false, 10_000, { withSubscriptions: true });
  let pages = 0;
  let starting_after: string | undefined;
  for (;;) {
    const page = await stripe.subscriptions.list({
      limit: 100,
      status: 'all',
      ...(starting_after && { starting_after }),
    });
    pages += 1;
    starting_after = page.data.at(-1)!.id;
    if (!page.has_more) break;
  }
  expect(pages).toBe(100);
  const [customer] = (await stripe.customers.list({ limit: 1 })).data;
  const own = await stripe.subscriptions.list({ customer: customer!.id, status: 'all' });
  expect(own.data).toMatchObject([{ customer: customer!.id, status: 'active' }]);
});

test('a subscription begins paid, and its invoice, prices and customer can be expanded', async () => {
  const { stripe, typesOf } = await begin();
  const customer = await subscriber(stripe);
  const created = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: (await stripe.prices.create(MONTHLY)).id, quantity: 2 }],
  });
  expect(created).toMatchObject({ status: 'active', customer: customer.id });
  const read = await stripe.subscriptions.retrieve(created.id, {
    expand: ['customer', 'latest_invoice', 'items.data.price.product'],
  });
  expect(read).toMatchObject({
    customer: { email: 'ada@example.com' },
    latest_invoice: {
      status: 'paid',
      total: 3800,
      customer_email: 'ada@example.com',
      parent: { subscription_details: { subscription: created.id } },
    },
    items: { data: [{ quantity: 2, price: { product: { name: 'Team' } } }] },
  });
  expect(await typesOf()).toEqual([
    'customer.created',
    'customer.subscription.created',
    'invoice.finalized',
    'invoice.paid',
  ]);
});

test('a subscription without anything to charge is refused in the words of Stripe', async () => {
  const { stripe } = await begin();
  const customer = await stripe.customers.create({ email: 'ada@example.com' });
  const price = await stripe.prices.create(MONTHLY);
  await expect(stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] })).rejects.toThrow(
    'no attached payment source',
  );
});

test('a failing card leaves the invoice open with an attempt, and the subscription incomplete', async () => {
  const { stripe, localStripe, inbox } = await begin();
  const customer = await stripe.customers.create({ payment_method: 'pm_card_chargeCustomerFail' });
  const price = await stripe.prices.create(MONTHLY);
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  await localStripe.idle();
  expect(subscription.status).toBe('incomplete');
  const failed = inbox.events().find(({ type }) => type === 'invoice.payment_failed');
  expect(failed!.data.object).toMatchObject({ status: 'open', attempt_count: 1, amount_due: 1900 });

  const error = await stripe.invoices.pay(idOf(subscription.latest_invoice!)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ type: 'StripeCardError', statusCode: 402, code: 'card_declined' });
  const paid = await stripe.invoices.pay(idOf(subscription.latest_invoice!), { payment_method: 'pm_card_visa' });
  // Only attempts by Stripe itself count after the first.
  expect(paid).toMatchObject({ status: 'paid', attempt_count: 1, next_payment_attempt: null });
  expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
});

test('an open invoice ends as void or uncollectible, once, and tells of it', async () => {
  const { stripe, localStripe, inbox } = await begin();
  const customer = await stripe.customers.create({ payment_method: 'pm_card_chargeCustomerFail' });
  const open = async () => {
    const { id } = await stripe.invoices.create({ customer: customer.id });
    return stripe.invoices.finalizeInvoice(id);
  };
  const [first, second] = [await open(), await open()];
  expect(await stripe.invoices.voidInvoice(first.id)).toMatchObject({
    status: 'void',
    status_transitions: { voided_at: expect.any(Number) as unknown },
  });
  await expect(stripe.invoices.voidInvoice(first.id)).rejects.toMatchObject({ statusCode: 400 });
  await expect(stripe.invoices.pay(first.id)).rejects.toMatchObject({ statusCode: 400 });

  expect(await stripe.invoices.markUncollectible(second.id)).toMatchObject({ status: 'uncollectible' });
  await expect(stripe.invoices.markUncollectible(second.id)).rejects.toMatchObject({ statusCode: 400 });
  expect(await stripe.invoices.voidInvoice(second.id)).toMatchObject({ status: 'void' });
  const draft = await stripe.invoices.create({ customer: customer.id });
  await expect(stripe.invoices.voidInvoice(draft.id)).rejects.toMatchObject({ statusCode: 400 });

  await localStripe.idle();
  const told = inbox.events().flatMap(({ type, data }) => {
    const { id, status } = data.object as { id: string; status: string };
    return /voided|uncollectible/.test(type) ? [[type, id, status]] : [];
  });
  expect(told).toEqual([
    ['invoice.voided', first.id, 'void'],
    ['invoice.marked_uncollectible', second.id, 'uncollectible'],
    ['invoice.voided', second.id, 'void'],
  ]);
});

test('a short trial announces its end, pauses without a card, and resumes with one', async () => {
  const { stripe, typesOf } = await begin();
  const customer = await stripe.customers.create({ email: 'ada@example.com' });
  const price = await stripe.prices.create(MONTHLY);
  const { id } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    trial_period_days: 2,
    trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
  });
  expect(await stripe.subscriptions.update(id, { trial_end: 'now' })).toMatchObject({ status: 'paused' });
  await expect(stripe.subscriptions.resume(id)).rejects.toThrow('no attached payment source');
  await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
  expect(await stripe.subscriptions.resume(id)).toMatchObject({ status: 'active' });
  const types = await typesOf();
  for (const word of ['trial_will_end', 'paused', 'resumed']) expect(types).toContain(`customer.subscription.${word}`);
});

test('canceling keeps what the customer said, and the list shows it only on request', async () => {
  const { stripe } = await begin();
  const customer = await subscriber(stripe);
  const { id } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: (await stripe.prices.create(MONTHLY)).id }],
  });
  const canceled = await stripe.subscriptions.cancel(id, {
    cancellation_details: { feedback: 'unused', comment: 'bye' },
  });
  expect(canceled).toMatchObject({
    status: 'canceled',
    cancellation_details: { feedback: 'unused', comment: 'bye', reason: 'cancellation_requested' },
  });
  expect((await stripe.subscriptions.list({ customer: customer.id })).data).toHaveLength(0);
  expect((await stripe.subscriptions.list({ customer: customer.id, status: 'all' })).data).toHaveLength(1);
});

test('a disputed charge leads to the payer, or to the customer when it has one', async () => {
  const { stripe } = await begin();
  const pay = { amount: 4900, currency: 'usd', confirm: true, payment_method: 'pm_card_createDispute' };
  const guest = await stripe.paymentIntents.create(pay);
  const charge = await stripe.charges.retrieve(idOf(guest.latest_charge!), { expand: ['customer'] });
  expect(charge).toMatchObject({
    disputed: true,
    customer: null,
    billing_details: { email: 'jenny.rosen@example.com' },
  });

  const customer = await stripe.customers.create({ email: 'ada@example.com' });
  const known = await stripe.paymentIntents.create({ ...pay, customer: customer.id });
  const [dispute] = (await stripe.disputes.list({ payment_intent: known.id })).data;
  expect(await stripe.charges.retrieve(idOf(dispute!.charge), { expand: ['customer'] })).toMatchObject({
    customer: { email: 'ada@example.com' },
  });
  expect(await stripe.disputes.close(dispute!.id)).toMatchObject({ status: 'lost' });
  await expect(stripe.disputes.close(dispute!.id)).rejects.toMatchObject({ statusCode: 400 });
});

test('an accepted quote becomes a subscription', async () => {
  const { stripe } = await begin();
  const customer = await stripe.customers.create({ email: 'ada@example.com' });
  const price = await stripe.prices.create(MONTHLY);
  const quote = await stripe.quotes.create({ customer: customer.id, line_items: [{ price: price.id, quantity: 10 }] });
  await expect(stripe.quotes.accept(quote.id)).rejects.toMatchObject({ statusCode: 400 });
  expect(await stripe.quotes.finalizeQuote(quote.id)).toMatchObject({ status: 'open', amount_total: 19_000 });
  const accepted = await stripe.quotes.accept(quote.id);
  expect(await stripe.subscriptions.retrieve(idOf(accepted.subscription!))).toMatchObject({ customer: customer.id });
});

test('keys open what is theirs: wrong, foreign and restricted ones get the errors of Stripe', async () => {
  const { stripe, localStripe, url } = await begin();
  const customer = await stripe.customers.create({ email: 'ada@example.com' });
  expect(await createStripe(RESTRICTED_KEYS.test, url).accounts.retrieveCurrent()).toMatchObject({
    id: DEFAULT_ACCOUNT,
  });
  expect((await createStripe(APP_KEYS.live, url).customers.list()).data).toHaveLength(0);

  const events = createStripe(localStripe.createRestrictedKey(DEFAULT_ACCOUNT, false, ['event_read']), url);
  expect((await events.events.list()).data).toHaveLength(1);
  await expect(events.customers.retrieve(customer.id)).rejects.toMatchObject({
    statusCode: 403,
    message: expect.stringContaining("'rak_customer_read'") as unknown,
  });
  await expect(createStripe('rk_test_nobody', url).customers.list()).rejects.toMatchObject({ statusCode: 401 });

  const other = localStripe.addAccount();
  const options = { stripeAccount: other.id };
  await expect(stripe.customers.retrieve(customer.id, {}, options)).rejects.toMatchObject({ code: 'resource_missing' });
  await expect(events.events.list({}, options)).rejects.toMatchObject({ statusCode: 403, code: 'account_invalid' });
});

test('an unknown path or parameter value says so', async () => {
  const { stripe } = await begin();
  await expect(stripe.rawRequest('GET', '/v1/nothing')).rejects.toMatchObject({ statusCode: 404 });
  await expect(stripe.subscriptions.create({ customer: 'cus_none', items: [] })).rejects.toMatchObject({
    statusCode: 400,
    code: 'resource_missing',
    param: 'customer',
  });
  await expect(stripe.charges.list({ expand: ['data.nothing'] })).resolves.toMatchObject({ data: [] });
});

test('each fault is met by as many calls as were ordered', async () => {
  const { localStripe, url } = await begin();
  const stripe = createStripe(APP_KEYS.test, url);
  localStripe.faults.add({ kind: 'rate_limit', times: 1, path: '/v1/customers' });
  await expect(stripe.customers.list()).rejects.toMatchObject({ statusCode: 429, headers: { 'retry-after': '1' } });
  await expect(stripe.customers.list()).resolves.toMatchObject({ data: [] });

  localStripe.faults.add({ kind: 'server_error', times: 1, account: DEFAULT_ACCOUNT });
  await expect(stripe.customers.list()).rejects.toMatchObject({ statusCode: 500 });
  localStripe.faults.add({ kind: 'cut', times: 2 });
  await expect(stripe.customers.list()).rejects.toMatchObject({ type: 'StripeConnectionError' });
  localStripe.faults.add({ kind: 'unauthorized' });
  await expect(stripe.customers.list()).rejects.toMatchObject({ statusCode: 401 });
  await expect(stripe.events.list()).rejects.toMatchObject({ statusCode: 401 });
  localStripe.faults.clear();
  localStripe.faults.add({ kind: 'hang' });
  await expect(stripe.customers.list({}, { timeout: 50 })).rejects.toMatchObject({ type: 'StripeConnectionError' });
  localStripe.faults.clear();
  await expect(stripe.customers.list()).resolves.toMatchObject({ data: [] });
  expect(localStripe.requests.count({ path: '/v1/customers' })).toBe(8);
});

test('a payment is refunded in parts, never more than is left', async () => {
  const { stripe, localStripe, inbox } = await startWithInbox();
  const { id: payment_intent } = await stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    confirm: true,
    payment_method: 'pm_card_visa',
  });
  await stripe.refunds.create({ payment_intent, amount: 500 });
  await expect(stripe.refunds.create({ payment_intent, amount: 1600 })).rejects.toMatchObject({ statusCode: 400 });
  await stripe.refunds.create({ payment_intent, reason: 'duplicate' });
  await expect(stripe.refunds.create({ payment_intent })).rejects.toMatchObject({ code: 'charge_already_refunded' });
  await localStripe.idle();
  const refunds = inbox.events().filter(({ type }) => type === 'charge.refunded');
  expect(refunds.map(({ data }) => data)).toMatchObject([
    { object: { amount_refunded: 500, refunded: false }, previous_attributes: { amount_refunded: 0 } },
    {
      object: { amount_refunded: 2000, refunded: true },
      previous_attributes: { amount_refunded: 500, refunded: false },
    },
  ]);
});

test('a checkout expires with a link to recover it where that was asked for', async () => {
  const { stripe } = await startWithInbox();
  const open = (params: Stripe.Checkout.SessionCreateParams = {}) =>
    stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [{ price_data: { currency: 'usd', unit_amount: 1500, product_data: { name: 'Kit' } }, quantity: 1 }],
      ...params,
    });
  const { id } = await open({ after_expiration: { recovery: { enabled: true } } });
  expect(await stripe.checkout.sessions.expire(id)).toMatchObject({
    status: 'expired',
    after_expiration: { recovery: { url: expect.stringMatching(/^https:\/\/buy\.stripe\.com\/r\//) as string } },
  });
  await expect(stripe.checkout.sessions.expire(id)).rejects.toMatchObject({ statusCode: 400 });
  expect(await stripe.checkout.sessions.expire((await open()).id)).toMatchObject({ after_expiration: null });
  expect((await stripe.checkout.sessions.list({ status: 'complete' })).data).toEqual([]);
});
