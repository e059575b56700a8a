/**
 * The one list of supported Stripe events: everything that names an event type reads it from here.
 * Adding an event: add its type and entry here and its reader in `server/stripe-objects/`; a test holds the two together.
 */

export const EVENT_TYPES = [
  'customer.created',
  'customer.updated',
  'customer.deleted',
  'customer.subscription.created',
  'customer.subscription.trial_will_end',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.deleted',
  'invoice.upcoming',
  'invoice.paid',
  'invoice.payment_failed',
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'quote.finalized',
  'quote.accepted',
  'quote.canceled',
  'charge.dispute.created',
  'charge.dispute.closed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Types that keep the install itself in order; never shown as choices, never start a workflow. */
export const HOUSEKEEPING_TYPES = [
  'account.application.authorized',
  'account.application.deauthorized',
  'customer.subscription.updated',
] as const;
export type HousekeepingType = (typeof HOUSEKEEPING_TYPES)[number];

export const isEventType = (type: string): type is EventType => (EVENT_TYPES as readonly string[]).includes(type);

export type PropertyType = 'text' | 'number' | 'money' | 'date' | 'boolean' | 'metadata';

/** Money is in minor units; dates are ISO 8601 UTC; metadata is Stripe's flat map of texts. */
export type PropertyValue = string | number | boolean | null | Record<string, string>;

export interface Property {
  name: string;
  type: PropertyType;
  description: string;
  /** What previews show. */
  sample: PropertyValue;
}

export type EventGroup = 'Customers' | 'Subscriptions' | 'Invoices' | 'Checkout' | 'Quotes' | 'Disputes';

export interface CatalogueEntry {
  type: EventType;
  group: EventGroup;
  label: string;
  /** One sentence for the merchant: when Stripe sends it. */
  description: string;
  /** Where the contact's address comes from when the customer isn't linked yet. */
  email_from: 'payload' | 'customer' | 'charge';
  properties: readonly Property[];
}
