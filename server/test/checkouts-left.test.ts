/** Checkouts that were left, payments that a bank wants confirmed, refunds: who is mailed what, and what isn't said. */
import { ENGINES } from './databases';
import { JENNY, withMail, type Story } from './mail-story';

const DAY = 86_400_000;
const RECOVERY_URL = 'https://buy.stripe.com/r/test_asAb1724';

/** Opened a day before it expired. */
const session = (it: Story, rest: object = {}) => ({
  id: 'cs_1',
  object: 'checkout.session',
  created: it.now() - 86_400,
  status: 'expired',
  payment_status: 'unpaid',
  customer: null,
  customer_details: { email: JENNY, name: 'Jenny Rosen' },
  amount_total: 2000,
  currency: 'usd',
  after_expiration: { recovery: { enabled: true, url: RECOVERY_URL } },
  consent: { promotions: 'opt_in' },
  ...rest,
});
const complete = (it: Story, rest: object = {}) =>
  session(it, { id: 'cs_2', status: 'complete', payment_status: 'paid', after_expiration: null, ...rest });
const invoice = (rest: object = {}) => ({
  id: 'in_1',
  object: 'invoice',
  customer: 'cus_1',
  customer_email: JENNY,
  status: 'open',
  billing_reason: 'subscription_cycle',
  amount_due: 2000,
  amount_paid: 0,
  amount_remaining: 2000,
  currency: 'usd',
  hosted_invoice_url: 'https://invoice.stripe.com/i/acct_1/test_1',
  ...rest,
});
const paid = (rest: object = {}) =>
  invoice({ id: 'in_2', status: 'paid', amount_paid: 2000, amount_remaining: 0, ...rest });

/** Delivers the expiry as Stripe, asked, then tells it too. */
const expires = async (it: Story, rest: object = {}, created = 0) => {
  const object = session(it, rest);
  it.atStripe('checkoutSessions', object);
  return it.happens('checkout.session.expired', object, created);
};

