/** Holds the readers and the catalogue together, and lets junk at the readers. */
import { CATALOGUE, EVENT_TYPES, type Property } from '../../shared/catalogue';
import { fixtureEvent, fixtureObject, type FixtureType, SHAPES } from '../test/fixtures/stripe';
import { emailsOfCharge } from './charge';
import { customerFromStripe } from './customer';
import { readObject } from './read-object';
import { subscriptionFacts } from './subscription';
import type { ReadObject } from './types';

const namesOf = (type: FixtureType) => CATALOGUE[type].properties.map(({ name }) => name);
const cases = EVENT_TYPES.flatMap((type) => SHAPES.map((shape) => [type, shape] as const));

const isOfType: Record<Property['type'], (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  number: (value) => Number.isFinite(value),
  money: (value) => Number.isSafeInteger(value),
  date: (value) => typeof value === 'string' && new Date(value).toISOString() === value,
  boolean: (value) => typeof value === 'boolean',
  metadata: (value) => Object.values(value as object).every((entry) => typeof entry === 'string'),
  any: () => false,
};

function expectTrueToCatalogue(type: FixtureType, object: ReadObject) {
  expect(Object.keys(object.properties)).toEqual(namesOf(type));
  const wrong = CATALOGUE[type].properties.filter(({ name, type: kind }) => {
    const value = object.properties[name];
    return value === undefined || (value !== null && !isOfType[kind](value));
  });
  expect(wrong.map(({ name }) => [name, object.properties[name]])).toEqual([]);
}

describe('readers and catalogue', () => {
  it.each(cases)('agree on %s in its %s shape', (type, shape) => {
    expectTrueToCatalogue(type, readObject(type, fixtureObject(type, { shape })));
  });

  it.each(EVENT_TYPES)('find each property of %s in one of its shapes or states', (type) => {
    const payment = { payment_intent: { id: 'pi_1', last_payment_error: { decline_code: 'lost_card' } } };
    const expiring = { cancel_at: 1_775_034_000 };
    const readings = SHAPES.flatMap((shape) => [
      readObject(type, fixtureObject(type, { shape })),
      readObject(type, fixtureObject(type, { shape, object: type.includes('subscription') ? expiring : {} })),
      readObject(type, fixtureObject(type, { shape, object: { trial_end: 1_773_565_200 } })),
      readObject(type, fixtureObject(type, { shape, object: type.startsWith('invoice.') ? payment : {} })),
    ]);
    const neverRead = namesOf(type).filter((name) => readings.every(({ properties }) => properties[name] === null));
    expect(neverRead).toEqual([]);
  });

  it.each(EVENT_TYPES)('agree on whether %s fills billing fields', (type) => {
    const { customer, subscription } = readObject(type, fixtureObject(type));
    // A deletion changes no field of the contact but its status.
    const fills = type !== 'customer.deleted' && (customer ?? subscription) !== null;
    expect(CATALOGUE[type].syncs_billing).toBe(fills);
  });

  it('offer nothing of a type that starts no workflow', () => {
    const object = readObject('invoice.voided', fixtureObject('invoice.paid'));
    expect(object.properties).toEqual({});
    expect(object.state).toMatchObject({ kind: 'invoice' });
  });

  it.each(EVENT_TYPES)('answer every field of %s also when there is nothing to read', (type) => {
    const nothing = readObject(type, undefined);
    expect(Object.keys(nothing).toSorted()).toEqual(Object.keys(readObject(type, fixtureObject(type))).toSorted());
    expect(Object.values(nothing).filter((value) => value === undefined)).toEqual([]);
    expectTrueToCatalogue(type, nothing);
  });
});

describe('a date', () => {
  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 253_402_300_800, '1772355600', null])(
    'is null when it is %p',
    (expires_at) => {
      expect(readObject('quote.finalized', { expires_at }).properties.expires_at).toBeNull();
    },
  );
});

