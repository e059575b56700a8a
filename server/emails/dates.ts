/** Dates as people read them, by name of the format. */
import { createCache } from '../cache';

const FORMATS: Record<string, Intl.DateTimeFormatOptions> = {
  short: { dateStyle: 'short' },
  medium: { dateStyle: 'medium' },
  long: { dateStyle: 'long' },
  full: { dateStyle: 'full' },
  time: { timeStyle: 'short' },
  long_with_time: { dateStyle: 'long', timeStyle: 'short' },
};

const formats = createCache<string, Intl.DateTimeFormat>(500);

/** `ms` in epoch milliseconds; undefined for a format without such a name. */
export function formatDate(ms: number, format: string, locale: string, timeZone: string): string | undefined {
  if (!Object.hasOwn(FORMATS, format)) return undefined;
  const make = () => new Intl.DateTimeFormat(locale, { ...FORMATS[format], timeZone });
  return formats.remember([locale, timeZone, format].join(' '), make).format(ms);
}
