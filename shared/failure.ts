/** Why the payment of an invoice failed. */
export const FAILURE_KINDS = ['hard', 'soft', 'authentication', 'unknown'] as const;
/**
 * `hard`: the same card won't pay, however often it is tried; `soft`: it may; `authentication`: the customer has to confirm
 * it with their bank.
 */
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** Of an event's properties, those that only Stripe, asked, can tell. A workflow's trigger is judged before that. */
const ASKED_FOR = ['failure_kind', 'decline_code', 'is_last_attempt'] as const;

const PATH = new RegExp(`\\b(?:event|subject)\\.(?:${ASKED_FOR.join('|')})\\b`);

/** Whether a condition's property, or the text of an email, names one of them. */
export const namesFailure = (text: string): boolean => PATH.test(text);
