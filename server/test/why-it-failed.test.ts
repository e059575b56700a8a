/** A card fails at Stripe, and the mail says why: asked once, without keeping a mail waiting. */
import type { Definition } from '../../shared/workflow';
import { APP_KEYS } from '../dev/local-stripe/local-stripe';
import { createStripe } from '../stripe';
import { examine } from '../tools/doctor/examine';
import { ENGINES, type Engine } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, TEST } from './harness';
import { JENNY, withMail, type Story } from './mail-story';

const DAY = 86_400_000;

/** Of each address, a subscription paid by a good card whose next renewal fails with the card given. Returns the open invoices. */
async function fail({ tillpost }: Story, cards: Record<string, string>): Promise<string[]> {
  const stripe = createStripe(APP_KEYS.test, tillpost.stripeUrl);
  const as = { stripeAccount: ACCOUNT };
  const good = 'pm_card_visa';
  const plan = { currency: 'usd', unit_amount: 2900, recurring: { interval: 'month' as const } };
  const { id: price } = await stripe.prices.create({ ...plan, product_data: { name: 'Pro' } }, as);
  for (const [email, card] of Object.entries(cards)) {
    const { id } = await stripe.customers.create(
      { email, payment_method: good, invoice_settings: { default_payment_method: good } },
      as,
    );
    await stripe.subscriptions.create({ customer: id, items: [{ price }] }, as);
    await stripe.customers.update(id, { invoice_settings: { default_payment_method: card } }, as);
  }
  await tillpost.localStripe.advance(32 * DAY);
  const invoices = tillpost.localStripe.tenant(ACCOUNT, false).invoices.list();
  return invoices.filter(({ status }) => status === 'open').map(({ id }) => id);
}

const LOST = { [JENNY]: 'pm_card_chargeDeclinedLostCard' };

const requestsFor = ({ tillpost }: Story, path: string) =>
  tillpost.localStripe.requests.list().filter((one) => one.path === path).length;

const KIND =
  'cause: {{ event.failure_kind }} {{ event.decline_code | default: "-" }} {% if event.is_last_attempt == false %}false{% elsif event.is_last_attempt %}last{% else %}-{% endif %}';
const email = (id: string, subject: string) => ({
  id,
  kind: 'email' as const,
  email: { kind: 'transactional' as const, subject, preview_text: '', body: 'x' },
});
const wait = (days: number) => ({ id: `wait-${days}`, kind: 'wait' as const, amount: days, unit: 'days' as const });
const definition = (steps: Definition['steps'], trigger: object = {}) => ({
  name: 'Dunning',
  trigger: { event: 'invoice.payment_failed', frequency: 'once_per_subject', conditions: [], ...trigger },
  steps,
});

const withWorkflow = (engine: Engine, workflow: object, test: (it: Story) => Promise<void>) =>
  withMail(engine, [], async (it) => {
    const { id } = await it.tillpost.call('workflows/create', { definition: workflow } as never);
    await it.tillpost.call('workflows/activate', { id });
    await test(it);
  });

const failed = (attempt_count: number, rest: object = {}) => ({
  id: 'in_1',
  object: 'invoice',
  customer: 'cus_1',
  customer_email: JENNY,
  status: 'open',
  amount_due: 2000,
  amount_remaining: 2000,
  currency: 'usd',
  billing_reason: 'subscription_cycle',
  attempt_count,
  ...rest,
});

