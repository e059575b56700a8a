/** What contacts have paid: from every kind of event that says so, in any order, and where people see it. */
import { findContactByEmail } from '../audience/contacts';
import { createRefund } from '../dev/local-stripe/resources/refunds';
import { createDice } from '../dev/torture/dice';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { ENGINES } from './databases';
import { fixtureEvent, type FixtureEvent, type FixtureOptions, type FixtureType } from './fixtures/stripe';
import { ACCOUNT, lending, TEST, type Tillpost } from './harness';

const JENNY = 'jenny@example.com';

const withTillpost = lending(async (tillpost) => {
  await tillpost.connect();
  await tillpost.enable();
});

const now = ({ clock }: Tillpost) => Math.floor(clock.now() / 1000);

function eventOf(tillpost: Tillpost, type: FixtureType, options: FixtureOptions): FixtureEvent {
  return fixtureEvent(type, { account: ACCOUNT, created: now(tillpost), ...options });
}

async function happens(tillpost: Tillpost, type: FixtureType, object: object, rest: FixtureOptions = {}) {
  const event = eventOf(tillpost, type, { ...rest, object: object as FixtureOptions['object'] });
  expect((await tillpost.deliver(event)).status).toBe(200);
  await tillpost.worker.drain();
}

const customer = (id: string, email: string) => ({ id, email, name: 'Jenny Rosen' });
const invoice = (id: string, amount_paid: number, rest: object = {}) => ({
  id,
  customer: 'cus_1',
  customer_email: JENNY,
  amount_paid,
  currency: 'usd',
  ...rest,
});
const checkout = (id: string, amount_total: number, email: string, rest: object = {}) => ({
  id: `cs_${id}`,
  mode: 'payment',
  payment_status: 'paid',
  invoice: null,
  payment_intent: `pi_${id}`,
  customer: null,
  customer_details: { email },
  amount_total,
  currency: 'usd',
  ...rest,
});
const charge = (id: string, amount_refunded: number, rest: object = {}) => ({
  id,
  customer: 'cus_1',
  billing_details: { email: JENNY },
  amount_refunded,
  currency: 'usd',
  payment_intent: `pi_of_${id}`,
  ...rest,
});

/** Stripe knows that the charge's payment intent paid the invoice, which the charge doesn't say. */
const putInvoicePayment = ({ localStripe }: Tillpost, chargeId: string, invoiceId: string) =>
  localStripe.tenant(ACCOUNT, false).invoicePayments.put({
    id: `inpay_${chargeId}`,
    object: 'invoice_payment',
    invoice: invoiceId,
    created: 1,
    payment: { type: 'payment_intent', payment_intent: `pi_of_${chargeId}` },
  } as never);

const paidBy = async ({ db }: Tillpost, email: string) => {
  const contact = await findContactByEmail(db, TEST, email);
  return contact && { ltv: contact.ltv, currency: contact.ltv_currency, payments: contact.payments };
};
const NOTHING = { ltv: null, currency: null, payments: 0 };

