/** What the pure readers make of one event's `data.object`. */
import type { PropertyValue } from '../../shared/catalogue';
import type { SubscriptionChange } from './transitions';
import type { ObjectKind, SubscriptionStatus } from '../../shared/api';
import type { KeptFailure } from './payment-failure';

export interface ReadObject {
  /** Null where Stripe's object has none (invoice.upcoming). */
  objectId: string | null;
  /** Stripe's customer id, also when `customer` is expanded or an expanded deleted customer. */
  customerId: string | null;
  /** The address as the payload carries it, not yet normalised. Null when there is none. */
  email: string | null;
  /** The whole name as the payload carries it. */
  name: string | null;
  /** A dispute's charge: where to ask for the customer. */
  chargeId: string | null;
  /** An address typed by the merchant (a dispute's evidence): counts only when Stripe itself knows none. */
  lastResortEmail: string | null;
  /** The name beside it: counts only with it. */
  lastResortName: string | null;
  /** What a run is about, for "one at a time" and exit events on the same thing. */
  subscriptionId: string | null;
  invoiceId: string | null;
  /** With type and object id it tells two events of one change from two changes (an invoice's attempt_count, a charge's amount_refunded). */
  attempt: number | null;
  /** For emails and conditions: exactly the names the catalogue lists for the type. */
  properties: Record<string, PropertyValue>;
  /** Set for customer.* events. */
  customer: CustomerFacts | null;
  /** Set for customer.subscription.* events. */
  subscription: SubscriptionFacts | null;
  /** Its state, where one is kept of such objects. */
  state: ObjectFacts | null;
  /** What has happened to a subscription; null for what stands by itself, without its event. */
  change: SubscriptionChange | null;
  /** Of a scheduled event, the workflow that asked for it: it starts no other. */
  workflowId: string | null;
  /** What was paid by it. */
  payment: PaymentFacts | null;
  /** What of it was refunded. */
  refund: RefundFacts | null;
}

/** What is kept of an invoice, a subscription, a checkout session or a quote. */
export interface ObjectFacts {
  kind: ObjectKind;
  id: string;
  customerId: string | null;
  /** Stripe's own. */
  status: string | null;
  /** All that its reader finds, by the names of the catalogue. */
  properties: Record<string, PropertyValue>;
  /** Why its payment failed, where Stripe was asked. */
  failure?: KeptFailure;
}

/** What the reader of one kind of object finds: fields it leaves out are null, properties may be more than a type offers. */
export type Reading = Partial<ReadObject> & Pick<ReadObject, 'properties'>;

/** A payment that was made. */
export interface PaymentFacts {
  /** The invoice's id, or the payment intent's of a checkout without one. */
  id: string;
  customerId: string | null;
  /** Of a guest, not yet normalised. */
  email: string | null;
  currency: string;
  /** Minor units, more than none. */
  amount: number;
  /** Epoch seconds; null: when the event says that it happened. */
  paidAt: number | null;
}

/** What was refunded of a charge so far. */
export interface RefundFacts {
  chargeId: string;
  invoiceId: string | null;
  paymentIntentId: string | null;
  customerId: string | null;
  email: string | null;
  currency: string;
  /** Minor units, of all refunds of the charge together. */
  amount: number;
}

export interface CustomerFacts {
  id: string;
  email: string | null;
  name: string | null;
  deleted: boolean;
  metadata: Record<string, string>;
  delinquent: boolean | null;
  /** Epoch seconds. */
  created: number | null;
  /** The card it pays with unless a subscription has its own: an id, empty for none, null where Stripe doesn't say. */
  defaultMethod: string | null;
  /** Whether the event says that this card was chosen just then. */
  isMethodNew?: boolean;
}

/** What billing fields are derived from. Discounts are ignored: Stripe's payload doesn't always carry them whole. */
export interface SubscriptionFacts {
  id: string;
  customerId: string | null;
  /** Stripe's own status folded to ours: incomplete_expired and unpaid count as canceled and past_due; incomplete is null. */
  status: SubscriptionStatus | null;
  /** The price's nickname, else the product's name when it is expanded, else null. */
  plan: string | null;
  /** Minor units per month: sum over items of amount × quantity, normalised by interval and interval_count. */
  mrr: number;
  currency: string | null;
  /** Epoch seconds: the current period's end (earliest item), null once it will not renew. */
  renewsAt: number | null;
  /** Epoch seconds. */
  trialEnd: number | null;
  /** Its own card, by which it goes before the customer's: an id, empty for none, null where Stripe doesn't say. */
  defaultMethod: string | null;
}
