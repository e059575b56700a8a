/** Amounts as people read them. */
import { minorDigits } from '../../shared/money';
import { createCache } from '../cache';

const formats = createCache<string, Intl.NumberFormat>(500);

/** `amount` in Stripe's minor unit of `currency`; returns the bare number with its code when the currency is unknown. */
export function formatMoney(amount: number, currency: string, locale: string): string {
  const code = currency.trim().toLowerCase();
  const major = amount / 10 ** minorDigits(code);
  if (!/^[a-z]{3}$/.test(code)) return `${major} ${currency}`.trim();
  const format = formats.remember(
    `${locale} ${code}`,
    () => new Intl.NumberFormat(locale, { style: 'currency', currency: code }),
  );
  return format.format(major);
}
