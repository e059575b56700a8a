import {
  CATALOGUE,
  CONTACT_PROPERTIES,
  EVENT_GROUPS,
  TRIGGER_TYPES,
  findProperty,
  type Property,
  samplesOf,
} from './catalogue';

const entries = TRIGGER_TYPES.map((type) => CATALOGUE[type]);
const lists: [string, readonly Property[]][] = [
  ...entries.map(({ type, properties }): [string, readonly Property[]] => [type, properties]),
  ['contact', CONTACT_PROPERTIES],
];

const isSampleOf: Record<Property['type'], (sample: unknown) => boolean> = {
  text: (sample) => typeof sample === 'string' && sample !== '',
  number: (sample) => typeof sample === 'number',
  money: (sample) => Number.isSafeInteger(sample),
  date: (sample) => typeof sample === 'string' && new Date(sample).toISOString() === sample,
  boolean: (sample) => typeof sample === 'boolean',
  metadata: (sample) =>
    Object.values(sample as object).every((value) => ['string', 'number', 'boolean'].includes(typeof value)),
  any: () => false,
};

describe('the catalogue', () => {
  it('has each type under its own name, in groups that all have some', () => {
    expect(new Set(TRIGGER_TYPES).size).toBe(TRIGGER_TYPES.length);
    expect(Object.keys(CATALOGUE)).toEqual([...TRIGGER_TYPES]);
    expect(entries.map((entry) => entry.type)).toEqual([...TRIGGER_TYPES]);
    expect([...new Set(entries.map((entry) => entry.group))]).toEqual([...EVENT_GROUPS, 'Schedule', 'Contacts']);
  });

  it('tells merchants about each type in one sentence of its own', () => {
    for (const { description } of entries) expect(description).toMatch(/^(Sent|Comes) .+[^.]\.$/);
    expect(new Set(entries.map(({ label }) => label)).size).toBe(TRIGGER_TYPES.length);
    expect(new Set(entries.map(({ description }) => description)).size).toBe(TRIGGER_TYPES.length);
  });

  it.each(lists)('lists each property of %s once, in snake_case, with a sample of its type', (_owner, properties) => {
    const names = properties.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, type, sample, description } of properties) {
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(description).toMatch(/\.$/);
      expect([name, isSampleOf[type](sample)]).toEqual([name, true]);
    }
  });

  it.each(lists)('gives amounts of %s a currency', (_owner, properties) => {
    const hasMoney = properties.some(({ type }) => type === 'money');
    const hasCurrency = properties.some(({ name, type }) => name === 'currency' && type === 'text');
    expect(hasCurrency).toBe(hasMoney);
  });

  it('means one type of value by one name, everywhere', () => {
    const properties = lists.flatMap(([, offered]) => offered);
    const meanings = new Set(properties.map(({ name, type }) => `${name}: ${type}`));
    expect(meanings.size).toBe(new Set(properties.map(({ name }) => name)).size);
  });

  it('offers amount, currency and receipt link for both kinds of payment', () => {
    for (const type of ['invoice.paid', 'checkout.session.completed'] as const)
      expect(samplesOf(CATALOGUE[type].properties)).toMatchObject({
        amount: 2000,
        currency: 'usd',
        receipt_url: expect.stringContaining('https://') as unknown,
      });
  });
});

describe('findProperty', () => {
  it.each([
    ['event.amount', 'amount', 'money'],
    ['event.metadata', 'metadata', 'metadata'],
    ['event.metadata.order_id', 'metadata.order_id', 'text'],
    ['event.metadata.a.b', 'metadata.a.b', 'text'],
    ['event.subscription_metadata.team', 'subscription_metadata.team', 'text'],
    ['contact.mrr', 'mrr', 'money'],
  ])('resolves %s for a paid invoice', (path, name, type) => {
    expect(findProperty('invoice.paid', path)).toMatchObject({ name, type });
  });

  it.each([
    'amount',
    'event',
    'event.',
    'contact.',
    'event.trial_end',
    'event.amount.cents',
    'event.metadata.',
    'contact.email.host',
    'contact.amount',
    'customer.email',
    'event.constructor',
    'event.__proto__',
    '',
  ])('knows no %p on a paid invoice', (path) => {
    expect(findProperty('invoice.paid', path)).toBeUndefined();
  });

  it('shows the sample of a metadata key that has one, else the key', () => {
    expect(findProperty('invoice.paid', 'event.metadata.order_id')?.sample).toBe('6735');
    expect(findProperty('invoice.paid', 'event.metadata.coupon')?.sample).toBe('coupon');
    expect(findProperty('invoice.paid', 'event.metadata.constructor')?.sample).toBe('constructor');
  });
});
