/** Every kind of notice but renewals, through the whole product; and what is not to become one. */
import { ENGINES } from '../test/databases';
import { ACCOUNT } from '../test/harness';
import { DAY, GOES_ON, item, JENNY, MARCH, seconds, subscription, withStory, workflowOf } from '../test/schedule-story';

const TRIAL_END = '2026-03-16T12:00:00Z';
const trial = (rest: object = {}) =>
  subscription({
    status: 'trialing',
    start_date: seconds(MARCH),
    trial_start: seconds(MARCH),
    trial_end: seconds(TRIAL_END),
    ...item(MARCH, TRIAL_END),
    ...rest,
  });
const ends = (time: string) => ({ cancel_at: seconds(time), canceled_at: seconds(MARCH), cancel_at_period_end: true });
const canceled = (rest: object = {}) =>
  subscription({ status: 'canceled', ended_at: seconds(MARCH), canceled_at: seconds(MARCH), ...rest });
const invoice = (rest: object = {}) => ({
  id: 'in_1',
  object: 'invoice',
  customer: 'cus_1',
  customer_email: JENNY,
  status: 'open',
  collection_method: 'send_invoice',
  due_date: seconds(MARCH),
  amount_due: 2000,
  amount_paid: 0,
  amount_remaining: 2000,
  currency: 'usd',
  ...rest,
});

