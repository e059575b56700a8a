/** What happens by itself, and when: the next thing for each object of a tenant that anything will happen to. */
import type Stripe from 'stripe';
import { expireCheckoutSession } from '../resources/checkout';
import { cancelQuote } from '../resources/quotes';
import type { Tenant } from '../tenant';
import { nextOfInvoice } from './invoice-time';
import { nextOfSubscription } from './subscription-time';

export interface Due {
  /** Epoch seconds. */
  at: number;
  /** Must change the object so that this isn't due any more. */
  happen(): void;
}

/** Asked again after each thing, as it may have changed what comes next. */
export type NextDue = () => Due | undefined;

export function dueOf(tenant: Tenant): NextDue[] {
  return [
    ...tenant.subscriptions.list().map((one) => () => nextOfSubscription(tenant, one)),
    ...tenant.invoices.list().map((one) => () => nextOfInvoice(tenant, one)),
    ...tenant.checkoutSessions.list().map((one) => () => endOfSession(tenant, one)),
    ...tenant.quotes.list().map((one) => () => endOfQuote(tenant, one)),
  ];
}

const endOfSession = (tenant: Tenant, session: Stripe.Checkout.Session): Due | undefined =>
  session.status === 'open'
    ? { at: session.expires_at, happen: () => void expireCheckoutSession(tenant, session) }
    : undefined;

const endOfQuote = (tenant: Tenant, quote: Stripe.Quote): Due | undefined =>
  quote.status === 'draft' || quote.status === 'open'
    ? { at: quote.expires_at, happen: () => void cancelQuote(tenant, quote) }
    : undefined;

/** Once for each time it is meant for; undefined when it was told or its object began later. */
export function announcement(
  tenant: Tenant,
  { type, id, of, at, since }: { type: string; id: string; of: number; at: number; since: number },
  tell: () => void,
): Due | undefined {
  const key = `${type} ${id} ${of}`;
  if (at <= since || tenant.announced.has(key)) return undefined;
  return {
    at,
    happen() {
      tenant.announced.add(key);
      tell();
    },
  };
}

export const earliest = (...dues: (Due | undefined)[]): Due | undefined =>
  dues.reduce((first, due) => (due && (!first || due.at < first.at) ? due : first), undefined);
