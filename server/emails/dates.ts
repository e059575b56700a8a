/** Dates as people read them, by name of the format. */
import { remember } from './remember';

const FORMATS: Record<string, Intl.DateTimeFormatOptions> = {
  short: { dateStyle: 'short' },
  medium: { dateStyle: 'medium' },
  long: { dateStyle: 'long' },
  full: { dateStyle: 'full' },
  time: { timeStyle: 'short' },
  long_with_time: { dateStyle: 'long', timeStyle: 'short' },
};

/** Undefined for a format without such a name. */
export function formatDate(ms: number, format: string, locale: string, timeZone: string): string | undefined {
  if (!Object.hasOwn(FORMATS, format)) return undefined;
  return formatFor([locale, timeZone, format].join(' ')).format(ms);
}

const formatFor = remember((key) => {
  const [locale, timeZone, format = ''] = key.split(' ');
  return new Intl.DateTimeFormat(locale, { ...FORMATS[format], timeZone });
});
