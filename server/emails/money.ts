/** Amounts as people read them. */
import { remember } from './remember';

// Stripe's list, not ISO 4217's: it treats MGA as zero-decimal, and ISK and UGX as having two for old times' sake.
// https://docs.stripe.com/currencies#zero-decimal
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));

/** `amount` in Stripe's minor unit of `currency`; answers the bare number with its code when the currency is unknown. */
export function formatMoney(amount: number, currency: string, locale: string): string {
  const code = currency.trim().toLowerCase();
  const digits = ZERO_DECIMAL.has(code) ? 0 : THREE_DECIMAL.has(code) ? 3 : 2;
  const major = amount / 10 ** digits;
  if (!/^[a-z]{3}$/.test(code)) return `${major} ${currency}`.trim();
  return formatFor(`${locale} ${code}`).format(major);
}

const formatFor = remember((key) => {
  const [locale, currency] = key.split(' ');
  return new Intl.NumberFormat(locale, { style: 'currency', currency });
});