describe.each(ENGINES)('on %s, a checkout that expired', (engine) => {
  const left = (test: (it: Story) => Promise<void>) => withMail(engine, ['checkout_not_finished'], test);
  const customer = { id: 'cus_1', email: JENNY };

  it('brings a guest who agreed to offers back by its link', () =>
    left(async (it) => {
      await expires(it);
      expect(it.to()).toEqual([JENNY]);
      expect(it.subjects()).toEqual(['Your order is still waiting for you']);
      expect(it.texts()[0]).toContain(RECOVERY_URL);
      expect(it.texts()[0]).toContain('$20.00');
      expect((await it.emails())[0]).toMatchObject({ kind: 'marketing', status: 'sent' });
    }));

  it.each([
    ['said no to offers', { promotions: 'opt_out' }],
    ['was not asked', null],
  ])('makes a new contact of somebody who %s, and mails them no marketing', (_who, consent) =>
    left(async (it) => {
      await expires(it, { consent });
      expect(it.subjects()).toEqual([]);
      expect((await it.tillpost.call('contacts/list', {})).data).toMatchObject([
        { email: JENNY, status: 'transactional_only' },
      ]);
      expect((await it.emails())[0]).toMatchObject({ status: 'suppressed', reason: 'transactional_only' });
    }),
  );

  it('changes nothing of what a known contact chose', () =>
    left(async (it) => {
      await it.happens('customer.created', customer);
      await expires(it, { customer: 'cus_1', consent: null });
      expect(it.subjects()).toHaveLength(1);
      expect((await it.tillpost.call('contacts/list', {})).data).toMatchObject([{ status: 'subscribed' }]);
    }));

  it('starts nothing where Stripe made no link to come back by', () =>
    left(async (it) => {
      await expires(it, { after_expiration: null });
      expect(await it.runs()).toEqual([]);
    }));

  it.each([true, false])('is not mailed about once its customer has paid in another (its event on: %s)', (isOn) =>
    left(async (it) => {
      await it.tillpost.enable({ 'checkout.session.completed': { enabled: isOn } }, { test_recipients: [JENNY] });
      await it.happens('customer.created', customer, -90_000);
      await it.happens('checkout.session.completed', complete(it, { customer: 'cus_1' }), -3_600);
      await expires(it, { customer: 'cus_1' });
      expect(it.subjects()).toEqual([]);
      expect(await it.runs()).toMatchObject([
        { status: 'exited', reason: 'not_true', outcome: 'the contact has paid since' },
      ]);
    }),
  );

  it('is not mailed about to a guest whose other checkout was completed', () =>
    left(async (it) => {
      await it.happens('checkout.session.completed', complete(it), -3_600);
      await expires(it);
      expect(it.subjects()).toEqual([]);
    }));

  it.each([
    ['of its customer', { customer: 'cus_1' }],
    ['of the guest’s address', {}],
  ])('is not mailed about when only Stripe knows of the completed one %s', (_whose, whose) =>
    left(async (it) => {
      await it.happens('customer.created', customer, -90_000);
      it.atStripe('checkoutSessions', complete(it, { created: it.now() - 3_600, ...whose }));
      await expires(it, whose);
      expect(it.subjects()).toEqual([]);
      expect((await it.emails())[0]).toMatchObject({
        status: 'suppressed',
        reason: 'not_true',
        outcome: 'Not sent: the contact has paid since',
      });
    }),
  );

  it('is mailed about where the payments are older, or of nothing', () =>
    left(async (it) => {
      await it.happens('customer.created', customer, -90_000);
      await it.happens('invoice.paid', paid(), -3_600);
      it.atStripe('checkoutSessions', complete(it, { created: it.now() - 100_000, customer: 'cus_1' }));
      it.atStripe('invoices', paid({ status_transitions: { paid_at: it.now() - 3_600 } }));
      await it.happens('invoice.paid', paid({ id: 'in_3', amount_paid: 0, amount_due: 0 }), 10);
      await expires(it, { customer: 'cus_1' });
      expect(it.subjects()).toHaveLength(1);
    }));

  it.each(['kept', 'asked'])('is not mailed about after an invoice was paid since (%s)', (how) =>
    left(async (it) => {
      await it.happens('customer.created', customer, -90_000);
      if (how === 'kept') await it.happens('invoice.paid', paid(), 10);
      else it.atStripe('invoices', paid({ status_transitions: { paid_at: it.now() + 10 } }));
      await expires(it, { customer: 'cus_1' });
      expect(it.subjects()).toEqual([]);
    }),
  );

  it('is mailed about once, however many were open', () =>
    left(async (it) => {
      for (const id of ['cs_a', 'cs_b', 'cs_c']) await expires(it, { id });
      expect(it.subjects()).toHaveLength(1);
      await it.passes(2 * DAY);
      await expires(it, { id: 'cs_d' });
      expect(it.subjects()).toHaveLength(2);
    }));

  it('ends what goes on about it with the payment', () =>
    left(async (it) => {
      await it.happens('customer.created', customer, -90_000);
      await expires(it, { customer: 'cus_1' });
      const event = await it.happens('invoice.paid', paid(), 60);
      expect(await it.event(event.id)).toMatchObject({ outcome: expect.stringContaining('ended 1 run') as string });
      expect(await it.runs()).toMatchObject([{ status: 'exited', reason: 'not_true' }]);
    }));
});

