import { formatMoney } from './money';

/** No-break spaces read as plain ones. */
const write = (amount: number, currency: string, locale: string) =>
  formatMoney(amount, currency, locale).replace(/\s/g, ' ');

it.each([
  [123456, 'usd', '$1,234.56', '1.234,56 $', '$1,234.56'],
  [123400, 'usd', '$1,234.00', '1.234,00 $', '$1,234.00'],
  [123456, 'eur', '€1,234.56', '1.234,56 €', '€1,234.56'],
  [123456, 'jpy', '¥123,456', '123.456 ¥', '￥123,456'],
  [123456, 'huf', 'HUF 1,234.56', '1.234,56 HUF', 'HUF 1,234.56'],
  [123450, 'huf', 'HUF 1,234.50', '1.234,50 HUF', 'HUF 1,234.50'],
  [123400, 'huf', 'HUF 1,234', '1.234 HUF', 'HUF 1,234'],
  [-123456, 'huf', '-HUF 1,234.56', '-1.234,56 HUF', '-HUF 1,234.56'],
  [123456, 'cop', 'COP 1,234.56', '1.234,56 COP', 'COP 1,234.56'],
  [123400, 'cop', 'COP 1,234', '1.234 COP', 'COP 1,234'],
  [123456, 'idr', 'IDR 1,234.56', '1.234,56 IDR', 'IDR 1,234.56'],
  [123400, 'idr', 'IDR 1,234', '1.234 IDR', 'IDR 1,234'],
  [123456, 'pkr', 'PKR 1,234.56', '1.234,56 PKR', 'PKR 1,234.56'],
  [123400, 'pkr', 'PKR 1,234', '1.234 PKR', 'PKR 1,234'],
  [123456, 'isk', 'ISK 1,234.56', '1.234,56 ISK', 'ISK 1,234.56'],
  [500, 'isk', 'ISK 5', '5 ISK', 'ISK 5'],
  [123456, 'ugx', 'UGX 1,234.56', '1.234,56 UGX', 'UGX 1,234.56'],
  [500, 'ugx', 'UGX 5', '5 UGX', 'UGX 5'],
  [123456, 'kwd', 'KWD 123.456', '123,456 KWD', 'KWD 123.456'],
  [123000, 'kwd', 'KWD 123.000', '123,000 KWD', 'KWD 123.000'],
  [123456, 'bif', 'BIF 123,456', '123.456 BIF', 'BIF 123,456'],
  [123456, 'twd', 'NT$1,234.56', '1.234,56 NT$', 'NT$1,234.56'],
  [123400, 'twd', 'NT$1,234.00', '1.234,00 NT$', 'NT$1,234.00'],
])('writes every digit of %i %s', (amount, currency, american, german, japanese) => {
  expect(['en-US', 'de-DE', 'ja-JP'].map((locale) => write(amount, currency, locale))).toEqual([
    american,
    german,
    japanese,
  ]);
});

it('loses no digit of an amount that division could not hold', () => {
  expect(write(Number.MAX_SAFE_INTEGER, 'usd', 'en-US')).toBe('$90,071,992,547,409.91');
});

it('rounds what a template divided to the minor unit', () => {
  expect(write(2000 / 3, 'usd', 'en-US')).toBe('$6.67');
});

it('takes a code in any case, and writes the bare number beside what is no code', () => {
  expect(write(2000, ' USD ', 'en-US')).toBe('$20.00');
  expect(write(2050, 'credits', 'en-US')).toBe('20.5 credits');
});
