/** Amounts as Stripe counts them and as people read them: the same text in emails, in the console and in the Stripe App. */

/**
 * How many decimal places an amount in Stripe's minor unit has. Stripe's list, not ISO 4217's: it treats MGA as
 * zero-decimal. ISK and UGX count as two-decimal, though Stripe's list of zero-decimal currencies names UGX too: its
 * special cases say that both go through the API with two decimals, always 00, for backward compatibility (500 is 5 UGX).
 * https://docs.stripe.com/currencies#zero-decimal and #special-cases
 */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));

/**
 * Currencies that have decimals at Stripe and that people write without (Unicode's CLDR 48, which says it by currency,
 * for all locales). Kept here because engines differ: Node.js and Chrome go by their own release of CLDR, Firefox and
 * Safari by ISO 4217, and the Dashboard must not write another amount than the email.
 */
const WRITTEN_WHOLE = new Set('afn all cop huf idr iqd irr isk kpw lak lbp mmk pkr sll sos syp ugx yer'.split(' '));

/** `currency` is a three-letter code in lower case; an unknown one counts as having two digits. */
export function minorDigits(currency: string): 0 | 2 | 3 {
  if (ZERO_DECIMAL.has(currency)) return 0;
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}

/**
 * `amount` in Stripe's minor unit of `currency`, a code in any case; `locale` is a BCP 47 tag. Every digit shows; only a
 * fraction of zero is left out where people write none. Parts of a minor unit (a template's division) are rounded. The
 * bare number with its code when that is no currency's.
 */
export function formatMoney(amount: number, currency: string, locale: string): string {
  const code = currency.trim().toLowerCase();
  const digits = minorDigits(code);
  if (!/^[a-z]{3}$/.test(code)) return `${amount / 10 ** digits} ${currency}`.trim();
  const minor = Math.round(amount);
  const isWhole = minor % 10 ** digits === 0;
  const format = formatFor(locale, code, isWhole && WRITTEN_WHOLE.has(code) ? 0 : digits);
  // As text: dividing would lose the last digits of large amounts.
  return format.format(`${BigInt(minor)}e-${digits}` as `${number}`);
}

/** Intl formats are slow to make. Readers choose locales, so not all of them are kept. */
const formats = new Map<string, Intl.NumberFormat>();
const MAX_FORMATS = 500;

function formatFor(locale: string, currency: string, digits: number): Intl.NumberFormat {
  const key = `${locale} ${currency} ${digits}`;
  const known = formats.get(key);
  if (known) return known;
  if (formats.size >= MAX_FORMATS) formats.clear();
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  formats.set(key, format);
  return format;
}

/** In whole units of the currency, as tools count that have no notion of minor ones: 1999 of usd is 19.99. */
export const toMajor = (minor: number, currency: string): number =>
  Number(`${Math.round(minor)}e-${minorDigits(currency.toLowerCase())}`);
