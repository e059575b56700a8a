/** Dates, money and numbers as the install on screen writes them. */
import { formatMoney } from '../../shared/money';
import { writeDateTime, writeRelative, writeTime, type Moment, type Writing } from '../../shared/times';
import { createCache } from '../cache';

export type { Moment };

export interface Formats extends Writing {
  /** `Nov 23, 11:55 AM`; with the year when it isn't this one. */
  dateTime(at: Moment): string;
  /** The same with seconds. */
  seconds(at: Moment): string;
  /** `November 23, 2026 at 11:55:02 AM UTC`, for tooltips. */
  full(at: Moment): string;
  date(at: Moment): string;
  /** `in 5 minutes`, `3 days ago`; the day when that is over a week away. */
  relative(at: Moment): string;
  /** `minor` counts the currency's minor units. */
  money(minor: number, currency: string): string;
  number(value: number): string;
}

const numbers = createCache<string, Intl.NumberFormat>(100);

export function createFormats({ now, ...writing }: Writing & { now: number }): Formats {
  const { locale } = writing;
  return {
    ...writing,
    dateTime: (at) => writeDateTime(at, writing, now, 'minutes'),
    seconds: (at) => writeDateTime(at, writing, now, 'seconds'),
    full: (at) => writeTime(at, 'exact', writing),
    date: (at) => writeTime(at, 'medium', writing),
    relative: (at) => writeRelative(at, writing, now),
    money: (minor, currency) => formatMoney(minor, currency, locale),
    number: (value) => numbers.remember(locale, () => new Intl.NumberFormat(locale)).format(value),
  };
}
