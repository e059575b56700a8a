/**
 * What happens to a subscription over its life: each is derived from one Stripe event and stands in the log as an event of
 * its own. The rules are in `server/stripe-objects/transitions.ts`.
 */
import type { CatalogueEntry } from './catalogue';
import {
  CHURN_PROPERTIES,
  PLAN_CHANGE_PROPERTIES,
  REACTIVATION_PROPERTIES,
  subscriptionProperties,
  type Property,
} from './properties';

export const LIFECYCLE_TYPES = [
  'lifecycle.trial_started',
  'lifecycle.trial_converted',
  'lifecycle.trial_expired',
  'lifecycle.past_due',
  'lifecycle.recovered',
  'lifecycle.upgraded',
  'lifecycle.downgraded',
  'lifecycle.cancel_scheduled',
  'lifecycle.cancel_undone',
  'lifecycle.reactivated',
  'lifecycle.churned',
] as const;
export type LifecycleType = (typeof LIFECYCLE_TYPES)[number];

export const isLifecycleType = (type: string): type is LifecycleType =>
  (LIFECYCLE_TYPES as readonly string[]).includes(type);

type Status = Parameters<typeof subscriptionProperties>[0];

function entry(
  type: LifecycleType,
  label: string,
  description: string,
  status: Status,
  more: readonly Property[] = [],
): CatalogueEntry {
  const properties = [...subscriptionProperties(status), ...more];
  return {
    type,
    group: 'Lifecycle',
    label,
    description,
    email_from: 'customer',
    syncs_billing: false,
    permission: 'subscription_read',
    properties,
  };
}

export const LIFECYCLE_ENTRIES: Readonly<Record<LifecycleType, CatalogueEntry>> = {
  'lifecycle.trial_started': entry(
    'lifecycle.trial_started',
    'Trial started',
    'Comes when a subscription begins with a trial, or gets one later.',
    'trialing',
  ),
  'lifecycle.trial_converted': entry(
    'lifecycle.trial_converted',
    'Trial converted',
    'Comes when a trial ends and the subscription goes on as active.',
    'active',
  ),
  'lifecycle.trial_expired': entry(
    'lifecycle.trial_expired',
    'Trial expired',
    'Comes when a trial ends without having been paid: the subscription is paused or canceled.',
    'canceled',
  ),
  'lifecycle.past_due': entry(
    'lifecycle.past_due',
    'Became past due',
    'Comes when a payment of a subscription is overdue, once until it is paid.',
    'past_due',
  ),
  'lifecycle.recovered': entry(
    'lifecycle.recovered',
    'Recovered',
    'Comes when a past-due subscription is active again.',
    'active',
  ),
  'lifecycle.upgraded': entry(
    'lifecycle.upgraded',
    'Upgraded',
    'Comes when an active subscription costs more a month than before, by its plan or quantity.',
    'active',
    PLAN_CHANGE_PROPERTIES,
  ),
  'lifecycle.downgraded': entry(
    'lifecycle.downgraded',
    'Downgraded',
    'Comes when an active subscription costs less a month than before, by its plan or quantity.',
    'active',
    PLAN_CHANGE_PROPERTIES,
  ),
  'lifecycle.cancel_scheduled': entry(
    'lifecycle.cancel_scheduled',
    'Cancellation scheduled',
    'Comes when a subscription is set to end, now or at a later date, while it still goes on.',
    'active',
  ),
  'lifecycle.cancel_undone': entry(
    'lifecycle.cancel_undone',
    'Cancellation undone',
    'Comes when a subscription that was set to end goes on after all.',
    'active',
  ),
  'lifecycle.reactivated': entry(
    'lifecycle.reactivated',
    'Reactivated',
    'Comes when a customer subscribes again after their last subscription had ended.',
    'active',
    REACTIVATION_PROPERTIES,
  ),
  'lifecycle.churned': entry(
    'lifecycle.churned',
    'Churned',
    'Comes when a subscription ends that was more than a trial, by choice or for want of payment.',
    'canceled',
    CHURN_PROPERTIES,
  ),
};
