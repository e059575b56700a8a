import { fieldsOf, text } from './fields';

/** Why no attempt with what is on file can succeed: the card has to be replaced, or there is none. */
export type CardProblem = 'unusable' | 'missing';

/**
 * Decline codes and error codes after which only another card, or its details put right, helps.
 * https://docs.stripe.com/declines/codes
 */
const UNUSABLE = new Set([
  'card_not_supported',
  'currency_not_supported',
  'expired_card',
  'incorrect_cvc',
  'incorrect_number',
  'invalid_account',
  'invalid_cvc',
  'invalid_expiry_month',
  'invalid_expiry_year',
  'invalid_number',
  'lost_card',
  'new_account_information_available',
  'pickup_card',
  'restricted_card',
  'revocation_of_all_authorizations',
  'revocation_of_authorization',
  'stolen_card',
  'stop_payment_order',
  'transaction_not_allowed',
]);
/** https://docs.stripe.com/declines/codes#retrying-issuer-declines */
const HOPELESS_ADVICE = new Set(['confirm_card_data', 'do_not_try_again']);

/** From the payment intent of an invoice that Stripe has tried to collect; null where another attempt may succeed. */
export function readCardProblem(paymentIntent: unknown): CardProblem | null {
  const intent = fieldsOf(paymentIntent);
  const error = fieldsOf(intent.last_payment_error);
  const codes = [text(error.decline_code), text(error.code)];
  if (codes.some((code) => code !== null && UNUSABLE.has(code))) return 'unusable';
  if (HOPELESS_ADVICE.has(text(error.advice_code) ?? '')) return 'unusable';
  const isUntried = intent.last_payment_error === null && intent.payment_method === null;
  return isUntried && intent.status === 'requires_payment_method' ? 'missing' : null;
}