describe.each(ENGINES)('on %s', (engine) => {
  it('adds up paid invoices and one-time checkouts, less refunds, in the currency of most of it', () =>
    withTillpost({ engine }, async (tillpost) => {
      const { db, call } = tillpost;
      await happens(tillpost, 'customer.created', customer('cus_1', JENNY));
      expect(await paidBy(tillpost, JENNY)).toEqual(NOTHING);
      const first = now(tillpost);
      const paid_at = (at: number) => ({ status_transitions: { paid_at: at } });
      await happens(tillpost, 'invoice.paid', invoice('in_1', 2000, paid_at(first)));
      await happens(tillpost, 'invoice.paid', invoice('in_free', 0));
      await happens(tillpost, 'invoice.paid', invoice('in_eur', 700, { currency: 'eur', ...paid_at(first + 60) }));
      const last = { created: first + 3_600 };
      await happens(tillpost, 'checkout.session.completed', checkout('1', 500, JENNY, { customer: 'cus_1' }), last);
      await happens(tillpost, 'checkout.session.completed', checkout('2', 9_000, JENNY, { payment_status: 'unpaid' }));
      await happens(tillpost, 'charge.refunded', charge('ch_1', 300, { invoice: 'in_1' }));
      const { id } = (await findContactByEmail(db, TEST, JENNY))!;
      expect((await call('contacts/read', { id })).billing).toMatchObject({
        ltv: 2200,
        ltv_currency: 'usd',
        ltv_others: [{ currency: 'eur', amount: 700 }],
        payments: 3,
        first_payment_at: new Date(first * 1000).toISOString(),
        last_payment_at: new Date(last.created * 1000).toISOString(),
      });
      await happens(tillpost, 'checkout.session.async_payment_succeeded', checkout('2', 9_000, JENNY));
      expect(await paidBy(tillpost, JENNY)).toEqual({ ltv: 11_200, currency: 'usd', payments: 4 });
    }));

  it('knows what was paid while every event is off, also before anybody had a contact', () =>
    withTillpost({ engine }, async (tillpost) => {
      const off = { enabled: false };
      await tillpost.enable({ 'invoice.paid': off, 'checkout.session.completed': off, 'charge.refunded': off });
      await happens(tillpost, 'charge.refunded', charge('ch_1', 300, { invoice: 'in_1' }));
      await happens(tillpost, 'invoice.paid', invoice('in_1', 2000));
      await happens(tillpost, 'checkout.session.completed', checkout('1', 500, JENNY));
      expect(await paidBy(tillpost, JENNY)).toBeUndefined();
      await happens(tillpost, 'customer.created', customer('cus_1', JENNY));
      expect(await paidBy(tillpost, JENNY)).toEqual({ ltv: 2200, currency: 'usd', payments: 2 });
    }));

  it('asks Stripe which invoice a refund is of, where the charge doesn’t say', () =>
    withTillpost({ engine }, async (tillpost) => {
      await happens(tillpost, 'customer.created', customer('cus_1', JENNY));
      putInvoicePayment(tillpost, 'ch_1', 'in_1');
      await happens(tillpost, 'charge.refunded', charge('ch_1', 300));
      await happens(tillpost, 'invoice.paid', invoice('in_1', 2000));
      expect(await paidBy(tillpost, JENNY)).toEqual({ ltv: 1700, currency: 'usd', payments: 1 });
      await happens(tillpost, 'charge.refunded', charge('ch_unknown', 900));
      expect(await paidBy(tillpost, JENNY)).toEqual({ ltv: 1700, currency: 'usd', payments: 1 });
    }));

  it('follows customers and guests from contact to contact', () =>
    withTillpost({ engine }, async (tillpost) => {
      await happens(tillpost, 'customer.created', customer('cus_1', JENNY));
      await happens(tillpost, 'customer.created', customer('cus_2', JENNY));
      await happens(tillpost, 'invoice.paid', invoice('in_1', 2000));
      await happens(tillpost, 'invoice.paid', invoice('in_2', 100, { customer: 'cus_2' }));
      await happens(tillpost, 'checkout.session.completed', checkout('1', 30, JENNY));
      expect(await paidBy(tillpost, JENNY)).toMatchObject({ ltv: 2130 });
      tillpost.clock.advance(2_000);
      await happens(tillpost, 'customer.updated', customer('cus_2', 'two@example.com'));
      expect(await paidBy(tillpost, JENNY)).toMatchObject({ ltv: 2030, payments: 2 });
      expect(await paidBy(tillpost, 'two@example.com')).toMatchObject({ ltv: 100, payments: 1 });
      await happens(tillpost, 'customer.updated', customer('cus_1', 'new@example.com'));
      expect(await paidBy(tillpost, 'new@example.com')).toMatchObject({ ltv: 2030, payments: 2 });
      await happens(tillpost, 'charge.refunded', charge('ch_g', 10, { customer: null, payment_intent: 'pi_1' }));
      expect(await paidBy(tillpost, 'new@example.com')).toMatchObject({ ltv: 2020, payments: 2 });
      tillpost.clock.advance(2_000);
      await happens(tillpost, 'customer.updated', customer('cus_1', 'two@example.com'));
      expect(await paidBy(tillpost, 'new@example.com')).toBeUndefined();
      expect(await paidBy(tillpost, 'two@example.com')).toMatchObject({ ltv: 2120, payments: 3 });
    }));

  it('ends the same in any order, with every event told twice, as an independent count says', () =>
    withTillpost({ engine }, async (tillpost) => {
      const off = { enabled: false };
      await tillpost.enable({ 'charge.refunded': off, 'invoice.paid': off });
      const { db, worker } = tillpost;
      for (let round = 0; round < 3; round++) {
        const dice = createDice(round + 1);
        const people = ['a', 'b', 'c'].map((name) => ({
          id: `cus_${name}${round}`,
          email: `${name}${round}@example.com`,
          paid: 0,
          payments: 0,
        }));
        const told: FixtureEvent[] = [];
        const tell = (type: FixtureType, object: object) =>
          told.push(eventOf(tillpost, type, { created: now(tillpost) + told.length, object: object as never }));
        for (const { id, email } of people) tell('customer.created', customer(id, email));
        for (let n = 0; n < 24; n++) {
          const payer = dice.pick(people);
          const key = `${round}x${n}`;
          const amount = 100 + dice.between(0, 5_000);
          const isGuest = dice.chance(1 / 3);
          payer.paid += amount;
          payer.payments += 1;
          if (isGuest) tell('checkout.session.completed', checkout(key, amount, payer.email));
          else tell('invoice.paid', invoice(`in_${key}`, amount, { customer: payer.id, customer_email: payer.email }));
          if (dice.chance(1 / 2)) continue;
          const refunded = dice.between(1, amount);
          const namesInvoice = dice.chance(1 / 2);
          const known = isGuest
            ? { customer: null, payment_intent: `pi_${key}`, billing_details: { email: payer.email } }
            : { customer: payer.id, ...(namesInvoice ? { invoice: `in_${key}` } : {}) };
          putInvoicePayment(tillpost, `ch_${key}`, `in_${key}`);
          tell('charge.refunded', charge(`ch_${key}`, Math.ceil(refunded / 2), known));
          tell('charge.refunded', charge(`ch_${key}`, refunded, known));
          payer.paid -= refunded;
        }
        const order = [...told, ...told].map((event) => ({ event, at: dice.next() }));
        order.sort((a, b) => a.at - b.at);
        for (let start = 0; start < order.length; start += 7) {
          await Promise.all(order.slice(start, start + 7).map(({ event }) => tillpost.deliver(event)));
          if (dice.chance(1 / 3)) await worker.drain();
        }
        await worker.drain();
        for (const { email, paid, payments } of people) {
          const expected = payments === 0 ? NOTHING : { ltv: paid, currency: 'usd', payments };
          expect({ round, email, ...(await paidBy(tillpost, email)) }).toEqual({ round, email, ...expected });
        }
      }
      expect(await db.selectFrom('event').select('id').where('status', 'in', ['failed', 'waiting']).execute()).toEqual(
        [],
      );
    }));

  it('lets conditions and emails of a payment know what it comes to', () =>
    withTillpost({ engine }, async (tillpost) => {
      const { call, db, clock } = tillpost;
      const subject = '{{ contact.ltv | money: contact.ltv_currency }} in {{ contact.payments }} payments';
      const email = { kind: 'transactional', subject, body: 'Thank you' } as const;
      const atLeast = { property: 'contact.ltv', operator: 'greater_or_equal', value: 3000 } as const;
      const trigger = { event: 'invoice.paid', conditions: [atLeast] } as const;
      const steps = [{ id: 'mail', kind: 'email', email }] as const;
      const source = { definition: { name: 'Thanks', trigger, steps } } as never;
      const { id } = await createWorkflow(db, TEST, source, clock.now());
      await activateWorkflow(db, TEST, id, clock.now());
      await happens(tillpost, 'invoice.paid', invoice('in_1', 2000));
      expect((await call('emails/list', {})).data).toEqual([]);
      await happens(tillpost, 'invoice.paid', invoice('in_2', 1000));
      expect((await call('emails/list', {})).data).toMatchObject([{ subject: '$30.00 in 2 payments' }]);
    }));
});

