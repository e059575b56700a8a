import { formatCount, formatDay, formatDateAndTime, formatAmount, writeAs, zoneWords } from './format';

beforeEach(() => writeAs({ locale: 'en-US', timezone: 'UTC' }));

test('writes dates as Stripe’s Dashboard does', () => {
  expect(formatDay(Date.UTC(2021, 0, 3, 16, 5))).toBe('Jan 3, 2021');
  expect(formatDateAndTime('2021-01-03T16:05:00Z')).toBe('Jan 3, 2021, 4:05 PM');
});

test('writes in the install’s locale and zone once they are known', () => {
  writeAs({ locale: 'de-DE', timezone: 'Europe/Istanbul' });
  expect(formatDateAndTime('2021-01-03T16:05:00Z')).toBe('3. Jan. 2021, 19:05');
  expect(formatAmount(2900, 'eur').replace(/\u00a0/g, ' ')).toBe('29,00 €');
  expect(zoneWords()).toBe('Times in Europe/Istanbul');
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
