/** Months in a moment: Stripe's time is moved, Tillpost's waits move along, and each mail goes at its own time. */
import { createStripe } from '../stripe';
import { APP_KEYS } from '../dev/local-stripe/local-stripe';
import { ENGINES } from './databases';
import { ACCOUNT, lending, type Tillpost } from './harness';

const DAY = 86_400_000;
const JENNY = 'jenny@example.com';

const withTemplates = (...templates: string[]) =>
  lending(async (tillpost) => {
    await tillpost.connect();
    await tillpost.enable();
    for (const template of templates) {
      const { id } = await tillpost.call('workflows/create', { template });
      await tillpost.call('workflows/activate', { id });
    }
  });

/** Jenny starts a trial of a plan that renews every 30 days. */
async function startTrial({ stripeUrl }: Tillpost, days: number) {
  const stripe = createStripe(APP_KEYS.test, stripeUrl);
  const as = { stripeAccount: ACCOUNT };
  const card = 'pm_card_visa';
  const customer = await stripe.customers.create(
    { email: JENNY, name: 'Jenny', payment_method: card, invoice_settings: { default_payment_method: card } },
    as,
  );
  const plan = { currency: 'usd', unit_amount: 2900, recurring: { interval: 'day' as const, interval_count: 30 } };
  const { id: price } = await stripe.prices.create({ ...plan, product_data: { name: 'Pro' } }, as);
  const { id } = await stripe.subscriptions.create(
    { customer: customer.id, items: [{ price }], trial_period_days: days },
    as,
  );
  return {
    statusNow: async () => (await stripe.subscriptions.retrieve(id, {}, as)).status,
    useCard: (default_payment_method: string) =>
      stripe.customers.update(customer.id, { invoice_settings: { default_payment_method } }, as),
  };
}

/** `[days since then, subject, status]` of each email. */
async function mailsSince({ db }: Tillpost, start: number) {
  const emails = await db
    .selectFrom('email')
    .select(['subject', 'status', 'created_at'])
    .orderBy('created_at')
    .execute();
  return emails.map(({ subject, status, created_at }) => [Math.round((created_at - start) / DAY), subject, status]);
}

describe.each(ENGINES)('on %s, as time is moved', (engine) => {
  it('a trial converts, its card fails, the customer is reminded, pays, and hears no more of it', () =>
    withTemplates('trial_ending', 'payment_failed')({ engine }, async (tillpost) => {
      const { localStripe, clock, db, worker } = tillpost;
      const start = clock.now();
      const jenny = await startTrial(tillpost, 14);
      await localStripe.advance(20 * DAY);
      expect(await jenny.statusNow()).toBe('active');

      await jenny.useCard('pm_card_chargeCustomerFail');
      await localStripe.advance(30 * DAY);
      expect(await jenny.statusNow()).toBe('past_due');
      expect(await mailsSince(tillpost, start)).toEqual([
        [11, expect.stringMatching(/^Your trial ends/), 'captured'],
        [44, 'Your payment of $29.00 didn’t go through', 'captured'],
        [47, 'Still open: $29.00', 'captured'],
      ]);

      const tenant = localStripe.tenant(ACCOUNT, false);
      const open = tenant.invoices.list().find(({ status }) => status === 'open');
      const { status } = await fetch(open!.hosted_invoice_url!, { method: 'POST', redirect: 'manual' });
      expect(status).toBe(303);
      await localStripe.idle();
      await worker.drain();
      expect(await jenny.statusNow()).toBe('active');
      const runs = await db.selectFrom('run').select(['status', 'reason']).orderBy('started_at').execute();
      expect(runs.at(-1)).toMatchObject({ status: 'exited', reason: 'invoice.paid' });
      await localStripe.advance(10 * DAY);
      expect(await mailsSince(tillpost, start)).toHaveLength(3);
    }));

  it('who never pays gets each reminder once, and no more after the subscription has ended', () =>
    withTemplates('payment_failed', 'subscription_canceled')({ engine }, async (tillpost) => {
      const { localStripe, clock } = tillpost;
      const start = clock.now();
      const jenny = await startTrial(tillpost, 14);
      await localStripe.advance(1 * DAY);
      await jenny.useCard('pm_card_chargeCustomerFail');
      await localStripe.advance(60 * DAY);
      expect(await jenny.statusNow()).toBe('canceled');
      const mails = await mailsSince(tillpost, start);
      expect(mails.map(([day]) => day)).toEqual([14, 17, 21, 29]);
      expect(mails.at(-1)?.[1]).not.toMatch(/payment/);
    }));
});