describe('with the local Stripe', () => {
  it('an invoice that is paid and refunded counts what is left of it', () =>
    withTillpost({}, async (tillpost) => {
      const { localStripe, worker } = tillpost;
      await localStripe.trigger('invoice.paid', { account: ACCOUNT, email: JENNY });
      await worker.drain();
      const before = (await paidBy(tillpost, JENNY))!;
      expect(before).toMatchObject({ currency: 'usd', payments: 1 });
      const stripe = localStripe.tenant(ACCOUNT, false);
      const paid = stripe.charges.list().find(({ status }) => status === 'succeeded');
      createRefund(stripe, { charge: paid!.id, amount: '150' });
      await localStripe.idle();
      await worker.drain();
      expect(await paidBy(tillpost, JENNY)).toEqual({ ...before, ltv: before.ltv! - 150 });
    }));

  it('of a refund that is off only its invoice is asked', () =>
    withTillpost({}, async (tillpost) => {
      const { localStripe, call } = tillpost;
      await tillpost.enable({ 'charge.refunded': { enabled: false } });
      await happens(tillpost, 'invoice.paid', invoice('in_1', 2000));
      for (const id of ['ch_1', 'ch_2']) putInvoicePayment(tillpost, id, 'in_1');
      localStripe.faults.add({ kind: 'forbidden', path: /^\/v1\/customers/ });
      const before = localStripe.requests.list().length;
      await happens(tillpost, 'charge.refunded', charge('ch_1', 300));
      expect(await paidBy(tillpost, JENNY)).toMatchObject({ ltv: 1700 });
      localStripe.faults.add({ kind: 'forbidden', path: '/v1/invoice_payments', times: 1 });
      await happens(tillpost, 'charge.refunded', charge('ch_2', 100));
      expect(await paidBy(tillpost, JENNY)).toMatchObject({ ltv: 1700 });
      const asked = localStripe.requests.list().slice(before);
      expect(asked.map(({ path }) => path)).toEqual(['/v1/invoice_payments', '/v1/invoice_payments']);
      const off = { status: 'ignored', reason: 'event_off' };
      expect((await call('events/list', { type: 'charge.refunded' })).data).toMatchObject([off, off]);
    }));

  it('a refund whose invoice may not be looked up ends all the same, and counts for nothing', () =>
    withTillpost({}, async (tillpost) => {
      const { localStripe, call } = tillpost;
      await happens(tillpost, 'invoice.paid', invoice('in_1', 2000));
      putInvoicePayment(tillpost, 'ch_1', 'in_1');
      localStripe.faults.add({ kind: 'forbidden', path: '/v1/invoice_payments', times: 1 });
      await happens(tillpost, 'charge.refunded', charge('ch_1', 300));
      expect((await call('events/list', { type: 'charge.refunded' })).data).toMatchObject([{ status: 'processed' }]);
      expect(await paidBy(tillpost, JENNY)).toMatchObject({ ltv: 2000 });
    }));
});
