/** The filters that Liquid doesn't bring: money and dates in the install's locale and time zone. */
import type { FilterImplOptions } from 'liquidjs';
import { formatMoney } from '../../shared/money';
import { formatDate } from './dates';

/** Given with every rendering. */
export interface LiquidGlobals {
  locale: string;
  timezone: string;
}

type Filter = Extract<FilterImplOptions, (...args: never[]) => unknown>;
const globalsOf = (filter: ThisParameterType<Filter>) => filter.context.globals as unknown as LiquidGlobals;

/** `{{ event.amount | money: event.currency }}`; text, such as a default, passes as it is. */
export const moneyFilter: Filter = function (value: unknown, currency: unknown) {
  const amount = typeof value === 'number' ? value : NaN;
  return Number.isFinite(amount) && typeof currency === 'string'
    ? formatMoney(amount, currency, globalsOf(this).locale)
    : value;
};

/** `date`, `date: "short"`, or strftime as in Shopify's Liquid, in the install's locale and time zone. */
export const dateFilter = (builtIn: FilterImplOptions | undefined): Filter =>
  function (value: unknown, format: unknown = 'long') {
    const { locale, timezone } = globalsOf(this);
    const time = typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : NaN;
    if (Number.isNaN(time)) return value;
    const named = formatDate(time, String(format), locale, timezone);
    if (named !== undefined) return named;
    return typeof builtIn === 'function' ? (builtIn.call(this, value, format, timezone) as unknown) : value;
  };