describe.each(ENGINES)('on %s, a payment to be confirmed', (engine) => {
  const both = (test: (it: Story) => Promise<void>) =>
    withMail(engine, ['payment_failed', 'payment_confirmation'], test);
  const CONFIRM = 'Please confirm your payment of $20.00';
  const FAILED = 'Your payment of $20.00 didn’t go through';

  it('is asked for with the page to confirm it on, then reminded of, until it is paid', () =>
    withMail(engine, ['payment_confirmation'], async (it) => {
      await it.happens('invoice.payment_action_required', invoice());
      expect(it.subjects()).toEqual([CONFIRM]);
      expect(it.texts()[0]).toMatch(/Confirm the payment: http\S+\/pay\//);
      it.atStripe('invoices', invoice());
      await it.passes(3 * DAY);
      expect(it.subjects()).toEqual([CONFIRM, 'Still open: $20.00']);
      await it.happens('invoice.paid', paid({ id: 'in_1' }));
      await it.passes(5 * DAY);
      expect(it.subjects()).toHaveLength(2);
    }));

  it.each([
    ['paid', paid({ id: 'in_1' })],
    ['void', invoice({ status: 'void' })],
    ['fully credited', invoice({ amount_remaining: 0 })],
  ])('is not asked for when the invoice is %s', (_state, state) =>
    withMail(engine, ['payment_confirmation'], async (it) => {
      await it.happens('invoice.payment_action_required', state);
      expect(it.subjects()).toEqual([]);
      expect(await it.runs()).toMatchObject([{ status: 'exited', reason: 'not_true' }]);
    }),
  );

  it.each([
    ['of a sign-up given up', { billing_reason: 'subscription_create' }],
    ['of nothing', { amount_due: 0 }],
  ])('%s is not asked for', (_what, state) =>
    withMail(engine, ['payment_confirmation'], async (it) => {
      await it.happens('invoice.payment_action_required', invoice(state));
      expect(await it.runs()).toEqual([]);
    }),
  );

  it.each([
    ['failure', 'invoice.payment_failed', 'invoice.payment_action_required', FAILED],
    ['confirmation', 'invoice.payment_action_required', 'invoice.payment_failed', CONFIRM],
  ] as const)(
    'has one story with the failure of its invoice, that of the %s where it came first',
    (_which, first, second, subject) =>
      both(async (it) => {
        it.atStripe('invoices', invoice());
        await it.happens(first, invoice({ attempt_count: 1 }));
        const other = await it.happens(second, invoice({ attempt_count: 1 }));
        expect(await it.event(other.id)).toMatchObject({
          outcome: expect.stringContaining('a workflow had started for this before') as string,
        });
        await it.happens(second, invoice({ attempt_count: 2 }));
        await it.passes(3 * DAY);
        await it.passes(4 * DAY);
        await it.happens(second, invoice({ attempt_count: 3 }));
        await it.passes(8 * DAY);
        expect(it.subjects()).toEqual([subject, 'Still open: $20.00', 'Please settle your open payment of $20.00']);
      }),
  );

  it('has one story also when both arrive at once, and each invoice has its own', () =>
    both(async (it) => {
      const types = ['invoice.payment_failed', 'invoice.payment_action_required'] as const;
      const events = ['in_1', 'in_2'].flatMap((id) =>
        types.map((type) => it.made(type, invoice({ id, attempt_count: 1 }))),
      );
      await Promise.all(events.map((event) => it.tillpost.deliver(event)));
      await it.passes(1_000);
      await it.passes(1_000);
      expect(it.subjects()).toHaveLength(2);
    }));

  it('is no story of a workflow that mails nothing, or every time', () =>
    withMail(engine, ['payment_failed'], async (it) => {
      const create = async (steps: object[], frequency: string) => {
        const trigger = { event: 'invoice.payment_action_required', conditions: [], frequency };
        const { id } = await it.tillpost.call('workflows/create', {
          definition: { name: 'Own', trigger, exit_events: [], steps } as never,
        });
        await it.tillpost.call('workflows/activate', { id });
      };
      await create([{ id: 'tag', kind: 'update_contact', user_group: 'Needs 3DS' }], 'once_per_subject');
      const email = { kind: 'transactional', subject: 'Own', preview_text: '', body: 'Hello' };
      await create([{ id: 'mail', kind: 'email', email }], 'every_time');
      await it.happens('invoice.payment_action_required', invoice());
      await it.happens('invoice.payment_failed', invoice());
      expect(it.subjects().sort()).toEqual(['Own', FAILED].sort());
    }));

  it('is not asked for any more once its customer or subscription is gone', () =>
    withMail(engine, ['payment_confirmation'], async (it) => {
      await it.happens('customer.created', { id: 'cus_1', email: JENNY });
      await it.happens('invoice.payment_action_required', invoice({ subscription: 'sub_1' }));
      await it.happens('customer.subscription.deleted', { id: 'sub_1', customer: 'cus_1', status: 'canceled' });
      expect(await it.runs()).toMatchObject([{ status: 'exited', outcome: 'the subscription has ended' }]);
    }));
});

describe.each(ENGINES)('on %s, an overdue invoice', (engine) => {
  it('is asked for while it is open, and no longer', () =>
    withMail(engine, [], async (it) => {
      const email = { kind: 'transactional', subject: 'Overdue', preview_text: '', body: 'Hello' };
      const { id } = await it.tillpost.call('workflows/create', {
        definition: {
          name: 'Overdue',
          trigger: { event: 'invoice.overdue', conditions: [], frequency: 'every_time' },
          exit_events: [],
          steps: [{ id: 'mail', kind: 'email', email }],
        } as never,
      });
      await it.tillpost.call('workflows/activate', { id });
      await it.happens('invoice.overdue', invoice());
      await it.happens('invoice.paid', paid());
      await it.happens('invoice.overdue', invoice({ id: 'in_2' }), -60);
      expect(it.subjects()).toEqual(['Overdue']);
    }));
});

describe.each(ENGINES)('on %s, a refund', (engine) => {
  const charge = (rest: object = {}) => ({
    id: 'ch_1',
    object: 'charge',
    customer: null,
    billing_details: { email: JENNY, name: 'Jenny Rosen' },
    receipt_email: 'old@example.com',
    amount: 2000,
    amount_captured: 2000,
    amount_refunded: 2000,
    currency: 'usd',
    refunded: true,
    receipt_url: 'https://pay.stripe.com/receipts/1',
    ...rest,
  });

  it('of all is confirmed as that, to the address given with the payment', () =>
    withMail(engine, ['refund_confirmed'], async (it) => {
      await it.happens('charge.refunded', charge());
      expect(it.to()).toEqual([JENNY]);
      expect(it.subjects()).toEqual(['We refunded your payment of $20.00']);
      expect(it.texts()[0]).toMatch(/in full[^]*https:\/\/pay\.stripe\.com\/receipts\/1/);
    }));

  it('in parts is confirmed part by part, each once, with what it comes to', () =>
    withMail(engine, ['refund_confirmed'], async (it) => {
      const part = { amount_refunded: 500, refunded: false };
      await it.happens('charge.refunded', charge(part));
      await it.happens('charge.refunded', charge(part));
      await it.happens('charge.refunded', charge({ amount_refunded: 1200, refunded: false }));
      expect(it.subjects()).toEqual(['We refunded $5.00 of your payment', 'We refunded $12.00 of your payment']);
      expect(it.texts()[1]?.replaceAll(/\s+/g, ' ')).toMatch(
        /a part of your payment: \*?\*?\$12\.00\*?\*? in all, of the \$20\.00/,
      );
      for (const text of it.texts()) expect(text).not.toContain('in full');
    }));

  it('is told to whom its customer is linked before any address', () =>
    withMail(engine, ['refund_confirmed'], async (it) => {
      await it.happens('customer.created', { id: 'cus_1', email: 'new@example.com' });
      await it.happens('charge.refunded', charge({ customer: 'cus_1' }));
      expect(it.to()).toEqual(['new@example.com']);
    }));

  it.each([
    ['where the receipt went', { receipt_email: 'old@example.com' }, 'old@example.com'],
    ['whom Stripe names when asked', { customer: 'cus_asked', receipt_email: null }, 'new@example.com'],
  ])('goes to %s where the payment has no address', (_whom, rest, to) =>
    withMail(engine, ['refund_confirmed'], async (it) => {
      it.atStripe('customers', { id: 'cus_asked', email: 'new@example.com' });
      await it.happens('charge.refunded', charge({ billing_details: { email: null }, ...rest }));
      expect(it.to()).toEqual([to]);
    }),
  );
});
