/** Dates, money and numbers as the reader writes them. Intl formatters are slow to create, so they are cached per locale and time zone. */
import { formatMoney } from '../../shared/money';
import { createCache } from '../cache';

export interface Formats {
  locale: string;
  timeZone: string;
  /** `Nov 23, 11:55 AM`; with the year when it isn't this one. */
  dateTime(at: Moment): string;
  /** `November 23, 2026 at 11:55:02 AM UTC`, for tooltips. */
  full(at: Moment): string;
  date(at: Moment): string;
  /** `in 5 minutes`, `3 days ago`. */
  relative(at: Moment): string;
  /** `minor` counts the currency's minor units. */
  money(minor: number, currency: string): string;
  number(value: number): string;
}

/** ISO 8601 text or epoch milliseconds. */
export type Moment = string | number;

const DEFAULT_LOCALE = 'en-US';
const formatters = createCache<string, ReturnType<typeof createIntl>>(100);

export function createFormats({ locale, timeZone, now }: { locale: string; timeZone: string; now: number }): Formats {
  const intl = intlFor(locale, timeZone);
  const thisYear = intl.year.format(now);
  return {
    locale,
    timeZone,
    dateTime: (at) => (intl.year.format(ms(at)) === thisYear ? intl.dateTime : intl.dateTimeYear).format(ms(at)),
    full: (at) => intl.full.format(ms(at)),
    date: (at) => intl.date.format(ms(at)),
    relative: (at) => relative(intl.relative, ms(at) - now),
    money: (minor, currency) => formatMoney(minor, currency, locale),
    number: (value) => intl.number.format(value),
  };
}

/** The first language of an Accept-Language header that this process can format; English of the US otherwise. */
export function pickLocale(acceptLanguage: string | undefined): string {
  const tags = (acceptLanguage ?? '')
    .slice(0, 200)
    .split(',')
    .map((part) => part.split(';')[0]!.trim());
  return tags.find(isSupported) ?? DEFAULT_LOCALE;
}

function isSupported(tag: string): boolean {
  if (!/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag)) return false;
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const intlFor = (locale: string, timeZone: string) =>
  formatters.remember(`${locale} ${timeZone}`, () => createIntl(locale, timeZone));

function createIntl(locale: string, timeZone: string) {
  const minute = { timeZone, month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' } as const;
  return {
    year: new Intl.DateTimeFormat(locale, { timeZone, year: 'numeric' }),
    dateTime: new Intl.DateTimeFormat(locale, minute),
    dateTimeYear: new Intl.DateTimeFormat(locale, { ...minute, year: 'numeric' }),
    full: new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'long', timeStyle: 'long' }),
    date: new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium' }),
    number: new Intl.NumberFormat(locale),
    relative: new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }),
  };
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

function relative(format: Intl.RelativeTimeFormat, difference: number): string {
  const [unit, size] = UNITS.find(([, size]) => Math.abs(difference) >= size) ?? UNITS[3];
  return format.format(Math.round(difference / size), unit);
}

const ms = (at: Moment): number => (typeof at === 'number' ? at : Date.parse(at));
