/** No email says what isn't so, to somebody it isn't about, or twice in other words: the situations seen in the field. */
import { createEmailQueue } from '../emails/email-queue';
import { createQueues } from '../queues';
import { emailPreparation } from '../workflows/prepare-emails';
import { ENGINES } from './databases';
import { fixtureEvent, type FixtureType } from './fixtures/stripe';
import { ACCOUNT } from './harness';
import { JENNY, withMail, type Story } from './mail-story';

const DAY = 86_400_000;

const failed = (id = 'in_1', rest: object = {}) => ({
  id,
  object: 'invoice',
  customer: 'cus_1',
  customer_email: JENNY,
  status: 'open',
  billing_reason: 'subscription_cycle',
  amount_due: 2000,
  amount_paid: 0,
  amount_remaining: 2000,
  currency: 'usd',
  ...rest,
});
const paid = (id = 'in_1', rest: object = {}) =>
  failed(id, { status: 'paid', amount_paid: 2000, amount_remaining: 0, ...rest });
const subscription = (rest: object = {}) => ({ id: 'sub_1', customer: 'cus_1', status: 'active', ...rest });

describe.each(ENGINES)('on %s, a payment that failed', (engine) => {
  it('is not asked for when the invoice was paid before the failure arrived', () =>
    withMail(engine, ['payment_failed'], async (it) => {
      await it.happens('invoice.paid', paid());
      await it.happens('invoice.payment_failed', failed(), -600);
      await it.passes(4 * DAY);
      expect(it.subjects()).toEqual([]);
      expect(await it.runs()).toMatchObject([{ status: 'exited', reason: 'not_true' }]);
    }));

  it('is not asked for after a payment whose event is switched off', () =>
    withMail(engine, ['payment_failed'], async (it) => {
      await it.tillpost.enable({ 'invoice.paid': { enabled: false } }, { test_recipients: [JENNY] });
      await it.happens('invoice.payment_failed', failed());
      const event = await it.happens('invoice.paid', paid());
      expect(await it.event(event.id)).toMatchObject({ reason: 'event_off', outcome: 'Off in settings; ended 1 run' });
      await it.passes(4 * DAY);
      expect(it.subjects()).toHaveLength(1);
    }));

  it.each([
    ['customer.subscription.deleted', subscription({ status: 'canceled' })],
    ['customer.deleted', { id: 'cus_1', email: JENNY }],
    ['invoice.voided', failed('in_1', { status: 'void' })],
    ['invoice.marked_uncollectible', failed('in_1', { status: 'uncollectible' })],
  ] as const)('is not asked for any more after %s', (type, object) =>
    withMail(engine, ['payment_failed'], async (it) => {
      const ofSubscription = { parent: { subscription_details: { subscription: 'sub_1' } }, subscription: 'sub_1' };
      await it.happens('customer.created', { id: 'cus_1', email: JENNY });
      await it.happens('invoice.payment_failed', failed('in_1', ofSubscription));
      await it.happens(type as FixtureType, object);
      expect(await it.runs()).toMatchObject([{ status: 'exited', reason: 'not_true' }]);
      await it.passes(8 * DAY);
      expect(it.subjects()).toHaveLength(1);
    }),
  );

  it('has one sequence for its invoice, however often Stripe tries', () =>
    withMail(engine, ['payment_failed'], async (it) => {
      it.atStripe('invoices', failed());
      for (const attempt_count of [1, 2, 3])
        await it.happens('invoice.payment_failed', failed('in_1', { attempt_count }));
      await it.passes(3 * DAY);
      await it.passes(4 * DAY);
      await it.happens('invoice.payment_failed', failed('in_1', { attempt_count: 4 }));
      await it.passes(8 * DAY);
      expect(it.subjects()).toHaveLength(3);
    }));

  it('of a sign-up that was given up is not asked for', () =>
    withMail(engine, ['payment_failed'], async (it) => {
      await it.happens('invoice.payment_failed', failed('in_1', { billing_reason: 'subscription_create' }));
      expect(it.subjects()).toEqual([]);
    }));

  it('asks for what remains after a payment in part', () =>
    withMail(engine, ['payment_failed'], async (it) => {
      const partly = { amount_due: 10_000, amount_paid: 6_000, amount_remaining: 4_000 };
      await it.happens('invoice.payment_failed', failed('in_1', partly));
      expect(it.subjects()).toEqual(['Your payment of $40.00 didn’t go through']);
      it.atStripe('invoices', failed('in_1', { ...partly, amount_paid: 9_000, amount_remaining: 1_000 }));
      await it.passes(3 * DAY);
      expect(it.subjects()[1]).toBe('Still open: $10.00');
    }));

  it('that is told once more hurries no mail that its server has put off', () =>
    withMail(engine, ['payment_failed'], async (it) => {
      const rows = () =>
        it.tillpost.db.selectFrom('email').select(['status', 'reason', 'attempts', 'due_at']).execute();
      it.trouble({ at: 'rcpt', code: 451, message: 'Try later' });
      await it.happens('invoice.payment_failed', failed());
      const before = await rows();
      expect(before).toMatchObject([{ status: 'queued', reason: 'retrying', attempts: 1 }]);
      await it.happens('invoice.payment_failed', failed('in_1', { amount_remaining: 1500 }), 1);
      expect(await rows()).toEqual(before);
      expect(it.subjects()).toEqual([]);
      await it.passes(60_000);
      expect(it.subjects()).toHaveLength(1);
    }));

  it('that Stripe says was paid meanwhile ends with a sentence', () =>
    withMail(engine, ['payment_failed'], async (it) => {
      await it.happens('invoice.payment_failed', failed());
      it.atStripe('invoices', paid());
      await it.passes(3 * DAY);
      expect(it.subjects()).toHaveLength(1);
      expect((await it.emails())[0]).toMatchObject({
        status: 'suppressed',
        reason: 'not_true',
        outcome: expect.stringMatching(/^Not sent: the invoice was paid on /) as string,
        subject_of: { kind: 'invoice', id: 'in_1' },
      });
      expect(await it.runs()).toMatchObject([{ status: 'exited', reason: 'not_true' }]);
    }));

  it('waits a day for a Stripe that can not be asked, and is then not asked for', () =>
    withMail(engine, ['payment_failed'], async (it) => {
      await it.happens('invoice.payment_failed', failed());
      it.tillpost.localStripe.faults.add({ kind: 'server_error' });
      await it.passes(3 * DAY);
      expect((await it.emails())[0]).toMatchObject({
        status: 'queued',
        outcome: expect.stringMatching(/^Waits/) as string,
      });
      await it.passes(DAY);
      expect((await it.emails())[0]).toMatchObject({ status: 'suppressed', reason: 'state_unknown' });
      expect(it.subjects()).toHaveLength(1);
    }));

  it('of a customer that gets a contact of its own is told to that contact', () =>
    withMail(engine, ['payment_failed'], async (it) => {
      await it.happens('customer.created', { id: 'cus_a', email: 'old@example.com' });
      await it.happens('customer.created', { id: 'cus_1', email: 'old@example.com' });
      await it.happens('invoice.payment_failed', failed('in_1', { customer_email: 'old@example.com' }));
      await it.happens('customer.updated', { id: 'cus_1', email: 'new@example.com' }, 1);
      it.atStripe('invoices', failed());
      await it.passes(3 * DAY);
      expect(it.to()).toEqual(['old@example.com', 'new@example.com']);
      await it.happens('invoice.paid', paid('in_1', { customer_email: 'new@example.com' }));
      await it.passes(4 * DAY);
      expect(it.to()).toHaveLength(2);
    }));
});

