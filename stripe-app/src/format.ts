/** How the views write dates, numbers and money: as the install does in its emails and in the console. */
import type { Overview } from '../../shared/api';
import { formatMoney } from '../../shared/money';
import { writeTime, type Moment, type Writing } from '../../shared/times';

/** A view shows one install, and nothing of it before its overview has come. */
let writing: Writing = { locale: 'en-US', timeZone: 'UTC' };

/** From now on. */
export function writeAs({ locale, timezone }: Pick<Overview, 'locale' | 'timezone'>): void {
  writing = { locale, timeZone: timezone };
}

/** "Jan 3, 2021". */
export const formatDay = (time: Moment): string => writeTime(time, 'medium', writing);

/** "Jan 3, 2021, 4:05 PM". */
export const formatDateAndTime = (time: Moment): string => writeTime(time, 'date_and_time', writing);

export const formatNumber = (count: number): string => new Intl.NumberFormat(writing.locale).format(count);

/** "1 customer", "1,204 customers". */
export const formatCount = (count: number, noun: string): string =>
  `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;

/** `amount` in the currency's minor unit, as Stripe counts it. */
export const formatAmount = (amount: number, currency: string): string => formatMoney(amount, currency, writing.locale);

/** Once on each view. */
export const zoneWords = (): string => `Times in ${writing.timeZone}`;
