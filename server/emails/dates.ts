/** Dates as people read them, by name of the format. */
import type { Settings } from '../../shared/settings';
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

/** For sentences: "Nov 25, 2:02 PM". Takes epoch milliseconds. */
export const writeDateTime =
  ({ locale, timezone }: Pick<Settings, 'locale' | 'timezone'>) =>
  (ms: number): string => {
    const make = () => new Intl.DateTimeFormat(locale, { ...SENTENCE, timeZone: timezone });
    return formats.remember([locale, timezone, 'sentence'].join(' '), make).format(ms);
  };

const SENTENCE: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' };
