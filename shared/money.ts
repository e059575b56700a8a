/**
 * How many decimal places an amount in Stripe's minor unit has. Stripe's list, not ISO 4217's: it
 * treats MGA as zero-decimal, and ISK and UGX as having two decimals for backward compatibility.
 * https://docs.stripe.com/currencies#zero-decimal
 */
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));

/** `currency` is a three-letter code in lower case; an unknown one counts as having two digits. */
export function minorDigits(currency: string): 0 | 2 | 3 {
  if (ZERO_DECIMAL.has(currency)) return 0;
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}
