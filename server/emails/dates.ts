/** Dates as people read them, by name of the format. */
const FORMATS: Record<string, Intl.DateTimeFormatOptions> = {
  short: { dateStyle: 'short' },
  medium: { dateStyle: 'medium' },
  long: { dateStyle: 'long' },
  full: { dateStyle: 'full' },
  time: { timeStyle: 'short' },
  long_with_time: { dateStyle: 'long', timeStyle: 'short' },
};
export const DATE_FORMATS = Object.keys(FORMATS);

/** Undefined for a format without such a name. */
export function formatDate(ms: number, format: string, locale: string, timeZone: string): string | undefined {
  const options = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  return options && new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(ms);
}
