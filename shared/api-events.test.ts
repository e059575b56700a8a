import {
  faultOfApiEventName,
  learnProperties,
  MOST_API_EVENT_PROPERTIES,
  offeredProperties,
  typeOfApiValue,
} from './api-events';

describe('what events of programs carry', () => {
  it.each([
    ['Pro', 'text'],
    ['2026-03-01', 'date'],
    ['2026-03-01T09:00:00Z', 'date'],
    ['2026-13-01', 'text'],
    ['5', 'text'],
    [5, 'number'],
    [false, 'boolean'],
  ])('%j is of type %s', (value, type) => {
    expect(typeOfApiValue(value)).toBe(type);
  });

  it('is learned once, and widened where it was of two types', () => {
    const known = learnProperties({}, { seats: 5, on: '2026-03-01', plan: 'Pro' });
    expect(known).toEqual({ seats: 'number', on: 'date', plan: 'text' });
    expect(learnProperties(known, { seats: 6, plan: 'Basic' })).toBe(known);
    const wider = learnProperties(known, { seats: 'many', on: 'soon' });
    expect(wider).toEqual({ seats: 'any', on: 'text', plan: 'text' });
    expect(learnProperties(wider, { seats: 5, on: '2026-03-01' })).toBe(wider);
  });

  it('is bounded, and only what a condition can name', () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`p${n}`, n]));
    const known = learnProperties({}, many);
    expect(Object.keys(known)).toHaveLength(MOST_API_EVENT_PROPERTIES);
    expect(learnProperties(known, { another: 1 })).toBe(known);
    expect(learnProperties({}, JSON.parse('{"a b":1,"a.b":1,"":1,"__proto__":1}') as Record<string, number>)).toEqual(
      {},
    );
    expect(learnProperties({}, { constructor: 1 })).toEqual({ constructor: 'number' });
    expect(offeredProperties({ b: 'text', a: 'number' }).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

it.each([
  ['signup', null],
  ['Plan chosen', null],
  ['', 'must not be empty'],
  [' signup', 'must be one line without blanks around it'],
  ['a\nb', 'must be one line without blanks around it'],
  ['x'.repeat(101), 'must have at most 100 characters'],
])('judges the name %j', (name, fault) => {
  expect(faultOfApiEventName(name)).toBe(fault);
});
