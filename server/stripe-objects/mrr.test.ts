import { monthlyAmount } from './mrr';

const price = (fields: object) => ({
  unit_amount: 1000,
  recurring: { interval: 'month', interval_count: 1 },
  ...fields,
});
const every = (interval: string, count = 1) => ({ recurring: { interval, interval_count: count } });

describe('monthlyAmount', () => {
  it.each<[string, object[], number]>([
    ['nothing', [], 0],
    ['a monthly price', [{ price: price({}) }], 1000],
    ['several seats', [{ price: price({}), quantity: 7 }], 7000],
    ['no seats', [{ price: price({}), quantity: 0 }], 0],
    ['a yearly price', [{ price: price({ unit_amount: 12000, ...every('year') }) }], 1000],
    ['a price every two years', [{ price: price({ unit_amount: 24000, ...every('year', 2) }) }], 1000],
    ['a quarterly price', [{ price: price({ unit_amount: 3000, ...every('month', 3) }) }], 1000],
    ['a weekly price', [{ price: price({ unit_amount: 1200, ...every('week') }) }], 5200],
    ['a price every other week', [{ price: price({ unit_amount: 1200, ...every('week', 2) }) }], 2600],
    ['a daily price', [{ price: price({ unit_amount: 120, ...every('day') }) }], 3650],
    [
      'a price of less than a minor unit',
      [{ price: price({ unit_amount: null, unit_amount_decimal: '0.5' }), quantity: 101 }],
      51,
    ],
    ['both forms of an amount: the exact one', [{ price: price({ unit_amount: 10, unit_amount_decimal: '9.5' }) }], 10],
    ['two items', [{ price: price({}) }, { price: price({ unit_amount: 500 }), quantity: 2 }], 2000],
    [
      'items of different intervals, rounded once',
      [
        { price: price({ unit_amount: 100, ...every('year') }) },
        { price: price({ unit_amount: 101, ...every('year') }) },
      ],
      17,
    ],
    [
      'a metered price',
      [{ price: price({ recurring: { interval: 'month', interval_count: 1, usage_type: 'metered' } }) }],
      0,
    ],
    ['a tiered price', [{ price: price({ billing_scheme: 'tiered', unit_amount: null }) }, { price: price({}) }], 1000],
    ['a missing amount', [{ price: price({ unit_amount: null }) }], 0],
    ['a one-time price', [{ price: price({ recurring: null }) }], 0],
    ['an interval nobody knows', [{ price: price(every('fortnight')) }], 0],
    ['an interval every object knows', [{ price: price(every('constructor')) }], 0],
    ['an interval count of nothing', [{ price: price(every('month', 0)) }], 1000],
    [
      'packages, rounded up',
      [{ price: price({ transform_quantity: { divide_by: 5, round: 'up' } }), quantity: 11 }],
      3000,
    ],
    [
      'packages, rounded down',
      [{ price: price({ transform_quantity: { divide_by: 5, round: 'down' } }), quantity: 11 }],
      2000,
    ],
    [
      'a plan of an older API version',
      [{ plan: { amount: 1500, interval: 'month', interval_count: 1 }, quantity: 2 }],
      3000,
    ],
    ['a metered plan', [{ plan: { amount: 1500, interval: 'month', usage_type: 'metered' } }], 0],
    ['a decimal plan', [{ plan: { amount: null, amount_decimal: '12.5', interval: 'month' }, quantity: 2 }], 25],
    ['an amount beyond all numbers', [{ price: price({ unit_amount_decimal: '9'.repeat(400) }) }], 1000],
    ['a sum beyond exact numbers', [{ price: price({ unit_amount: Number.MAX_SAFE_INTEGER }), quantity: 2 }], 0],
    ['texts that are no amounts', [{ price: price({ unit_amount: 'x', unit_amount_decimal: '1e3' }) }], 0],
  ])('makes of %s what it is a month', (_what, items, expected) => {
    expect(monthlyAmount(items as Record<string, unknown>[])).toBe(expected);
  });
});
