/** Why a payment failed, as Stripe's payment intent or charge tells it. Pure. */
import { FAILURE_KINDS, type FailureKind } from '../../shared/failure';
import { oneOf } from '../../shared/one-of';
import { fieldsOf, text, whole, type Fields } from './fields';

export interface PaymentFailure {
  kind: FailureKind;
  /** Stripe's decline code, else the code of its error. */
  declineCode: string | null;
}

export const UNKNOWN_FAILURE: PaymentFailure = { kind: 'unknown', declineCode: null };

/** By decline code, or the code of the error. https://docs.stripe.com/declines/codes, https://docs.stripe.com/error-codes */
const CODES: Readonly<Record<Exclude<FailureKind, 'unknown'>, ReadonlySet<string>>> = {
  // Those that Stripe doesn't try again by itself (https://docs.stripe.com/billing/revenue-recovery/smart-retries), and those
  // whose next step is another card or corrected details.
  hard: words(`card_not_supported currency_not_supported do_not_try_again expired_card fraudulent highest_risk_level
    incorrect_number invalid_account invalid_expiry_month invalid_expiry_year invalid_number lost_card merchant_blacklist
    new_account_information_available pickup_card restricted_card revocation_of_all_authorizations
    revocation_of_authorization security_violation stolen_card stop_payment_order transaction_not_allowed`),
  soft: words(`approve_with_id call_issuer card_velocity_exceeded do_not_honor duplicate_transaction generic_decline
    incorrect_address incorrect_cvc incorrect_pin incorrect_zip insufficient_funds invalid_amount invalid_cvc invalid_pin
    issuer_not_available no_action_taken not_permitted offline_pin_required online_or_offline_pin_required pin_try_exceeded
    processing_error reenter_transaction service_not_allowed try_again_later withdrawal_count_limit_exceeded`),
  authentication: words(`authentication_required authentication_not_handled mobile_device_authentication_required
    payment_intent_authentication_failure`),
};

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}

const WAITS_FOR_CUSTOMER = ['requires_action', 'requires_source_action'];

/** Of a payment intent or a charge, expanded or fetched; undefined where it tells of no failure. */
export function readPaymentFailure(object: unknown): PaymentFailure | undefined {
  const payment = fieldsOf(object);
  const error = fieldsOf(payment.last_payment_error);
  const outcome = fieldsOf(payment.outcome);
  // A charge says it in its outcome; for one that never went to the bank, `reason` is Stripe's own, not a decline code.
  const declineCode = text(
    error.decline_code,
    error.code,
    payment.failure_decline_code,
    outcome.reason,
    payment.failure_code,
  );
  if (WAITS_FOR_CUSTOMER.includes(text(payment.status) ?? '')) return { kind: 'authentication', declineCode };
  if (declineCode === null) return undefined;
  const codes = [declineCode, text(error.code, payment.failure_code) ?? ''];
  const advice = text(error.advice_code, outcome.advice_code);
  return { kind: kindOf(codes, advice), declineCode };
}

/** The bank's word that the card is not to be tried again goes before what the code usually means. */
function kindOf(codes: readonly string[], advice: string | null): FailureKind {
  const isOne = (kind: keyof typeof CODES) => codes.some((code) => CODES[kind].has(code));
  if (isOne('authentication')) return 'authentication';
  if (advice === 'do_not_try_again' || isOne('hard')) return 'hard';
  return advice === 'try_again_later' || isOne('soft') ? 'soft' : 'unknown';
}

/** What is kept of it with the state of its invoice. */
export interface KeptFailure extends PaymentFailure {
  /** The invoice's attempt_count when Stripe was asked. */
  attempt: number;
  /** Whether Stripe plans no next attempt; null: not known. */
  isLastAttempt: boolean | null;
}

/** Never throws: null for what isn't one. */
export function readKeptFailure(json: string | null): KeptFailure | null {
  if (json === null) return null;
  const kept: Fields = fieldsOf(JSON.parse(json));
  const kind = oneOf(FAILURE_KINDS, text(kept.kind) ?? '');
  const attempt = whole(kept.attempt);
  if (!kind || attempt === null) return null;
  const { isLastAttempt } = kept;
  return {
    kind,
    attempt,
    declineCode: text(kept.declineCode),
    isLastAttempt: typeof isLastAttempt === 'boolean' ? isLastAttempt : null,
  };
}
