/** Customer, email and name of each object, in every form they may come in. */
import { EVENT_TYPES } from '../../shared/catalogue';
import { charge, CHARGE_ID, CUSTOMER_ID, fixtureObject, type FixtureType } from '../test/fixtures/stripe';
import { emailsOfCharge } from './charge';
import { customerFromStripe } from './customer';
import { readObject } from './read-object';

const read = (type: FixtureType, object: object = {}) =>
  readObject(type, fixtureObject(type, { object: object as Record<string, unknown> }));
const expanded = { id: CUSTOMER_ID, object: 'customer', email: 'jenny@example.org', name: 'Jenny R.' };
const deleted = { id: CUSTOMER_ID, object: 'customer', deleted: true };

describe('the customer of an object', () => {
  const types: FixtureType[] = [
    'customer.subscription.created',
    'invoice.paid',
    'invoice.upcoming',
    'checkout.session.completed',
    'quote.accepted',
  ];

  it.each(types)('is found on %s as an id, expanded, or deleted', (type) => {
    for (const customer of [CUSTOMER_ID, expanded, deleted])
      expect(read(type, { customer }).customerId).toBe(CUSTOMER_ID);
    expect(read(type, { customer: null }).customerId).toBeNull();
  });

  it.each(types)('gives %s its email and name when it is expanded and the object has none', (type) => {
    const none = { customer_email: null, customer_name: null, customer_details: null };
    expect(read(type, { ...none, customer: expanded })).toMatchObject({ email: expanded.email, name: expanded.name });
    expect(read(type, { ...none, customer: deleted })).toMatchObject({ email: null, name: null });
  });

  it.each([
    'customer.subscription.paused',
    'quote.finalized',
    'charge.dispute.created',
    'payment_method.automatically_updated',
  ] as const)('is all that %s knows of people', (type) => {
    expect(read(type)).toMatchObject({ email: null, name: null });
  });
});

describe('email and name', () => {
  it('come from an invoice before its customer', () => {
    expect(read('invoice.paid', { customer: expanded })).toMatchObject({
      email: 'jenny@example.com',
      name: 'Jenny Rosen',
    });
  });

  it('come from a checkout as they were given there, then as it was opened', () => {
    const given = { email: 'given@example.com', name: 'Given Name' };
    expect(
      read('checkout.session.completed', { customer_details: given, customer_email: 'opened@example.com' }),
    ).toMatchObject(given);
    const unnamed = {
      customer_details: { email: ' ', name: null },
      customer_email: 'opened@example.com',
      customer: null,
    };
    expect(read('checkout.session.completed', unnamed)).toMatchObject({ email: 'opened@example.com', name: null });
  });

  it('are passed on as they are written', () => {
    expect(read('customer.created', { email: ' JENNY@Example.com ' }).email).toBe(' JENNY@Example.com ');
  });

  it.each([null, undefined, '', '  ', 7, {}, ['jenny@example.com']])('are null when the email is %p', (email) => {
    expect(read('customer.created', { email }).email).toBeNull();
  });

  it('come from individual_name where a customer has no name', () => {
    expect(read('customer.created', { name: '', individual_name: 'Jenny Rosen' }).name).toBe('Jenny Rosen');
  });

  it('lose NUL and lone surrogates, which not every database takes', () => {
    const name = 'Jen\0ny \ud800Rosen 👩‍💻';
    expect(read('customer.created', { name }).name).toBe('Jen\ufffdny \ufffdRosen 👩‍💻');
  });
});

describe('a refunded charge', () => {
  const none = { billing_details: null, receipt_email: null };

  it.each<[string, object, string | null]>([
    ["its customer's", { customer: expanded }, 'jenny@example.org'],
    ['the one given with the payment', { customer: CUSTOMER_ID }, 'jenny@example.com'],
    ["the receipt's", { ...none, receipt_email: 'receipt@example.com' }, 'receipt@example.com'],
    ['nobody’s', none, null],
  ])('takes as its email %s', (_whose, object, email) => {
    expect(read('charge.refunded', object)).toMatchObject({ email, chargeId: null });
  });

  it('tells each refund from the one before by their sum', () => {
    const attempts = [500, 1200].map((amount_refunded) => read('charge.refunded', { amount_refunded }).attempt);
    expect(attempts).toEqual([500, 1200]);
  });
});

