import type Stripe from 'stripe';
import { idOf } from '../collection';
import { announceInvoice } from '../resources/invoices';
import { voidInvoice } from '../resources/invoice-ending';
import { currentPeriodEnd, currentPeriodStart, endsAt } from '../resources/subscription-dates';
import { changeSubscription } from '../resources/subscription-status';
import { endSubscription, endTrial, startNextPeriod, TRIAL_NOTICE } from '../resources/subscriptions';
import type { Tenant } from '../tenant';
import { announcement, earliest, type Due } from './due';

/** How long the first invoice may stay unpaid. https://docs.stripe.com/billing/subscriptions/overview */
const INCOMPLETE_SECONDS = 23 * 3_600;
/** How long ahead an invoice is announced: Stripe's usual setting. */
const UPCOMING_NOTICE = 7 * 86_400;

export function nextOfSubscription(tenant: Tenant, subscription: Stripe.Subscription): Due | undefined {
  switch (subscription.status) {
    case 'incomplete':
      return {
        at: subscription.created + INCOMPLETE_SECONDS,
        happen: () => expireIncomplete(tenant, subscription),
      };
    case 'trialing':
    case 'active':
    case 'past_due':
      return earliest(
        trialNotice(tenant, subscription),
        upcomingNotice(tenant, subscription),
        endOfPeriod(tenant, subscription),
      );
    default:
      return undefined;
  }
}

/** Shorter trials are announced as they begin. */
function trialNotice(tenant: Tenant, subscription: Stripe.Subscription): Due | undefined {
  const { id, status, trial_end, trial_start } = subscription;
  if (status !== 'trialing' || trial_end === null) return undefined;
  const type = 'customer.subscription.trial_will_end';
  const times = { of: trial_end, at: trial_end - TRIAL_NOTICE, since: trial_start ?? subscription.created };
  return announcement(tenant, { type, id, ...times }, () => tenant.emit(type, subscription));
}

function upcomingNotice(tenant: Tenant, subscription: Stripe.Subscription): Due | undefined {
  const of = currentPeriodEnd(subscription);
  const times = { of, at: of - UPCOMING_NOTICE, since: currentPeriodStart(subscription) };
  return announcement(tenant, { type: 'invoice.upcoming', id: subscription.id, ...times }, () => {
    announceInvoice(tenant, subscription);
  });
}

function endOfPeriod(tenant: Tenant, subscription: Stripe.Subscription): Due {
  const isTrial = subscription.status === 'trialing';
  const periodEnds = (isTrial ? subscription.trial_end : null) ?? currentPeriodEnd(subscription);
  const ends = endsAt(subscription);
  if (ends !== null && ends <= periodEnds)
    return { at: ends, happen: () => void endSubscription(tenant, subscription) };
  return {
    at: periodEnds,
    happen: () => void (isTrial ? endTrial : startNextPeriod)(tenant, subscription),
  };
}

function expireIncomplete(tenant: Tenant, subscription: Stripe.Subscription): void {
  const invoice = tenant.invoices.find(idOf(subscription.latest_invoice ?? ''));
  if (invoice?.status === 'open') voidInvoice(tenant, invoice);
  changeSubscription(tenant, subscription, () => {
    subscription.status = 'incomplete_expired';
    subscription.ended_at = tenant.now();
  });
}
