/** Triggers that come at a date known in advance, some days before or after it. */
import type { CatalogueEntry } from './catalogue';
import { invoiceProperties, subscriptionProperties, type Property } from './properties';

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

const entry = (
  type: ScheduleType,
  label: string,
  description: string,
  properties: readonly Property[],
): CatalogueEntry => ({
  type,
  group: 'Schedule',
  label,
  description,
  email_from: 'customer',
  syncs_billing: false,
  permission: type === 'schedule.invoice_due' ? 'invoice_read' : 'subscription_read',
  properties,
});

export const SCHEDULE_ENTRIES: Readonly<Record<ScheduleType, CatalogueEntry>> = {
  'schedule.trial_end': entry(
    'schedule.trial_end',
    'Before a trial ends',
    'Comes some days before the end of a trial.',
    subscriptionProperties('trialing'),
  ),
  'schedule.renewal': entry(
    'schedule.renewal',
    'Before a renewal',
    'Comes some days before a subscription renews.',
    subscriptionProperties('active'),
  ),
  'schedule.cancellation': entry(
    'schedule.cancellation',
    'Before a cancellation',
    'Comes some days before a subscription ends that is set to end.',
    subscriptionProperties('active'),
  ),
  'schedule.ended': entry(
    'schedule.ended',
    'After the end',
    'Comes some days after a subscription ended.',
    subscriptionProperties('canceled'),
  ),
  'schedule.invoice_due': entry(
    'schedule.invoice_due',
    'After an invoice was due',
    'Comes some days after the due date of an invoice that is still open.',
    invoiceProperties('payment_failed'),
  ),
  'schedule.card_expiry': entry(
    'schedule.card_expiry',
    'Before a card expires',
    'Comes some days before the default card of a subscription expires.',
    subscriptionProperties('active'),
  ),
};