describe.each(ENGINES)('on %s, a subscription', (engine) => {
  it('is welcomed when it has become active, not before, and never when it was given up', () =>
    withMail(engine, ['subscription_created'], async (it) => {
      await it.happens('customer.created', { id: 'cus_1', email: JENNY });
      await it.happens('customer.subscription.created', subscription({ status: 'incomplete' }));
      expect(it.subjects()).toEqual([]);
      await it.happens('customer.subscription.updated', subscription(), 1);
      expect(it.subjects()).toHaveLength(1);
      await it.happens('customer.subscription.created', subscription({ id: 'sub_2', status: 'incomplete' }), 2);
      await it.happens('customer.subscription.updated', subscription({ id: 'sub_2', status: 'incomplete_expired' }), 3);
      await it.passes(8 * DAY);
      expect(it.subjects()).toHaveLength(1);
    }));

  it('is welcomed when it has become active after days in which Stripe was asked again and again, or not at all', () =>
    withMail(engine, ['subscription_created'], async (it) => {
      await it.happens('customer.created', { id: 'cus_1', email: JENNY });
      await it.happens('customer.subscription.created', subscription({ status: 'incomplete' }));
      it.atStripe('subscriptions', subscription({ status: 'incomplete' }));
      for (const ms of [DAY / 24, DAY, DAY, DAY / 24]) await it.passes(ms);
      expect((await it.emails())[0]).toMatchObject({ status: 'queued' });
      it.atStripe('subscriptions', subscription());
      await it.passes(DAY);
      expect(it.subjects()).toHaveLength(1);
    }));

  it.each([{ cancel_at_period_end: true }, { cancel_at: 1_893_456_000 }])('that ends is not said to renew: %j', (end) =>
    withMail(engine, ['subscription_created'], async (it) => {
      await it.happens('customer.created', { id: 'cus_1', email: JENNY });
      await it.happens('customer.subscription.created', subscription(end));
      expect(it.texts()[0]).toMatch(/Ends on/);
      expect(it.texts()[0]).not.toMatch(/Renews on/);
    }),
  );

  it('whose trial was ended early gets no notice of its end', () =>
    withMail(engine, ['trial_ending'], async (it) => {
      await it.happens('customer.created', { id: 'cus_1', email: JENNY });
      await it.happens('customer.subscription.trial_will_end', subscription({ status: 'active', trial_end: it.now() }));
      expect(it.subjects()).toEqual([]);
    }));

  it.each([
    [{ cancel_at: 1_893_456_000, cancel_at_period_end: false }, /will end with it/],
    [
      { trial_settings: { end_behavior: { missing_payment_method: 'cancel' } }, default_payment_method: null },
      /Without a payment method on file your subscription will end/,
    ],
  ])('in a trial is told what will really happen: %j', (state, text) =>
    withMail(engine, ['trial_ending'], async (it) => {
      await it.happens('customer.created', { id: 'cus_1', email: JENNY });
      const trial = subscription({ status: 'trialing', trial_end: it.now() + 3 * 86_400, ...state });
      await it.happens('customer.subscription.trial_will_end', trial);
      expect(it.texts()[0]).toMatch(text);
      expect(it.texts()[0]).not.toMatch(/there is nothing to do/);
    }),
  );

  it('is not said to have ended when only Stripe knows of the other yet', () =>
    withMail(engine, ['subscription_canceled'], async (it) => {
      await it.happens('customer.created', { id: 'cus_1', email: JENNY });
      it.atStripe('subscriptions', subscription({ id: 'sub_2' }));
      await it.happens('customer.subscription.deleted', subscription({ status: 'canceled' }));
      expect(it.subjects()).toEqual([]);
      expect((await it.emails())[0]).toMatchObject({ status: 'suppressed', reason: 'not_true' });
    }));

  it('that was followed by another is not said to have ended', () =>
    withMail(engine, ['subscription_canceled'], async (it) => {
      await it.happens('customer.created', { id: 'cus_1', email: JENNY });
      await it.happens('customer.subscription.created', subscription({ id: 'sub_2' }));
      await it.happens('customer.subscription.deleted', subscription({ status: 'canceled' }), 1);
      expect(it.subjects()).toEqual([]);
      expect((await it.emails())[0]).toMatchObject({ status: 'suppressed', reason: 'not_true' });
    }));
});

