/** Amounts as people read them. */
import { minorDigits } from '../../shared/money';
import { remember } from './remember';

/** `amount` in Stripe's minor unit of `currency`; returns the bare number with its code when the currency is unknown. */
export function formatMoney(amount: number, currency: string, locale: string): string {
  const code = currency.trim().toLowerCase();
  const major = amount / 10 ** minorDigits(code);
  if (!/^[a-z]{3}$/.test(code)) return `${major} ${currency}`.trim();
  return formatFor(`${locale} ${code}`).format(major);
}

const formatFor = remember((key) => {
  const [locale, currency] = key.split(' ');
  return new Intl.NumberFormat(locale, { style: 'currency', currency });
});
