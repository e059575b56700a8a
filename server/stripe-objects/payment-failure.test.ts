import { readKeptFailure, readPaymentFailure } from './payment-failure';

const intent = (error: object | null, fields: object = {}) => ({
  object: 'payment_intent',
  status: 'requires_payment_method',
  last_payment_error: error,
  ...fields,
});
const declined = (decline_code: string, advice_code?: string) =>
  intent({ type: 'card_error', code: 'card_declined', decline_code, advice_code });
const charge = (outcome: object, failure_code = 'card_declined') => ({ object: 'charge', failure_code, outcome });

describe('why a payment failed', () => {
  it.each([
    ['lost_card', 'hard'],
    ['stolen_card', 'hard'],
    ['expired_card', 'hard'],
    ['incorrect_number', 'hard'],
    ['invalid_account', 'hard'],
    ['pickup_card', 'hard'],
    ['revocation_of_authorization', 'hard'],
    ['insufficient_funds', 'soft'],
    ['generic_decline', 'soft'],
    ['do_not_honor', 'soft'],
    ['processing_error', 'soft'],
    ['authentication_required', 'authentication'],
    ['a_code_of_tomorrow', 'unknown'],
    ['constructor', 'unknown'],
  ])('%s is %s', (code, kind) => {
    expect(readPaymentFailure(declined(code))).toEqual({ kind, declineCode: code });
    expect(readPaymentFailure(charge({ type: 'issuer_declined', reason: code }))).toEqual({ kind, declineCode: code });
  });

  it.each([
    ['generic_decline', 'do_not_try_again', 'hard'],
    ['a_code_of_tomorrow', 'do_not_try_again', 'hard'],
    ['a_code_of_tomorrow', 'try_again_later', 'soft'],
    ['expired_card', 'confirm_card_data', 'hard'],
    ['authentication_required', 'do_not_try_again', 'authentication'],
  ])('%s with the advice %s is %s', (code, advice, kind) => {
    expect(readPaymentFailure(declined(code, advice))?.kind).toBe(kind);
    expect(readPaymentFailure(charge({ reason: code, advice_code: advice }))?.kind).toBe(kind);
  });

  it('is told by the code of the error where there is no decline code', () => {
    expect(readPaymentFailure(intent({ code: 'expired_card' }))).toEqual({ kind: 'hard', declineCode: 'expired_card' });
    expect(readPaymentFailure(charge({}, 'expired_card'))).toEqual({ kind: 'hard', declineCode: 'expired_card' });
    expect(readPaymentFailure(intent({ code: 'card_declined' }))?.kind).toBe('unknown');
  });

  it('is the customer’s confirmation where the payment waits for it', () => {
    for (const status of ['requires_action', 'requires_source_action'])
      expect(readPaymentFailure(intent(null, { status }))).toEqual({ kind: 'authentication', declineCode: null });
    expect(readPaymentFailure(intent({ code: 'payment_intent_authentication_failure' }))?.kind).toBe('authentication');
  });

  it.each([[null], ['pi_1'], [intent(null)], [{}], [[]], [{ last_payment_error: 'declined' }], [{ outcome: 7 }]])(
    'is not told by %j',
    (object) => expect(readPaymentFailure(object)).toBeUndefined(),
  );
});

it('what was kept of it is read again, and nothing else is', () => {
  const kept = { kind: 'hard', attempt: 2, declineCode: 'lost_card', isLastAttempt: true };
  expect(readKeptFailure(JSON.stringify(kept))).toEqual(kept);
  for (const json of [null, 'null', '{}', '{"kind":"odd","attempt":1}', '{"kind":"hard"}'])
    expect(readKeptFailure(json)).toBeNull();
});
