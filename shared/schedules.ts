/** Triggers that come at a date known in advance, some days before or after it. */
import type { CatalogueEntry } from './catalogue';
import {
  choice,
  date,
  invoiceProperties,
  money,
  number,
  subscriptionProperties,
  text,
  type Property,
} from './properties';

export const SCHEDULE_TYPES = [
  'schedule.trial_end',
  'schedule.renewal',
  'schedule.cancellation',
  'schedule.ended',
  'schedule.invoice_due',
  'schedule.card_expiry',
] as const;
export type ScheduleType = (typeof SCHEDULE_TYPES)[number];

export const isScheduleType = (type: string): type is ScheduleType =>
  (SCHEDULE_TYPES as readonly string[]).includes(type);

/** The others count days before their date. */
export const DAYS_AFTER: readonly ScheduleType[] = ['schedule.ended', 'schedule.invoice_due'];

export const SCHEDULE_DAYS = { min: 1, max: 60 } as const;

const DATE = date('date', '2026-04-01T09:00:00.000Z', 'The date that it comes before or after.');
const DAYS = number('days', 7, 'How many days before or after it.');

/** What Stripe says when the email is made; empty where it could not be asked, or has no answer. */
const NEXT_INVOICE: readonly Property[] = [
  money(
    'next_amount',
    2000,
    'What the next invoice will ask for, from Stripe’s preview of it. Empty where Stripe has none.',
  ),
  choice('next_currency', 'usd', 'Three-letter currency code of that amount.', 'currency'),
];
const CARD_MONTH = text('card_month', '2026-04', 'The last month in which the card is taken, as 2026-04.');
const CARD: readonly Property[] = [
  CARD_MONTH,
  choice('card_brand', 'visa', 'Brand of the card, such as visa or mastercard.', 'card_brand'),
  text('card_last4', '4242', 'Last four digits of the card.'),
];

const PERMISSION: Partial<Record<ScheduleType, CatalogueEntry['permission']>> = {
  'schedule.invoice_due': 'invoice_read',
  'schedule.card_expiry': 'payment_method_read',
};

const entry = (type: ScheduleType, label: string, description: string, about: readonly Property[]): CatalogueEntry => ({
  type,
  group: 'Schedule',
  label,
  description,
  email_from: 'customer',
  syncs_billing: false,
  permission: PERMISSION[type] ?? 'subscription_read',
  properties: [DATE, DAYS, ...about],
});

/** What it is about, as its newest known state has it. */
const ABOUT: Readonly<Record<ScheduleType, readonly Property[]>> = {
  'schedule.trial_end': subscriptionProperties('trialing'),
  'schedule.renewal': subscriptionProperties('active'),
  'schedule.cancellation': subscriptionProperties('active'),
  'schedule.ended': subscriptionProperties('canceled'),
  'schedule.invoice_due': invoiceProperties('payment_failed'),
  'schedule.card_expiry': subscriptionProperties('active'),
};

const ASKED: Partial<Record<ScheduleType, readonly Property[]>> = {
  'schedule.trial_end': NEXT_INVOICE,
  'schedule.renewal': NEXT_INVOICE,
  'schedule.card_expiry': CARD,
};

/** What `subject.*` offers of a scheduled trigger. */
export const scheduleSubject = (type: ScheduleType): readonly Property[] => [...ABOUT[type], ...(ASKED[type] ?? [])];

export const SCHEDULE_ENTRIES: Readonly<Record<ScheduleType, CatalogueEntry>> = {
  'schedule.trial_end': entry(
    'schedule.trial_end',
    'Before a trial ends',
    'Comes at 9:00 so many days before the end of a trial, unless the trial is shorter than that.',
    ABOUT['schedule.trial_end'],
  ),
  'schedule.renewal': entry(
    'schedule.renewal',
    'Before a renewal',
    'Comes at 9:00 so many days before an active subscription renews; not in a trial, when it is set to end, or while its payments are paused or past due.',
    ABOUT['schedule.renewal'],
  ),
  'schedule.cancellation': entry(
    'schedule.cancellation',
    'Before a cancellation',
    'Comes at 9:00 so many days before a subscription ends that is set to end.',
    ABOUT['schedule.cancellation'],
  ),
  'schedule.ended': entry(
    'schedule.ended',
    'After a subscription ended',
    'Comes at 9:00 so many days after a subscription has ended.',
    ABOUT['schedule.ended'],
  ),
  'schedule.invoice_due': entry(
    'schedule.invoice_due',
    'After an invoice was due',
    'Comes at 9:00 so many days after the due date of a sent invoice that is still open.',
    ABOUT['schedule.invoice_due'],
  ),
  'schedule.card_expiry': entry(
    'schedule.card_expiry',
    'Before a card expires',
    'Comes at 9:00 so many days before the card expires that a subscription is charged to.',
    [CARD_MONTH, ...ABOUT['schedule.card_expiry']],
  ),
};