describe.each(ENGINES)('on %s', (engine) => {
  it('a trial is told of days before its end, and once though the end moves', () =>
    withStory({ engine }, async (it) => {
      await it.activate(workflowOf('schedule.trial_end', 7));
      await it.happens('customer.subscription.created', trial());
      await it.until('2026-03-09T09:00:00Z');
      expect(await it.emails()).toEqual(['schedule.trial_end March 16, 2026']);
      await it.happens(
        'customer.subscription.updated',
        trial({ ...GOES_ON, trial_end: seconds('2026-03-30T12:00:00Z') }),
      );
      await it.passes(20 * DAY);
      expect(await it.emails()).toHaveLength(1);
    }));

  it('an end to come is told of, unless it was taken back', () =>
    withStory({ engine }, async (it) => {
      await it.activate(workflowOf('schedule.cancellation', 3));
      const april = '2026-04-02T12:00:00Z';
      await it.happens('customer.subscription.updated', subscription(ends(april)));
      await it.happens('customer.subscription.updated', { ...subscription(ends(april)), id: 'sub_2' });
      it.atStripe({ ...subscription(GOES_ON), id: 'sub_2' });
      await it.until('2026-03-30T09:00:00Z');
      const emails = await it.db.selectFrom('email').select(['subject_id', 'status', 'outcome']).execute();
      expect(emails.sort((a, b) => ((a.subject_id ?? '') < (b.subject_id ?? '') ? -1 : 1))).toMatchObject([
        { subject_id: 'sub_1', status: 'captured' },
        { subject_id: 'sub_2', status: 'suppressed', outcome: 'Not sent: the subscription is no longer set to end' },
      ]);
    }));

  it('days after an end a contact is won back, unless they have another subscription', () =>
    withStory({ engine }, async (it) => {
      const { id } = await it.tillpost.call('workflows/create', { template: 'win_back' });
      await it.tillpost.call('workflows/activate', { id });
      await it.happens('customer.subscription.deleted', canceled());
      await it.until('2026-04-01T09:00:00Z');
      expect(await it.emails()).toEqual(['We’d be glad to have you back']);
      await it.happens('customer.subscription.deleted', {
        ...canceled(),
        id: 'sub_2',
        ended_at: seconds('2026-03-20T12:00:00Z'),
      });
      await it.happens('customer.subscription.created', { ...subscription(), id: 'sub_3' });
      await it.until('2026-04-19T09:00:00Z');
      const { data } = await it.tillpost.call('emails/list', {});
      expect(data[0]).toMatchObject({
        status: 'suppressed',
        outcome: 'Not sent: the contact has another subscription',
      });
    }));

  it('an invoice that stays open is told of days after it was due', () =>
    withStory({ engine }, async (it) => {
      await it.activate(workflowOf('schedule.invoice_due', 3));
      await it.happens('invoice.payment_failed', invoice());
      await it.happens('invoice.payment_failed', invoice({ id: 'in_2' }));
      await it.happens('invoice.paid', invoice({ id: 'in_2', status: 'paid', amount_remaining: 0 }));
      it.stripe.invoices.put(invoice() as never);
      await it.until('2026-03-05T09:00:00Z');
      expect(await it.emails()).toEqual(['schedule.invoice_due March 2, 2026']);
      expect(await it.notices()).toMatchObject([{ subject_id: 'in_1' }]);
    }));

  it.each([
    ['its customer was deleted', 'customer.deleted', { id: 'cus_1', email: JENNY }],
    ['its subscription ended', 'customer.subscription.deleted', canceled()],
  ] as const)('an invoice is not told of any more once %s', (_what, type, object) =>
    withStory({ engine, settings: { on_customer_deleted: 'keep' } }, async (it) => {
      const workflow = workflowOf('schedule.invoice_due', 3);
      const wait = { id: 'wait', kind: 'wait', amount: 2, unit: 'days' };
      await it.activate({ ...workflow, steps: [wait, ...workflow.steps] });
      const ofSubscription = { parent: { subscription_details: { subscription: 'sub_1' } }, subscription: 'sub_1' };
      it.stripe.invoices.put(invoice(ofSubscription) as never);
      await it.happens('invoice.payment_failed', invoice(ofSubscription));
      await it.until('2026-03-05T09:00:00Z');
      await it.happens(type, object);
      await it.passes(3 * DAY);
      const runs = await it.db.selectFrom('run').select(['status', 'reason']).execute();
      expect(runs).toEqual([{ status: 'exited', reason: 'not_true' }]);
      expect(await it.emails()).toEqual([]);
    }),
  );

  it('an invoice that gets no reminders is held out of every workflow that asks for its payment', () =>
    withStory({ engine, settings: { holdout_percent: 50 } }, async (it) => {
      await it.activate(workflowOf('schedule.invoice_due', 3));
      await it.activate({
        name: 'Overdue',
        trigger: { event: 'invoice.overdue' },
        steps: [{ id: 'mail', kind: 'email', email: { kind: 'transactional', subject: 'Overdue', body: 'Hello' } }],
      });
      const ids = ['in_1', 'in_2', 'in_3', 'in_4', 'in_5', 'in_6', 'in_7', 'in_8'];
      for (const id of ids) {
        it.stripe.invoices.put(invoice({ id }) as never);
        await it.happens('invoice.payment_failed', invoice({ id }));
        await it.happens('invoice.overdue', invoice({ id }));
      }
      await it.until('2026-03-05T09:00:00Z');
      const failed = await it.db.selectFrom('failed_invoice').select(['invoice_id', 'is_holdout']).execute();
      const heldOut = new Set(failed.flatMap((row) => (row.is_holdout === 1 ? row.invoice_id : [])));
      expect([0, ids.length]).not.toContain(heldOut.size);
      const runs = await it.db.selectFrom('run').select(['invoice_id', 'reason']).execute();
      expect(runs).toHaveLength(2 * ids.length);
      for (const { invoice_id, reason } of runs) expect(reason === 'holdout').toBe(heldOut.has(invoice_id));
    }));

  it('says nothing to a customer who was deleted, though their contact is kept', () =>
    withStory({ engine, settings: { on_customer_deleted: 'keep' } }, async (it) => {
      await it.activate(workflowOf('schedule.invoice_due', 3));
      await it.happens('invoice.payment_failed', invoice());
      await it.happens('customer.deleted', { id: 'cus_1', email: JENNY });
      await it.until('2026-03-05T09:00:00Z');
      const events = await it.tillpost.call('events/list', { type: 'schedule.invoice_due' });
      expect(events.data).toMatchObject([{ status: 'skipped', outcome: 'The customer had been deleted before' }]);
      expect(await it.emails()).toEqual([]);
    }));

  it('says nothing to a customer without a contact, and asks Stripe for none', () =>
    withStory({ engine }, async (it) => {
      await it.tillpost.enable({ 'customer.subscription.created': { enabled: false } });
      await it.activate(workflowOf('schedule.renewal', 7));
      await it.happens('customer.subscription.created', subscription({ customer: 'cus_unknown' }));
      await it.until('2026-03-26T09:00:00Z');
      const events = await it.tillpost.call('events/list', { type: 'schedule.renewal' });
      expect(events.data).toMatchObject([{ status: 'skipped', outcome: 'The customer has no contact' }]);
      expect((await it.tillpost.call('contacts/list', {})).data).toHaveLength(1);
    }));

  it('is never believed of a webhook', () =>
    withStory({ engine }, async (it) => {
      const id = await it.activate(workflowOf('schedule.renewal', 7));
      const event = {
        id: 'evt_forged',
        object: 'event',
        account: ACCOUNT,
        livemode: false,
        created: Math.floor(it.tillpost.clock.now() / 1000),
        type: 'schedule.renewal',
        data: { object: { id: 'sub_1', object: 'subscription', customer: 'cus_1' }, schedule: { workflow: id } },
      };
      expect((await it.tillpost.deliver(event)).status).toBe(200);
      await it.tillpost.worker.drain();
      expect(await it.tillpost.call('events/read', { id: 'evt_forged' })).toMatchObject({
        status: 'ignored',
        reason: 'unsupported_type',
        payload: null,
      });
      expect(await it.db.selectFrom('run').selectAll().execute()).toEqual([]);
    }));

  it('is given once however often its event is replayed', () =>
    withStory({ engine }, async (it) => {
      await it.activate(workflowOf('schedule.trial_end', 7));
      await it.happens('customer.subscription.created', trial());
      await it.until('2026-03-09T09:00:00Z');
      const [notice] = await it.notices();
      await it.tillpost.call('events/replay', { id: notice?.event_id ?? '' });
      await it.tillpost.worker.drain();
      expect(await it.db.selectFrom('run').selectAll().execute()).toHaveLength(1);
      expect(await it.emails()).toHaveLength(1);
    }));
});