describe.each(ENGINES)('on %s, a mail about a failed payment', (engine) => {
  it('says why the card failed', () =>
    withMail(engine, ['payment_failed'], async (it) => {
      const cases = {
        lost: ['pm_card_chargeDeclinedLostCard', /trying the same card again won’t help/],
        expired: ['pm_card_chargeDeclinedExpiredCard', /your card has expired/],
        broke: ['pm_card_chargeDeclinedInsufficientFunds', /your card didn’t have enough funds/],
        declined: ['pm_card_chargeCustomerFail', /your bank declined the payment this time/],
        asked: ['pm_card_authenticationRequired', /your bank asks you to confirm/],
      } as const;
      const address = (name: string) => `${name}@example.com`;
      const test_recipients = Object.keys(cases).map(address);
      await it.tillpost.enable({}, { test_recipients });
      const invoices = await fail(
        it,
        Object.fromEntries(Object.entries(cases).map(([name, [card]]) => [address(name), card])),
      );
      for (const [name, [, cause]] of Object.entries(cases))
        expect(it.texts()[it.to().indexOf(address(name))]?.replace(/\s+/g, ' ')).toMatch(cause);
      expect(it.to()).toHaveLength(5);
      expect(requestsFor(it, '/v1/invoice_payments')).toBe(invoices.length);
    }));

  it('asks again only after another attempt', () =>
    withWorkflow(
      engine,
      definition([email('a', KIND), wait(1), email('b', KIND), wait(3), email('c', KIND)]),
      async (it) => {
        await fail(it, { [JENNY]: 'pm_card_chargeDeclinedInsufficientFunds' });
        await it.tillpost.localStripe.advance(10 * DAY);
        const soft = 'cause: soft insufficient_funds';
        expect(it.subjects()).toEqual([`${soft} false`, `${soft} false`, `${soft} false`]);
        expect(requestsFor(it, '/v1/invoice_payments')).toBe(2);
      },
    ));

  it('says that no attempt is planned only once Stripe’s invoice says so', () =>
    withWorkflow(engine, definition([email('a', KIND)]), async (it) => {
      it.atStripe('invoices', failed(4, { next_payment_attempt: null }));
      await it.happens('invoice.payment_failed', failed(4, { next_payment_attempt: null }));
      expect(it.subjects()).toEqual(['cause: unknown - last']);
    }));

  it('goes without the cause where Stripe gives none, and asks again for the next', () =>
    withWorkflow(engine, definition([email('a', KIND), wait(1), email('b', KIND)]), async (it) => {
      it.tillpost.localStripe.faults.add({ kind: 'server_error', path: /invoice_payments/, times: 1 });
      await fail(it, LOST);
      await it.tillpost.localStripe.advance(2 * DAY);
      expect(it.subjects()).toEqual(['cause: unknown - false', 'cause: hard lost_card false']);
    }));

  it('goes without the cause where Stripe lets it read none, which is named and not asked for again', () =>
    withWorkflow(engine, definition([email('a', KIND), wait(1), email('b', KIND)]), async (it) => {
      const lacks = {
        kind: 'forbidden',
        path: /invoice_payments/,
        account: ACCOUNT,
        permission: 'payment_intent_read',
      } as const;
      it.tillpost.localStripe.faults.add(lacks);
      await fail(it, LOST);
      await it.tillpost.localStripe.advance(2 * DAY);
      expect(it.subjects()).toEqual(['cause: unknown - false', 'cause: unknown - false']);
      expect(requestsFor(it, '/v1/invoice_payments')).toBe(1);
      const { missing_permission } = await it.tillpost.db
        .selectFrom('install')
        .select('missing_permission')
        .where('account_id', '=', TEST.accountId)
        .executeTakeFirstOrThrow();
      expect(missing_permission).toBe('payment_intent_read');
      const findings = await examine(it.tillpost.ctx);
      expect(findings.map(({ says }) => says)).toContain(
        'Stripe did not let us read why a payment failed: PaymentIntents: read is missing',
      );
    }));

  it('does not ask where nothing names the cause', () =>
    withWorkflow(engine, definition([email('a', 'Please pay')]), async (it) => {
      await fail(it, LOST);
      expect(it.subjects()).toEqual(['Please pay']);
      expect(requestsFor(it, '/v1/invoice_payments')).toBe(0);
    }));

  it('takes the payment that an older API version names where the invoice lists none', () =>
    withWorkflow(engine, definition([email('a', KIND)]), async (it) => {
      const stripe = it.tillpost.localStripe.tenant(ACCOUNT, false);
      const error = { type: 'card_error', code: 'card_declined', decline_code: 'stolen_card' };
      stripe.paymentIntents.put({
        id: 'pi_old',
        object: 'payment_intent',
        status: 'requires_payment_method',
        last_payment_error: error,
      } as never);
      const next_payment_attempt = it.now() + 3 * 86_400;
      it.atStripe('invoices', failed(1, { next_payment_attempt }));
      const event = fixtureEvent('invoice.payment_failed', {
        account: ACCOUNT,
        created: it.now(),
        shape: 'older',
        object: failed(1, { next_payment_attempt, payment_intent: 'pi_old' }),
      });
      await it.tillpost.deliver(event);
      await it.tillpost.worker.drain();
      expect(it.subjects()).toEqual(['cause: hard stolen_card false']);
    }));
});

