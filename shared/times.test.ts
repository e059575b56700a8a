import { TIME_FORMATS, writeDateTime, writeRelative, writeTime, type TimeFormat } from './times';

const AT = Date.UTC(2026, 10, 23, 8, 55, 2);
const ISTANBUL = { locale: 'en-US', timeZone: 'Europe/Istanbul' };

test.each<[TimeFormat, string]>([
  ['short', '11/23/26'],
  ['medium', 'Nov 23, 2026'],
  ['long', 'November 23, 2026'],
  ['full', 'Monday, November 23, 2026'],
  ['time', '11:55 AM'],
  ['long_with_time', 'November 23, 2026 at 11:55 AM'],
  ['day_and_time', 'Nov 23, 11:55 AM'],
  ['date_and_time', 'Nov 23, 2026, 11:55 AM'],
  ['day_and_seconds', 'Nov 23, 11:55:02 AM'],
  ['date_and_seconds', 'Nov 23, 2026, 11:55:02 AM'],
  ['exact', 'November 23, 2026 at 11:55:02 AM GMT+3'],
  ['year', '2026'],
])('%s is %s', (format, expected) => {
  expect(writeTime(AT, format, ISTANBUL)).toBe(expected);
});

test('every format takes a time as ISO 8601 too, in any locale', () => {
  for (const format of Object.keys(TIME_FORMATS) as TimeFormat[])
    for (const locale of ['de-DE', 'tr-TR', 'ja-JP', 'ar-EG'])
      expect(writeTime(new Date(AT).toISOString(), format, { locale, timeZone: 'UTC' })).not.toBe('');
});

test('the year is left out where it is this one, by the clock of the zone', () => {
  const newYear = Date.UTC(2026, 11, 31, 22, 30);
  expect(writeDateTime(newYear, ISTANBUL, AT, 'minutes')).toBe('Jan 1, 2027, 1:30 AM');
  expect(writeDateTime(newYear, { ...ISTANBUL, timeZone: 'UTC' }, AT, 'seconds')).toBe('Dec 31, 10:30:00 PM');
});

test.each([
  [0, 'now'],
  [-5_000, '5 seconds ago'],
  [-119_000, '1 minute ago'],
  [300_000, 'in 5 minutes'],
  [-86_400_000, 'yesterday'],
  [-6 * 86_400_000, '6 days ago'],
  [-8 * 86_400_000, 'Nov 15'],
  [-400 * 86_400_000, 'Oct 19, 2025'],
])('%i ms from now is %s', (difference, expected) => {
  expect(writeRelative(AT + difference, ISTANBUL, AT)).toBe(expected);
});
