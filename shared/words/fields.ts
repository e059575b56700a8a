/** What fields and choices are called wherever they are shown. */
import type { Billing, ContactView, EmailClick, EmailView, EventView } from '../api';
import { CATALOGUE, CHOICE_TYPES } from '../catalogue';
import type { EventSettings, Settings } from '../settings';
import type { TrackChoice } from '../track';
import { BRANDING_WORDS } from './branding';
import { STRIPE_SENDS_WORDS } from './stripe-sends';

export const CONTACT_LABELS = {
  user_group: 'User group',
  source: 'Source',
  created_at: 'Added',
} as const satisfies Partial<Record<keyof ContactView, string>>;

/** Of a contact property; undefined: it has none. */
export const namePropertyValue = (value: string | number | boolean | undefined): string =>
  value === undefined ? '—' : typeof value === 'boolean' ? (value ? 'Yes' : 'No') : String(value);

export const BILLING_LABELS = {
  subscription_status: 'Subscription',
  plan: 'Plan',
  mrr: 'Monthly revenue',
  renews_at: 'Renews',
  trial_ends_at: 'Trial ends',
  delinquent: 'Payment',
  wrong_card: 'Card',
  customer_since: 'Customer since',
  ltv: 'Lifetime value',
  payments: 'Payments',
  first_payment_at: 'First payment',
  last_payment_at: 'Last payment',
} as const satisfies Partial<Record<keyof Billing, string>>;
/** What the lifetime value counts. */
export const LTV_HINT =
  'Paid invoices and one-time checkouts, less refunds; credit notes aren’t counted. Of the time before you connected, an import brings the paid invoices, not one-time checkouts or refunds.';

/**
 * What a true `delinquent` says: a payment failed or an invoice is past its due date. False is shown as nothing, for it
 * doesn't say that anything was paid. https://docs.stripe.com/api/customers/object#customer_object-delinquent
 */
export const OVERDUE = 'Overdue';

/** What a true `wrong_card` says, and what to do. */
export const WRONG_CARD =
  'A subscription still charges an earlier card of its own. To charge the one the customer chose since, remove the subscription’s own payment method in Stripe, or set the new one there.';

export const EVENT_LABELS = {
  type: 'Type',
  id: 'Event id',
  contact: 'Contact',
  created: 'Happened in Stripe',
  received_at: 'Received',
  next_attempt_at: 'Next try',
} as const satisfies Partial<Record<keyof EventView, string>>;

/** The time of what is no doing of Stripe's. */
export const HAPPENED = 'Happened';

/** How an event stands to one of Tillpost's own. */
export const RELATED_WORDS = { causedBy: 'Caused by', caused: 'Caused' } as const;

/** Where somebody had an event run again. */
export const REPLAY_WORDS = {
  via: { console: 'Console', dashboard: 'Console, opened from the Dashboard', app: 'Stripe App', api: 'API' },
  newerToo: 'With newer workflows',
} as const;

/** What became of an email after it was sent. */
export const EMAIL_LABELS = {
  delivered_at: 'Delivered',
  bounced_at: 'Bounced',
  complained_at: 'Reported as spam',
  clicked_at: 'First click',
  pay_clicked_at: 'Went on to pay',
} as const satisfies Partial<Record<keyof EmailView, string>>;

/** Of a link in an email. */
export const CLICK_LABELS = {
  url: 'Link',
  clicks: 'Clicks',
  automatic: 'Automatic',
  first_at: 'First click',
} as const satisfies Record<keyof EmailClick, string>;

export const AUTOMATIC_CLICKS_HINT =
  'Automatic clicks are by programs, such as a mail provider that looks for malware. They don’t count as the contact’s.';

export interface ChoiceWords<T extends string> {
  label: string;
  hint: string;
  options: readonly { value: T; label: string; hint: string }[];
}

export const CONSENT_WORDS: ChoiceWords<Settings['consent']> = {
  label: 'New contacts',
  hint: 'How contacts start when a Stripe event creates them.',
  options: [
    {
      value: 'subscribed',
      label: 'Subscribed',
      hint: 'They get marketing and transactional email, and can leave with one click.',
    },
    {
      value: 'transactional_only',
      label: 'Transactional only',
      hint: 'They get receipts and notices, and no marketing until they opt in.',
    },
  ],
};

export const CUSTOMER_DELETED_WORDS: ChoiceWords<Settings['on_customer_deleted']> = {
  label: 'Deleted customers',
  hint: 'What happens to a contact when their last Stripe customer is deleted.',
  options: [
    {
      value: 'unsubscribe',
      label: 'Unsubscribe the contact',
      hint: 'The contact and its history stay, without marketing email.',
    },
    {
      value: 'delete',
      label: 'Delete the contact',
      hint: 'The contact goes, with what its events and emails contained.',
    },
    { value: 'keep', label: 'Keep the contact as it is', hint: 'Nothing changes in your audience.' },
  ],
};