describe.each(ENGINES)('on %s, the steps after a failed payment', (engine) => {
  const branch = {
    id: 'b',
    kind: 'branch' as const,
    paths: [
      {
        id: 'hard',
        name: 'Hard',
        conditions: [{ property: 'event.failure_kind', operator: 'is' as const, value: 'hard' }],
        steps: [email('h', 'Another card, please')],
      },
    ],
    else: [email('s', 'We try again')],
  };

  it('go by the cause', () =>
    withWorkflow(engine, definition([branch]), async (it) => {
      await fail(it, { ...LOST, 'new@example.com': 'pm_card_chargeDeclinedInsufficientFunds' });
      expect(it.subjects()[it.to().indexOf(JENNY)]).toBe('Another card, please');
      expect(it.subjects()[it.to().indexOf('new@example.com')]).toBe('We try again');
      expect(requestsFor(it, '/v1/invoice_payments')).toBe(2);
    }));

  it('go on without the cause where Stripe gives none', () =>
    withWorkflow(engine, definition([branch]), async (it) => {
      it.tillpost.localStripe.faults.add({ kind: 'server_error', path: /invoice_payments/ });
      await fail(it, LOST);
      expect(it.subjects()).toEqual(['We try again']);
    }));

  it('can not be kept from starting by what is only asked for later', () =>
    withMail(engine, [], async (it) => {
      const conditions = [{ property: 'event.failure_kind', operator: 'is', value: 'hard' }];
      const answer = await it.tillpost.call('workflows/create', {
        definition: definition([email('a', 'x')], { conditions }),
      } as never);
      expect(answer).toMatchObject({
        status_code: 400,
        error: { param: 'definition.trigger.conditions.0.property' },
      });
    }));
});

describe.each(ENGINES)('on %s, a sequence that starts after an attempt', (engine) => {
  it('begins with the first failure that has come so far, once for its invoice', () =>
    withWorkflow(engine, definition([email('a', 'Please pay')], { start_after_attempt: 2 }), async (it) => {
      await it.happens('invoice.payment_failed', failed(1));
      expect(it.subjects()).toEqual([]);
      await it.happens('invoice.payment_failed', failed(3));
      await it.happens('invoice.payment_failed', failed(4));
      await it.happens('invoice.payment_failed', failed(2));
      expect(it.subjects()).toEqual(['Please pay']);
    }));

  it('is refused for other events and other numbers', () =>
    withMail(engine, [], async (it) => {
      for (const [trigger, says] of [
        [{ start_after_attempt: 2, event: 'invoice.paid' }, '“Starts with” of the trigger only fits Payment failed.'],
        [{ start_after_attempt: 4 }, '“Starts with” of the trigger must be 1, 2 or 3.'],
      ] as const) {
        const answer = await it.tillpost.call('workflows/create', {
          definition: definition([email('a', 'x')], trigger),
        } as never);
        expect(answer).toMatchObject({ status_code: 400, error: { message: says } });
      }
    }));
});

it('a mail about a failed payment goes without the cause when Stripe is silent for five seconds', () =>
  withWorkflow('sqlite', definition([email('a', KIND)]), async (it) => {
    it.tillpost.localStripe.faults.add({ kind: 'hang', path: /invoices/, times: 1 });
    const began = Date.now();
    await it.happens('invoice.payment_failed', failed(1));
    expect(it.subjects()).toEqual(['cause: unknown - false']);
    expect(Date.now() - began).toBeLessThan(20_000);
  }));
