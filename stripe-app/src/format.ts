/** How the views write dates, numbers and money. The views' words are English, so are these. */
import { formatMoney } from '../../shared/money';

const date = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', year: 'numeric' });
const dateAndTime = new Intl.DateTimeFormat('en-US', {
  month: 'short',
  day: 'numeric',
  year: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
});
const number = new Intl.NumberFormat('en-US');

/** "Jan 3, 2021", in the viewer's time zone. Takes ISO 8601 or epoch milliseconds. */
export const formatDay = (time: string | number): string => date.format(new Date(time));

/** "Jan 3, 2021, 4:05 PM". Newer engines put a narrow no-break space before PM; a plain one reads the same everywhere. */
export const formatDateAndTime = (time: string | number): string =>
  dateAndTime.format(new Date(time)).replace(/\u202f/g, ' ');

export const formatNumber = (count: number): string => number.format(count);

/** "1 customer", "1,204 customers". */
export const formatCount = (count: number, noun: string): string =>
  `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;

/** `amount` in the currency's minor unit, as Stripe counts it. */
export const formatAmount = (amount: number, currency: string): string => formatMoney(amount, currency, 'en-US');