describe('a customer that is an account', () => {
  it.each(EVENT_TYPES)('breaks nothing in %s', (type) => {
    for (const customer_account of ['acct_1Customer0000000', { id: 'acct_1Customer0000000', object: 'account' }]) {
      const both = read(type, { customer_account });
      const alone = read(type, { customer: null, customer_account });
      expect(both).toEqual(read(type));
      expect(Object.keys(alone)).toEqual(Object.keys(both));
      if (!/^customer\.[a-z]+$/.test(type)) expect(alone.customerId).toBeNull();
    }
  });
});

describe('a dispute', () => {
  it('names its charge, and last what the merchant typed as evidence', () => {
    const evidence = { customer_email_address: 'typed@example.com', customer_name: 'Typed Name' };
    expect(read('charge.dispute.created', { evidence })).toMatchObject({
      customerId: null,
      email: null,
      name: null,
      chargeId: CHARGE_ID,
      lastResortEmail: 'typed@example.com',
      lastResortName: 'Typed Name',
    });
  });

  it('knows whose it is when its charge is expanded', () => {
    expect(read('charge.dispute.created', { charge: charge(expanded) })).toMatchObject({
      customerId: CUSTOMER_ID,
      email: expanded.email,
      name: expanded.name,
      chargeId: CHARGE_ID,
    });
  });

  it.each<[string, object, string | null]>([
    ["its customer's", charge(expanded), 'jenny@example.org'],
    ['the one given with the payment when the customer is deleted', charge(deleted), 'jenny@example.com'],
    [
      "the receipt's",
      { ...charge(null), billing_details: { email: '' }, receipt_email: 'receipt@example.com' },
      'receipt@example.com',
    ],
    ['nobody’s', { ...charge(null), billing_details: null, receipt_email: null }, null],
  ])('takes as the email of its charge %s', (_whose, object, email) => {
    expect(emailsOfCharge(object).email).toBe(email);
  });

  it('gets nothing from what is no charge', () => {
    for (const junk of [null, 'ch_1', [], 7])
      expect(emailsOfCharge(junk)).toEqual({ customerId: null, email: null, name: null });
  });
});

describe('customerFromStripe', () => {
  it.each([
    ['chosen for invoices', { invoice_settings: { default_payment_method: 'pm_1' }, default_source: 'card_1' }, 'pm_1'],
    ['expanded', { invoice_settings: { default_payment_method: { id: 'pm_1' } } }, 'pm_1'],
    [
      'a source of older days',
      { invoice_settings: { default_payment_method: null }, default_source: 'card_1' },
      'card_1',
    ],
    ['none', { invoice_settings: { default_payment_method: null }, default_source: null }, ''],
    ['not said', { invoice_settings: undefined }, null],
  ])('reads the default card: %s', (_, object, method) => {
    expect(customerFromStripe(fixtureObject('customer.updated', { object }))?.defaultMethod).toBe(method);
  });

  it('reads a customer', () => {
    expect(customerFromStripe(fixtureObject('customer.created'))).toEqual({
      id: CUSTOMER_ID,
      email: 'jenny@example.com',
      name: 'Jenny Rosen',
      deleted: false,
      delinquent: false,
      created: 1_772_355_600,
      defaultMethod: '',
      metadata: { order_id: '6735' },
    });
  });

  it('reads what is left of a deleted customer', () => {
    expect(customerFromStripe(deleted)).toMatchObject({ id: CUSTOMER_ID, email: null, deleted: true });
  });

  it('takes the word of customer.deleted, whose payload does not say so', () => {
    expect(read('customer.deleted').customer).toMatchObject({ deleted: true, email: 'jenny@example.com' });
    expect(read('customer.updated').customer).toMatchObject({ deleted: false });
  });

  it.each([null, {}, { id: 7 }, { id: '' }, { id: 'has space' }, { id: 'x'.repeat(256) }, { id: 'nul\0' }])(
    'is null for %p',
    (object) => {
      expect(customerFromStripe(object)).toBeNull();
    },
  );
});
