import { checkoutSession } from '../test/fixtures/stripe/checkout-session';
import { refundedCharge } from '../test/fixtures/stripe/charge';
import { invoice } from '../test/fixtures/stripe/invoice';
import { paymentOfCheckout, paymentOfInvoice, refundOfCharge } from './payment';

describe('a payment', () => {
  it.each(['current', 'older'] as const)('is made by a paid invoice, in its %s shape', (shape) => {
    expect(paymentOfInvoice(invoice('invoice.paid', shape))).toMatchObject({
      id: expect.stringMatching(/^in_/) as string,
      customerId: expect.stringMatching(/^cus_/) as string,
      amount: 2140,
      currency: 'usd',
    });
  });

  const CHECKOUT = { mode: 'payment', payment_status: 'paid', invoice: null, payment_intent: 'pi_1' };
  const session = (changes: object) => ({
    ...checkoutSession('checkout.session.completed', 'current'),
    ...CHECKOUT,
    ...changes,
  });

  it('is made by a one-time checkout, and known by its payment intent', () => {
    expect(paymentOfCheckout(session({}))).toMatchObject({ id: 'pi_1', amount: 2140, currency: 'usd', paidAt: null });
    expect(paymentOfCheckout(session({ payment_intent: { id: 'pi_2' } }))).toMatchObject({ id: 'pi_2' });
    expect(paymentOfCheckout(session({ payment_intent: null }))?.id).toMatch(/^cs_/);
  });

  it.each([
    { mode: 'subscription' },
    { mode: 'setup' },
    { payment_status: 'unpaid' },
    { payment_status: 'no_payment_required', amount_total: 0 },
    { amount_total: 0 },
    { invoice: 'in_1' },
    { invoice_creation: { enabled: true } },
    { currency: null },
  ])('is not made by a checkout with %j', (changes) => {
    expect(paymentOfCheckout(session(changes))).toBeNull();
  });

  it.each([0, -5, null, '2000', 1.5, 1e13])('is not made by an invoice of which %j was paid', (amount_paid) => {
    expect(paymentOfInvoice({ ...invoice('invoice.paid', 'current'), amount_paid })).toBeNull();
  });
});

describe('a refund', () => {
  it('names its invoice only in the older shape', () => {
    const known = { amount: 2000, currency: 'usd', paymentIntentId: expect.stringMatching(/^pi_/) as string };
    expect(refundOfCharge(refundedCharge('current'))).toMatchObject({ ...known, invoiceId: null });
    expect(refundOfCharge(refundedCharge('older'))).toMatchObject({
      ...known,
      invoiceId: expect.stringMatching(/^in_/) as string,
    });
  });

  it.each([null, 7, [], {}, { id: 'ch_1', amount_refunded: -1, currency: 'usd' }])('is not read from %j', (object) => {
    expect(refundOfCharge(object)).toBeNull();
  });
});
