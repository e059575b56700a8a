import { readCardProblem } from './card-problem';

const failed = (error: object) =>
  readCardProblem({ status: 'requires_payment_method', payment_method: null, last_payment_error: error });

it.each(['expired_card', 'lost_card', 'stolen_card', 'pickup_card', 'incorrect_number'])(
  'after %s the card has to be replaced',
  (decline_code) => expect(failed({ code: 'card_declined', decline_code })).toBe('unusable'),
);

it('goes by the error’s own code and by the advice as well', () => {
  expect(failed({ code: 'expired_card' })).toBe('unusable');
  expect(failed({ code: 'card_declined', advice_code: 'do_not_try_again' })).toBe('unusable');
});

it.each(['insufficient_funds', 'generic_decline', 'processing_error', 'authentication_required'])(
  'after %s another attempt may succeed',
  (decline_code) => expect(failed({ code: 'card_declined', decline_code, advice_code: 'try_again_later' })).toBeNull(),
);

it('knows that there was no card to charge', () => {
  const intent = { status: 'requires_payment_method', payment_method: null, last_payment_error: null };
  expect(readCardProblem(intent)).toBe('missing');
  expect(readCardProblem({ ...intent, payment_method: 'pm_1' })).toBeNull();
  expect(readCardProblem({ ...intent, status: 'processing' })).toBeNull();
});

it.each([null, undefined, 'pi_1', 4, []])('makes nothing of %p', (intent) => {
  expect(readCardProblem(intent)).toBeNull();
});
