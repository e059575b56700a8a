/** Why a test card is declined. Sources: https://docs.stripe.com/testing, https://docs.stripe.com/declines/codes */

export interface Decline {
  code: string;
  decline_code: string;
  advice_code: 'confirm_card_data' | 'do_not_try_again' | 'try_again_later' | null;
  message: string;
}

/** By what the card's name (`pm_card_…`) has in it; a card that only fails is declined without a reason. */
const DECLINES: [name: RegExp, decline: Decline][] = [
  [
    /insufficientFunds/i,
    declined('insufficient_funds', 'Your card has insufficient funds.', { advice_code: 'try_again_later' }),
  ],
  [
    /expiredCard/i,
    declined('expired_card', 'Your card has expired.', { code: 'expired_card', advice_code: 'confirm_card_data' }),
  ],
  [/lostCard/i, declined('lost_card', 'Your card was declined.', { advice_code: 'do_not_try_again' })],
  [/stolenCard/i, declined('stolen_card', 'Your card was declined.', { advice_code: 'do_not_try_again' })],
  [
    /authenticationRequired|threeDSecure2?Required/i,
    declined('authentication_required', 'Your card was declined. This transaction requires authentication.', {
      code: 'authentication_required',
    }),
  ],
  [/fail|decline/i, declined('generic_decline', 'Your card was declined.', { advice_code: 'try_again_later' })],
];

function declined(decline_code: string, message: string, given: Partial<Decline> = {}): Decline {
  return { code: 'card_declined', decline_code, advice_code: null, message, ...given };
}

/** Undefined for a card that pays. */
export const declineOf = (card: string): Decline | undefined => DECLINES.find(([name]) => name.test(card))?.[1];

/** Charging the same card again is pointless: Stripe leaves its retries out. */
export const isHardDecline = ({ advice_code }: Decline): boolean => advice_code === 'do_not_try_again';