export const ONLY_WHILE_UNKNOWN_WORDS: ChoiceWords<Settings['only_while_unknown']> = {
  label: 'When Stripe can’t be asked',
  hint: 'What happens to an email about an invoice or subscription while its state can’t be looked up.',
  options: [
    {
      value: 'hold',
      label: 'Hold the email back',
      hint: 'Nobody is reminded of what they have already paid or canceled.',
    },
    {
      value: 'send',
      label: 'Send it if the last known state allows it',
      hint: 'Emails keep going out, even where that state may have changed since.',
    },
  ],
};

export const HOLDOUT_WORDS = {
  label: 'Holdout, in percent',
  hint: 'So many of a hundred invoices whose payment fails get no reminders, so that the page Recovered can tell what reminders bring in. 0 turns it off. An invoice stays on the side it was drawn for. Workflows on “Became past due” are about the subscription and still run: leave them off while you measure.',
} as const;

export const TRACK_WORDS: ChoiceWords<TrackChoice> = {
  label: 'Clicks',
  hint: 'Counts how often a link is opened. Links then lead through this server; unsubscribe links and Stripe’s own pages never do.',
  options: [
    { value: 'off', label: 'Don’t count clicks', hint: 'Links in emails lead straight to where they point.' },
    { value: 'marketing', label: 'In marketing email', hint: 'Receipts and reminders keep their links as they are.' },
    {
      value: 'all',
      label: 'In marketing and transactional email',
      hint: 'Links in receipts and reminders lead through this server too.',
    },
  ],
};

export const EVENTS_HINT = 'Tillpost acts only on the events you turn on. Everything else is logged as ignored.';

export const EVENT_OPTION_WORDS: Record<Exclude<keyof EventSettings, 'enabled'>, { label: string; hint: string }> = {
  trigger_workflows: { label: 'Start workflows', hint: 'Runs the active workflows that this event triggers.' },
  sync_name: {
    label: 'Sync full name',
    hint: 'Copies the customer’s name to the contact. An empty name never erases one.',
  },
  sync_billing: {
    label: 'Sync billing fields',
    hint: 'Copies subscription status, plan, monthly revenue and renewal date.',
  },
  user_group: {
    label: 'User group',
    hint: 'Given to the contact when this event arrives. Leave empty to keep the group they have.',
  },
};

export const TEST_ADDRESSES_WORDS = {
  label: 'Test addresses',
  hint: 'One per line. In test mode only these get real email; email to anyone else is kept in the console.',
};

export const BILLING_CONTACTS_WORDS = {
  label: 'Billing contacts',
  hint: 'They get the transactional emails of this contact too, never marketing. One address per line, 10 at most.',
  fromMetadata: 'From Stripe metadata',
  copy: 'Copy to billing contact',
} as const;

export const BILLING_EMAIL_KEY_WORDS = {
  label: 'Metadata key of billing contacts',
  hint: 'Addresses in this key of a Stripe customer’s metadata, separated by commas, get its transactional emails too. Read whenever a customer is synced; import your customers to read it for all of them now.',
} as const;

export const SENDER_LABELS = {
  from_name: 'From name',
  reply_to: 'Reply-to address',
  postal_address: 'Postal address',
  locale: 'Language of dates and amounts',
  timezone: 'Time zone',
} as const;

const SETTING_LABELS: Record<string, string> = {
  ...SENDER_LABELS,
  consent: CONSENT_WORDS.label,
  on_customer_deleted: CUSTOMER_DELETED_WORDS.label,
  test_recipients: TEST_ADDRESSES_WORDS.label,
  only_while_unknown: ONLY_WHILE_UNKNOWN_WORDS.label,
  holdout_percent: HOLDOUT_WORDS.label,
  track: TRACK_WORDS.label,
  stripe_sends: STRIPE_SENDS_WORDS.label,
  billing_email_key: BILLING_EMAIL_KEY_WORDS.label,
  sender: 'Sender',
  brand: 'Branding',
  color: BRANDING_WORDS.color,
  font: BRANDING_WORDS.font,
  footer: BRANDING_WORDS.footer,
  user_group: 'user group',
};
const LONGEST_FIRST = [...CHOICE_TYPES].sort((a, b) => b.length - a.length);

/**
 * A field or part of Settings by its path: "Invoice paid, user group" for events.invoice.paid.user_group, "Sender" for
 * sender; empty when unknown.
 */
export function nameSetting(path: string): string {
  const type = LONGEST_FIRST.find((known) => path.includes(`events.${known}`));
  const field = SETTING_LABELS[path.split('.').findLast((part) => Object.hasOwn(SETTING_LABELS, part)) ?? ''];
  return [type && CATALOGUE[type].label, field].filter(Boolean).join(', ');
}
