import { formatCount, formatDay, formatDateAndTime, formatAmount } from './format';

test('writes dates as Stripe’s Dashboard does', () => {
  expect(formatDay(new Date(2021, 0, 3, 16, 5).getTime())).toBe('Jan 3, 2021');
  expect(formatDateAndTime(new Date(2021, 0, 3, 16, 5).toISOString())).toBe('Jan 3, 2021, 4:05 PM');
});

test('writes one and many', () => {
  expect(formatCount(1, 'event')).toBe('1 event');
  expect(formatCount(1204, 'event')).toBe('1,204 events');
});

test.each([
  [2900, 'usd', '$29.00'],
  [2900, 'jpy', '¥2,900'],
  [2900, 'kwd', 'KWD 2.900'],
  [290050, 'huf', 'HUF 2,900.50'],
  [290000, 'huf', 'HUF 2,900'],
  [290000, 'ugx', 'UGX 2,900'],
])('counts %i of %s in Stripe’s minor units', (amount, currency, expected) => {
  expect(formatAmount(amount, currency).replace(/\u00a0/g, ' ')).toBe(expected);
});
