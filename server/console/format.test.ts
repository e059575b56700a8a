import { createFormats } from './format';

const now = Date.parse('2026-11-23T12:00:00Z');

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
