/**
 * The emails that Stripe sends by itself, as its Dashboard names them, and where each is switched:
 * https://docs.stripe.com/billing/revenue-recovery/customer-emails and https://docs.stripe.com/receipts
 */
import type { StripeSend } from '../stripe-sends';

const CUSTOMER_EMAILS = 'Settings → Customer emails';
const SUBSCRIPTIONS = 'Settings → Billing → Subscriptions and emails';

interface StripeSendWords {
  label: string;
  /** The page of Stripe's Dashboard, and the switch on it. */
  page: string;
  switch: string;
}

export const STRIPE_SEND_WORDS: Record<StripeSend, StripeSendWords> = {
  receipt: { label: 'Receipts', page: CUSTOMER_EMAILS, switch: 'Successful payments' },
  refund: { label: 'Refunds', page: CUSTOMER_EMAILS, switch: 'Refunds' },
  failed_payment: {
    label: 'Failed payments',
    page: SUBSCRIPTIONS,
    switch: 'Send emails when card payments fail',
  },
  payment_confirmation_3ds: {
    label: 'Payments to confirm (3D Secure)',
    page: SUBSCRIPTIONS,
    switch: 'Payment confirmation notifications',
  },
  renewal_reminder: { label: 'Renewal reminders', page: SUBSCRIPTIONS, switch: 'Send emails about upcoming renewals' },
  trial_ending: { label: 'Trial ending reminders', page: SUBSCRIPTIONS, switch: 'Trial ending reminders' },
  expiring_card: { label: 'Expiring cards', page: SUBSCRIPTIONS, switch: 'Send emails about expiring cards' },
};

export const STRIPE_SENDS_WORDS = {
  label: 'Emails Stripe sends',
  hint: 'Stripe can’t be asked which emails it sends your customers by itself. Say which are on, and workflows that would say the same are marked. Nothing is stopped by it.',
};

/** Where one is switched. */
export const whereOf = (key: StripeSend): string =>
  `In Stripe: ${STRIPE_SEND_WORDS[key].page}, “${STRIPE_SEND_WORDS[key].switch}”`;

export const DOUBLE_LABEL = 'Also sent by Stripe';

/** What to do about a workflow that says what Stripe says. */
export function describeDouble(key: StripeSend): string {
  const { page, switch: name } = STRIPE_SEND_WORDS[key];
  return `Stripe sends its own email about this. Turn off “${name}” in Stripe (${page}), or pause this workflow.`;
}
