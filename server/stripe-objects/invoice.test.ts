import { fixtureObject, INVOICE_ID, SHAPES, SUBSCRIPTION_ID } from '../test/fixtures/stripe';
import { readObject } from './read-object';

const read = (object: object) =>
  readObject('invoice.paid', fixtureObject('invoice.paid', { object: object as Record<string, unknown> }));
const lines = (...data: object[]) => ({ lines: { object: 'list', data } });

describe('an invoice', () => {
  it.each(SHAPES)('names its subscription and attempt in its %s shape', (shape) => {
    expect(readObject('invoice.payment_failed', fixtureObject('invoice.payment_failed', { shape }))).toMatchObject({
      objectId: INVOICE_ID,
      invoiceId: INVOICE_ID,
      subscriptionId: SUBSCRIPTION_ID,
      attempt: 1,
    });
  });

  it.each<[string, object]>([
    ['an id', { subscription: 'sub_1' }],
    ['expanded', { subscription: { id: 'sub_1' } }],
    ['its parent', { parent: { subscription_details: { subscription: 'sub_1' } } }],
    ['its expanded parent', { parent: { subscription_details: { subscription: { id: 'sub_1' } } } }],
    ['a line', lines({ parent: { subscription_item_details: { subscription: 'sub_1' } } })],
    ['an older line', lines({ subscription: 'sub_1', type: 'subscription' })],
  ])('finds its subscription as %s', (_where, object) => {
    expect(read({ parent: null, lines: null, ...object }).subscriptionId).toBe('sub_1');
  });

  it('has no id as long as it is only upcoming, whatever id its preview carries', () => {
    const preview = fixtureObject('invoice.upcoming', { object: { id: 'upcoming_in_1' } });
    expect(readObject('invoice.upcoming', preview)).toMatchObject({ objectId: null, invoiceId: null });
  });

  it('is about its largest renewal, not about prorations or extras', () => {
    const renewal = { amount: 900, subscription: 'sub_1', description: 'renewal', period: { start: 1, end: 2 } };
    const small = { ...renewal, amount: 100, description: 'small' };
    const proration = { ...renewal, amount: 5000, description: 'proration', proration: true };
    const extra = { amount: 9000, description: 'extra', period: { start: 3, end: 4 } };
    expect(read(lines(small, proration, renewal, extra)).properties).toMatchObject({
      line_description: 'renewal',
      period_end: '1970-01-01T00:00:02.000Z',
    });
    expect(read(lines(extra)).properties).toMatchObject({ line_description: 'extra' });
  });

  it('takes the period of the line, else its own', () => {
    expect(read({}).properties.period_end).toBe('2026-04-01T09:00:00.000Z');
    expect(read({ lines: null }).properties.period_end).toBe('2026-03-01T09:00:00.000Z');
  });

  it('knows the plan only where the price is expanded', () => {
    const price = { nickname: null, product: { name: 'Acme' } };
    expect(read({}).properties.plan).toBeNull();
    expect(read(lines({ pricing: { price_details: { price } } })).properties.plan).toBe('Acme');
    expect(read(lines({ plan: { nickname: 'Gold' } })).properties.plan).toBe('Gold');
  });

  it.each(SHAPES)('adds up the taxes of its %s shape', (shape) => {
    expect(readObject('invoice.paid', fixtureObject('invoice.paid', { shape })).properties).toMatchObject({
      amount: 2140,
      amount_subtotal: 2000,
      amount_tax: 140,
      amount_discount: 0,
    });
  });

  it('offers as amount what was paid, or else what is due', () => {
    const amounts = { amount_due: 500, amount_paid: 300 };
    expect(readObject('invoice.paid', amounts).properties.amount).toBe(300);
    expect(readObject('invoice.payment_failed', amounts).properties.amount).toBe(500);
    expect(readObject('invoice.upcoming', amounts).properties.amount).toBe(500);
  });

  it("links to the charge's receipt where it is expanded, else to its page", () => {
    expect(read({ hosted_invoice_url: 'https://a.example' }).properties.receipt_url).toBe('https://a.example');
    const charge = { id: 'ch_1', receipt_url: 'https://b.example' };
    expect(read({ charge, hosted_invoice_url: 'https://a.example' }).properties.receipt_url).toBe('https://b.example');
  });

  it.each<[string, object, object]>([
    ['names only', {}, { failure_kind: 'unknown', decline_code: null }],
    [
      'expands',
      { payment_intent: { id: 'pi_1', last_payment_error: { code: 'card_declined', decline_code: 'lost_card' } } },
      { failure_kind: 'hard', decline_code: 'lost_card' },
    ],
    [
      'expands as a charge',
      { payment_intent: null, charge: { id: 'ch_1', outcome: { reason: 'insufficient_funds' } } },
      { failure_kind: 'soft', decline_code: 'insufficient_funds' },
    ],
  ])('tells why its payment failed as far as it %s the payment', (_, object, told) => {
    for (const shape of SHAPES)
      expect(
        readObject('invoice.payment_failed', fixtureObject('invoice.payment_failed', { shape, object: { ...object } })),
      ).toMatchObject({ properties: told });
  });

  it('says that an attempt was not the last one, and never that it was: its event may not know yet', () => {
    const lastAttempt = (next_payment_attempt: number | null) =>
      readObject(
        'invoice.payment_failed',
        fixtureObject('invoice.payment_failed', { object: { next_payment_attempt } }),
      ).properties.is_last_attempt;
    expect(lastAttempt(1_775_034_000)).toBe(false);
    expect(lastAttempt(null)).toBeNull();
  });
});
