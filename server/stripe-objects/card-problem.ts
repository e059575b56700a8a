import { fieldsOf, text } from './fields';
import { readPaymentFailure } from './payment-failure';

/** Why no attempt with what is on file can succeed: the card has to be replaced, or there is none. */
export type CardProblem = 'unusable' | 'missing';

/** The card is good, but its details have to be put right. https://docs.stripe.com/declines/codes */
const WRONG_DETAILS = ['incorrect_cvc', 'invalid_cvc'];

/** From the payment intent of an invoice that Stripe has tried to collect; null where another attempt may succeed. */
export function readCardProblem(paymentIntent: unknown): CardProblem | null {
  const intent = fieldsOf(paymentIntent);
  const failure = readPaymentFailure(intent);
  if (failure?.kind === 'hard' || WRONG_DETAILS.includes(failure?.declineCode ?? '')) return 'unusable';
  // https://docs.stripe.com/declines/codes#retrying-issuer-declines
  if (text(fieldsOf(intent.last_payment_error).advice_code) === 'confirm_card_data') return 'unusable';
  const isUntried = intent.last_payment_error === null && intent.payment_method === null;
  return isUntried && intent.status === 'requires_payment_method' ? 'missing' : null;
}
