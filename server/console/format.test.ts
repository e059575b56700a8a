import { createFormats, dayAfter, dayOf, pickLocale, startOfDay } from './format';

const now = Date.parse('2026-11-23T12:00:00Z');

describe('startOfDay', () => {
  it.each([
    ['2026-11-23', 'UTC', '2026-11-23T00:00:00Z'],
    ['2026-11-23', 'America/New_York', '2026-11-23T05:00:00Z'],
    ['2026-11-23', 'Asia/Kathmandu', '2026-11-22T18:15:00Z'],
    // Clocks go forward at 02:00 and back at 03:00 that day.
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00Z'],
  ])('finds when %s begins in %s', (day, timeZone, expected) => {
    expect(startOfDay(day, timeZone)).toBe(Date.parse(expected));
  });

  it.each(['yesterday', '2026-13-01', '2026-1-1', ''])('finds no day in %j', (text) => {
    expect(startOfDay(text, 'UTC')).toBeUndefined();
  });
});

it('names the day of the reader’s zone', () => {
  expect(dayOf(Date.parse('2026-11-23T23:30:00Z'), 'Europe/Berlin')).toBe('2026-11-24');
  expect(dayAfter('2026-12-31')).toBe('2027-01-01');
  expect(dayAfter('2026-03-01', -1)).toBe('2026-02-28');
});

describe('pickLocale', () => {
  it.each([
    ['de-DE,de;q=0.9,en;q=0.8', 'de-DE'],
    ['xx-nonsense-that-is-too-long,fr', 'fr'],
    ['*', 'en-US'],
    ['', 'en-US'],
    [undefined, 'en-US'],
  ])('reads %j as %s', (header, expected) => {
    expect(pickLocale(header)).toBe(expected);
  });
});

describe('formats', () => {
  const german = createFormats({ locale: 'de-DE', timeZone: 'Europe/Berlin', now });

  it('write money in the currency’s own minor units', () => {
    expect(german.money(123456, 'eur')).toBe('1.234,56\u00a0€');
    expect(german.money(500, 'jpy')).toBe('500\u00a0¥');
  });

  it('name the year only where it is another one', () => {
    expect(german.dateTime('2026-11-23T11:00:00Z')).not.toContain('2026');
    expect(german.dateTime('2025-11-23T11:00:00Z')).toContain('2025');
  });

  it('say how far a time is', () => {
    const english = createFormats({ locale: 'en-US', timeZone: 'UTC', now });
    expect(english.relative(now + 300_000)).toBe('in 5 minutes');
    expect(english.relative(now - 2 * 86_400_000)).toBe('2 days ago');
  });
});