describe.each(ENGINES)('on %s, a payment', (engine) => {
  it('has one receipt, also when both variants are active', () =>
    withMail(
      engine,
      ['payment_successful', { template: 'payment_successful', trigger: 'checkout.session.completed' }],
      async (it) => {
        const session = { id: 'cs_1', customer: 'cus_1', customer_details: { email: JENNY }, mode: 'subscription' };
        await it.happens('checkout.session.completed', {
          ...session,
          invoice: 'in_1',
          status: 'complete',
          payment_status: 'paid',
          amount_total: 2000,
        });
        await it.happens('invoice.paid', paid());
        expect(it.subjects()).toEqual(['We received your payment of $20.00']);
      },
    ));

  it('in the payer’s own currency is thanked for in that', () =>
    withMail(
      engine,
      [
        { template: 'payment_successful', trigger: 'checkout.session.completed' },
        { template: 'payment_successful', trigger: 'checkout.session.async_payment_succeeded' },
      ],
      async (it) => {
        const session = {
          customer: 'cus_1',
          customer_details: { email: JENNY },
          mode: 'payment',
          status: 'complete',
          payment_status: 'paid',
          amount_total: 2000,
          currency: 'usd',
        };
        const presentment_details = { presentment_amount: 1848, presentment_currency: 'eur' };
        await it.happens('checkout.session.completed', { ...session, id: 'cs_1', presentment_details });
        await it.happens('checkout.session.async_payment_succeeded', { ...session, id: 'cs_2' });
        expect(it.subjects()).toEqual(['We received your payment of €18.48', 'We received your payment of $20.00']);
        expect(it.texts()[0]).not.toContain('$');
      },
    ));
});