describe('metadata', () => {
  it('keeps texts only, under any key', () => {
    const metadata = JSON.parse('{"a":"1","b":2,"c":null,"__proto__":"kept","constructor":"too"}') as object;
    const read = readObject('customer.created', { metadata }).properties.metadata as Record<string, string>;
    expect(Object.entries(read)).toEqual([
      ['a', '1'],
      ['__proto__', 'kept'],
      ['constructor', 'too'],
    ]);
  });

  it('is read as far as Stripe lets it grow, and no further', () => {
    const many = Object.fromEntries(Array.from({ length: 40_000 }, (_, n) => [`key${n}`, 'v'.repeat(2_000)]));
    const metadata = { ['k'.repeat(41)]: 'no key of Stripe’s', ...many };
    const { properties, state } = readObject('invoice.paid', { id: 'in_1', metadata });
    const read = properties.metadata as Record<string, string>;
    expect(Object.keys(read)).toEqual(Array.from({ length: 49 }, (_, n) => `key${n}`));
    expect(read.key0).toBe('v'.repeat(500));
    expect(state?.properties.metadata).toEqual(read);
  });
});

describe('what is kept of an object', () => {
  it('is bounded, however much it says', () => {
    const long = 'x'.repeat(300_000);
    const { state, customerId } = readObject('invoice.paid', {
      id: 'in_1',
      customer: long,
      number: long,
      customer_name: long,
      hosted_invoice_url: long,
      lines: { data: Array.from({ length: 20_000 }, () => ({ description: long, amount: 1 })) },
      metadata: { long },
    });
    expect(customerId).toBeNull();
    expect(JSON.stringify(state).length).toBeLessThan(50_000);
  });
});

describe('fixtures', () => {
  it('are events of one account, each with an id of its own', () => {
    const [first, second] = [fixtureEvent('invoice.paid'), fixtureEvent('invoice.paid')];
    expect(first.id).not.toBe(second.id);
    expect(first).toMatchObject({ object: 'event', account: 'acct_1032D82eZvKYlo2C', livemode: false });
    expect(fixtureEvent('invoice.paid', { account: null })).not.toHaveProperty('account');
    expect(fixtureEvent('invoice.paid', { livemode: true }).data.object.livemode).toBe(true);
  });

  it('are copies that tests may change', () => {
    fixtureObject('customer.created').metadata = { changed: 'yes' };
    (fixtureObject('customer.created').metadata as Record<string, string>).changed = 'yes';
    expect(fixtureObject('customer.created').metadata).toEqual({ order_id: '6735' });
  });
});

describe('junk', () => {
  const JUNK = [
    null,
    undefined,
    true,
    0,
    -1,
    1e300,
    Number.NaN,
    '',
    '\0',
    '\ud800',
    'x'.repeat(10_000),
    [],
    [[]],
    [null],
    {},
  ];
  const MORE_JUNK = [
    { id: {} },
    { data: [1, null, [], { id: 7 }] },
    { data: 'x' },
    { object: 'list', data: [{}] },
    Symbol('s'),
  ];
  const junk = [...JUNK, ...MORE_JUNK, 10n, () => 'x', new Date(Number.NaN), Object.create(null)];

  it.each(EVENT_TYPES)('in place of the object of %s reads as nothing', (type) => {
    for (const object of junk) expectTrueToCatalogue(type, readObject(type, object));
  });

  it.each(EVENT_TYPES)('anywhere in the object of %s never throws and never breaks a promise', (type) => {
    const random = seededRandom(EVENT_TYPES.indexOf(type) + 1);
    for (let round = 0; round < 400; round++) {
      const object = fixtureObject(type, { shape: SHAPES[round % 2]! });
      for (let changes = 0; changes < 1 + random(8); changes++) mutate(object, junk, random);
      expectTrueToCatalogue(type, readObject(type, object));
      expect(() => [customerFromStripe(object), subscriptionFacts(object), emailsOfCharge(object)]).not.toThrow();
    }
  });
});

/** Replaces one field, picked at random at any depth. */
function mutate(object: object, junk: readonly unknown[], random: (below: number) => number) {
  const fields = object as Record<string, unknown>;
  const keys = Object.keys(fields);
  if (keys.length === 0) return;
  const key = keys[random(keys.length)]!;
  const child = fields[key];
  if (typeof child === 'object' && child !== null && random(3) > 0) mutate(child, junk, random);
  else fields[key] = junk[random(junk.length)];
}

/** A linear congruential generator (Numerical Recipes): the same junk in every run. */
function seededRandom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
