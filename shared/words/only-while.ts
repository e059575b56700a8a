/** What a workflow's emails take for granted of what they are about, in words. */
import type { TriggerType } from '../catalogue';

const OPEN_INVOICE = 'Only while the invoice is still open';

/** "Only while …", by trigger; triggers that report what has happened for good have none. */
export const ONLY_WHILE: Partial<Record<TriggerType, string>> = {
  'invoice.payment_failed': OPEN_INVOICE,
  'invoice.payment_action_required': OPEN_INVOICE,
  'invoice.overdue': OPEN_INVOICE,
  'invoice.upcoming': 'Only while the subscription goes on',
  'customer.subscription.created': 'Only while the subscription is active or in its trial',
  'customer.subscription.trial_will_end': 'Only while the subscription is in its trial',
  'customer.subscription.paused': 'Only while the subscription is paused',
  'customer.subscription.deleted': 'Only while the contact has no other subscription',
  'quote.finalized': 'Only while the quote is open',
  'checkout.session.expired': 'Only while the contact has not paid since',
  'lifecycle.trial_started': 'Only while the subscription is in its trial',
  'lifecycle.past_due': 'Only while the subscription is still past due',
  'lifecycle.cancel_scheduled': 'Only while the subscription is still set to end',
  'lifecycle.reactivated': 'Only while the subscription is active or in its trial',
  'lifecycle.churned': 'Only while the contact has no other subscription',
  'schedule.trial_end': 'Only while the subscription is in its trial',
  'schedule.renewal': 'Only while the subscription goes on',
  'schedule.cancellation': 'Only while the subscription is set to end',
  'schedule.ended': 'Only while the contact has no other subscription',
  'schedule.invoice_due': 'Only while the invoice is still open',
  'schedule.card_expiry': 'Only while the subscription is charged to that card',
};

/** The other choice. */
export const ALWAYS = 'Whatever has become of it';

export const ONLY_WHILE_HINT =
  'Judged when a run starts, after each wait and right before an email goes out, by asking Stripe where that is not news.';

const NAMES = {
  invoice: 'invoice',
  subscription: 'subscription',
  checkout_session: 'checkout',
  quote: 'quote',
} as const;

const ENDINGS: Record<string, string> = {
  paid: 'was paid',
  void: 'was voided',
  uncollectible: 'was marked uncollectible',
  canceled: 'has ended',
  incomplete_expired: 'was never paid',
  unpaid: 'is unpaid',
  past_due: 'is past due',
  paused: 'is paused',
  active: 'is active',
  trialing: 'is in its trial',
  incomplete: 'is not paid yet',
  accepted: 'was accepted',
  draft: 'is a draft',
  complete: 'was completed',
  expired: 'has expired',
  gone: 'no longer exists at Stripe',
};

/** "the invoice was paid on Nov 25, 2:02 PM". `when` is written as the reader does; null where it isn't known. */
export function describeState(kind: keyof typeof NAMES, status: string | null, when: string | null): string {
  const happened = ENDINGS[status ?? ''] ?? (status ? `is ${status.replaceAll('_', ' ')}` : 'is in another state');
  const isEvent = happened.startsWith('was ') || happened.startsWith('has ');
  return `the ${NAMES[kind]} ${happened}${isEvent && when ? ` on ${when}` : ''}`;
}

export const NOTHING_LEFT = 'nothing remains to be paid on the invoice';
export const SUBSCRIPTION_ENDS = 'the subscription will not renew';
export const CANCELLATION_UNDONE = 'the subscription is no longer set to end';
export const COLLECTION_PAUSED = 'the payments of the subscription are paused';
export const OTHER_CARD = 'the subscription is charged to another card';
export const OTHER_SUBSCRIPTION = 'the contact has another subscription';
export const HAS_PAID = 'the contact has paid since';
export const CUSTOMER_DELETED = 'the customer was deleted at Stripe';
export const SUBSCRIPTION_ENDED = 'the subscription has ended';

const NOT_SENT = 'Not sent: ';
export const notSent = (cause: string): string => `${NOT_SENT}${cause}`;
/** Of a sentence that may be notSent's: the cause alone. */
export const causeOf = (sentence: string): string =>
  sentence.startsWith(NOT_SENT) ? sentence.slice(NOT_SENT.length) : sentence;
export const notYet = (cause: string): string => `Waits: ${cause}`;
export const STATE_UNKNOWN = 'Not sent: Stripe could not be asked for a day whether it still is so';
export const WAITS_FOR_STRIPE = 'Waits: Stripe could not be asked whether it still is so';