describe.each(ENGINES)('on %s, an exit event', (engine) => {
  const customer = { id: 'cus_1', email: JENNY };
  /** Asks new customers for a payment after three days, unless one comes. */
  const withNudge = (isOn: boolean, test: (it: Story) => Promise<void>) =>
    withMail(engine, [], async (it) => {
      await it.tillpost.enable({ 'invoice.paid': { enabled: isOn } }, { test_recipients: [JENNY] });
      const email = { kind: 'transactional' as const, subject: 'Nothing bought yet?', preview_text: '', body: 'Hello' };
      const { id } = await it.tillpost.call('workflows/create', {
        definition: {
          name: 'Nudge',
          trigger: { event: 'customer.created', conditions: [], frequency: 'every_time' },
          exit_events: [{ event: 'invoice.paid', match: 'contact' }],
          steps: [
            { id: 'wait', kind: 'wait', amount: 3, unit: 'days' },
            { id: 'mail', kind: 'email', email },
          ],
        },
      });
      await it.tillpost.call('workflows/activate', { id });
      await test(it);
    });

  it.each([
    ['on', true],
    ['off', false],
  ])('that is %s ends a workflow whose trigger arrives after it', (_which, isOn) =>
    withNudge(isOn, async (it) => {
      await it.happens('invoice.paid', paid());
      await it.happens('customer.created', customer, -10);
      await it.passes(3 * DAY);
      expect(await it.runs()).toMatchObject([{ status: 'exited', reason: 'invoice.paid' }]);
      expect(it.subjects()).toEqual([]);
    }),
  );

  it('ends one whose trigger arrives after it, also one of many that are too large to be read together', () =>
    withNudge(true, async (it) => {
      const metadata = { note: 'x'.repeat(900_000) };
      for (const id of ['in_1', 'in_2', 'in_3']) await it.happens('invoice.paid', paid(id, { metadata }));
      await it.happens('customer.created', customer, -10);
      expect(await it.runs()).toMatchObject([{ status: 'exited', reason: 'invoice.paid' }]);
    }));

  it('ends one whose trigger arrives with it, after it', () =>
    withNudge(true, async (it) => {
      const later = fixtureEvent('invoice.paid', { account: ACCOUNT, created: it.now(), object: paid() });
      const sooner = fixtureEvent('customer.created', { account: ACCOUNT, created: it.now() - 10, object: customer });
      await it.tillpost.deliver(later);
      await it.tillpost.deliver(sooner);
      await it.passes(0);
      expect(await it.runs()).toMatchObject([{ status: 'exited', reason: 'invoice.paid' }]);
    }));

  it('ends nothing that began after it, however late it arrives', () =>
    withNudge(true, async (it) => {
      await it.happens('customer.created', customer);
      await it.happens('invoice.paid', paid(), -10);
      await it.passes(3 * DAY);
      expect(it.subjects()).toEqual(['Nothing bought yet?']);
    }));

  it('keeps no workflow from starting that it came before', () =>
    withNudge(true, async (it) => {
      await it.happens('invoice.paid', paid(), -10);
      await it.happens('customer.created', customer);
      await it.passes(3 * DAY);
      expect(it.subjects()).toEqual(['Nothing bought yet?']);
    }));
});

