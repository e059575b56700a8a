/** Days of a time zone's calendar, as `YYYY-MM-DD`, and when they are. Pure; times in epoch milliseconds. */
import { createCache } from './cache';

/** When it is so many o'clock on a day in a time zone; undefined for what is no date. */
export function timeOn(day: string, timeZone: string, hour = 0): number | undefined {
  const utc = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) + hour * 3_600_000 : NaN;
  if (Number.isNaN(utc)) return undefined;
  // The zone's distance from UTC may change that very day: ask once more at the time found.
  const guess = utc - distance(utc, timeZone);
  return utc - distance(guess, timeZone);
}

/** The date in a time zone. */
export const dayOf = (at: number, timeZone: string): string =>
  new Date(at + distance(at, timeZone)).toISOString().slice(0, 10);

export const dayAfter = (day: string, days = 1): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

const clocks = createCache<string, Intl.DateTimeFormat>(100);

/** How far a zone's clocks are ahead of UTC at a time, in milliseconds. */
function distance(at: number, timeZone: string): number {
  const clock = clocks.remember(timeZone, () => new Intl.DateTimeFormat('en-US', { timeZone, ...CLOCK }));
  const parts = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]));
  const local = Date.UTC(
    Number(parts.year),
    Number(parts.month) - 1,
    Number(parts.day),
    Number(parts.hour),
    Number(parts.minute),
    Number(parts.second),
  );
  return local - Math.floor(at / 1000) * 1000;
}

const CLOCK = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  hourCycle: 'h23',
} as const;