describe.each(ENGINES)('on %s, a card that expires', (engine) => {
  const card = (id: string, exp_month: number) => ({
    id,
    object: 'payment_method',
    type: 'card',
    card: { brand: 'visa', last4: '4242', exp_month, exp_year: 2026 },
  });
  const ACTIVE = { ...item('2026-03-02T12:00:00Z', '2027-03-02T12:00:00Z'), default_payment_method: 'pm_1' };
  const withCard = (test: Parameters<typeof withStory>[1]) =>
    withStory({ engine }, async (it) => {
      const { id } = await it.tillpost.call('workflows/create', { template: 'card_expires' });
      await it.tillpost.call('workflows/activate', { id });
      it.stripe.paymentMethods.put(card('pm_1', 4) as never);
      await test(it);
    });

  it('is told of once, for all that it pays', () =>
    withCard(async (it) => {
      await it.happens('customer.subscription.created', subscription(ACTIVE));
      await it.happens('customer.subscription.created', { ...subscription(ACTIVE), id: 'sub_2' });
      await it.until('2026-04-16T08:00:00Z');
      expect(await it.emails()).toEqual([]);
      await it.until('2026-04-16T09:00:00Z');
      expect(await it.emails()).toEqual(['Your card expires on April 30, 2026']);
      expect(await it.texts()).toEqual([expect.stringContaining('The card ending in 4242')]);
    }));

  it('is asked for once more before it is told of, so what is charged to another by now takes no notice from the others', () =>
    withCard(async (it) => {
      await it.happens('customer.subscription.created', subscription(ACTIVE));
      await it.happens('customer.subscription.created', { ...subscription(ACTIVE), id: 'sub_2' });
      it.stripe.paymentMethods.put({ ...card('pm_2', 12) } as never);
      it.atStripe({ ...subscription(ACTIVE), default_payment_method: 'pm_2' });
      await it.until('2026-04-16T09:00:00Z');
      expect(await it.emails()).toEqual(['Your card expires on April 30, 2026']);
      expect(await it.notices()).toMatchObject([{ subject_id: 'sub_2' }]);
    }));

  it('is asked for once a month, so a new one is seen; what was replaced within a day is not told of', () =>
    withCard(async (it) => {
      await it.happens('customer.subscription.created', subscription(ACTIVE));
      const asked = () => it.tillpost.localStripe.requests.count({ path: '/v1/subscriptions/sub_1' });
      expect(asked()).toBe(1);
      await it.passes(29 * DAY);
      expect(asked()).toBe(1);
      await it.passes(2 * DAY);
      expect(asked()).toBe(2);
      it.stripe.paymentMethods.put(card('pm_3', 4) as never);
      await it.until('2026-04-16T08:00:00Z');
      await it.happens('customer.subscription.created', {
        ...subscription({ ...ACTIVE, default_payment_method: 'pm_3' }),
        id: 'sub_3',
      });
      for (const id of ['pm_1', 'pm_3']) it.stripe.paymentMethods.put(card(id, 8) as never);
      await it.until('2026-04-16T09:00:00Z');
      const { data } = await it.tillpost.call('emails/list', {});
      expect(data).toMatchObject([
        { status: 'suppressed', outcome: 'Not sent: the subscription is charged to another card' },
      ]);
    }));

  it('is not told of where the subscription has been set to end before it, as only Stripe knows yet', () =>
    withCard(async (it) => {
      await it.happens('customer.subscription.created', subscription(ACTIVE));
      it.atStripe({ ...subscription(ACTIVE), ...ends('2026-04-20T12:00:00Z') });
      await it.until('2026-04-16T09:00:00Z');
      const { data } = await it.tillpost.call('emails/list', {});
      expect(data).toMatchObject([{ status: 'suppressed', outcome: 'Not sent: the subscription will not renew' }]);
    }));

  it('is not told of where it may not be read, and other notices are not held up', () =>
    withCard(async (it) => {
      it.tillpost.localStripe.faults.add({ kind: 'forbidden', path: '/v1/subscriptions/sub_1', times: 1_000 });
      await it.activate(workflowOf('schedule.trial_end', 7));
      await it.happens('customer.subscription.created', { ...trial(), default_payment_method: 'pm_1' });
      await it.until('2026-03-09T09:00:00Z');
      expect(await it.notices()).toMatchObject([{ kind: 'schedule.trial_end' }]);
      expect(await it.due()).toMatchObject([{ due_at: expect.any(Number) as number }]);
    }));
});