it('Stripe is asked once per email, twice for an end, and not at all while the event is news', () =>
  withMail('sqlite', ['payment_failed', 'subscription_canceled'], async (it) => {
    const asked = () =>
      it.tillpost.localStripe.requests.list().filter(({ path }) => /^\/v1\/(invoices|subscriptions)/.test(path)).length;
    const before = asked();
    for (const n of [1, 2, 3, 4, 5]) {
      it.atStripe('invoices', failed(`in_${n}`, { customer: `cus_${n}` }));
      await it.happens(
        'invoice.payment_failed',
        failed(`in_${n}`, { customer: `cus_${n}`, customer_email: `p${n}@e.com` }),
      );
    }
    // Why each payment failed; nothing else.
    expect(asked() - before).toBe(5);
    // Two at once, the others half a second later.
    for (const ms of [3 * DAY, 1_000, 1_000, 4 * DAY, 1_000, 1_000]) await it.passes(ms);
    expect(asked() - before).toBe(15);
    it.atStripe('subscriptions', subscription({ status: 'canceled', customer: 'cus_1' }));
    await it.happens('customer.subscription.deleted', subscription({ status: 'canceled', customer: 'cus_1' }));
    expect(asked() - before).toBe(17);
    expect(await it.emails()).toHaveLength(16);
  }));

it('a Stripe that hangs holds up no mail but what it is to be asked about', () =>
  withMail('sqlite', ['payment_failed', 'new_customer'], async (it) => {
    const { localStripe, clock, worker } = it.tillpost;
    for (let n = 0; n < 12; n++) {
      const whose = { customer: `cus_${n}`, customer_email: `p${n}@example.com` };
      await it.happens('invoice.payment_failed', failed(`in_${n}`, whose));
    }
    const known = localStripe.requests.list().length;
    localStripe.faults.add({ kind: 'hang', path: /^\/v1\/invoices/ });
    clock.advance(3 * DAY);
    await worker.start();
    const asked = () =>
      localStripe.requests
        .list()
        .slice(known)
        .filter(({ path }) => path.startsWith('/v1/invoices/'));
    await until(() => asked().length > 1);
    // Time for more, if more were asked.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(asked()).toHaveLength(2);
    const object = { id: 'cus_new', email: JENNY };
    await it.tillpost.deliver(fixtureEvent('customer.created', { account: ACCOUNT, created: it.now(), object }));
    await until(() => it.to().includes(JENNY));
    localStripe.faults.clear();
    await worker.stop();
  }));

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

it('an email that has ended while it was made, in another process’s hands, is not sent once more', () =>
  withMail('sqlite', ['new_customer'], async (it) => {
    const { ctx, db } = it.tillpost;
    const object = { id: 'cus_1', email: JENNY };
    await it.tillpost.deliver(fixtureEvent('customer.created', { account: ACCOUNT, created: it.now(), object }));
    for (const queue of createQueues().filter(({ table }) => table === 'event' || table === 'run'))
      await queue.turn(ctx);
    const queue = createEmailQueue({
      ...emailPreparation,
      async prepare(...asked) {
        const prepared = await emailPreparation.prepare(...asked);
        for (const one of prepared) {
          const body = one.kind === 'ready' ? (await one.made)?.body : undefined;
          if (body) await db.insertInto('email_body').values(body).execute();
        }
        await db.updateTable('email').set({ status: 'sent', due_at: null, claims: 0 }).execute();
        return prepared;
      },
    });
    expect(await queue.turn(ctx)).toBe(1);
    await queue.finish?.(ctx);
    expect(it.subjects()).toEqual([]);
  }));

it('after an outage nobody who has paid meanwhile is dunned, for what was missed is done in its order', () =>
  withMail('sqlite', ['payment_failed'], async (it) => {
    const { localStripe } = it.tillpost;
    localStripe.setWebhookUrl('http://127.0.0.1:9/nobody');
    it.tillpost.clock.advance(1_000);
    await localStripe.emit(ACCOUNT, false, 'invoice.payment_failed', failed(), { created: it.now() });
    it.tillpost.clock.advance(1_000);
    await localStripe.emit(ACCOUNT, false, 'invoice.paid', paid(), { created: it.now() });
    await it.passes(3_600_000);
    expect((await it.tillpost.call('events/list', { type: 'invoice.paid' })).data).toHaveLength(1);
    await it.passes(8 * DAY);
    expect(it.subjects()).toEqual([]);
  }));
