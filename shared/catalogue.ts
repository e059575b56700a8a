/**
 * The one list of supported Stripe events: everything that names an event type reads it from here.
 * Adding an event: add its type and entry here and its reader in `server/stripe-objects/`; a test holds the two together.
 */
import { apiEventName, apiEventProperty, isApiEventType, type ApiEventType } from './api-events';
import { LIFECYCLE_ENTRIES, LIFECYCLE_TYPES, type LifecycleType } from './lifecycle';
import {
  CONTACT_PROPERTIES,
  CUSTOMER_PROPERTIES,
  checkoutProperties,
  DISPUTE_PROPERTIES,
  invoiceProperties,
  PAYMENT_METHOD_PROPERTIES,
  quoteProperties,
  REFUND_PROPERTIES,
  subscriptionProperties,
  type Property,
  type PropertyValue,
} from './properties';
import {
  CONTACT_EVENT_ENTRIES,
  CONTACT_EVENT_TYPES,
  isContactEventType,
  type ContactEventType,
} from './contact-events';
import { isScheduleType, SCHEDULE_ENTRIES, SCHEDULE_TYPES, scheduleSubject, type ScheduleType } from './schedules';

export const EVENT_TYPES = [
  'customer.created',
  'customer.updated',
  'customer.deleted',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.trial_will_end',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.deleted',
  'invoice.upcoming',
  'invoice.finalized',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.payment_action_required',
  'invoice.overdue',
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'quote.finalized',
  'quote.accepted',
  'quote.canceled',
  'charge.refunded',
  'payment_method.automatically_updated',
  'charge.dispute.created',
  'charge.dispute.closed',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What a merchant switches on and off: logged under its own type, and able to end runs. */
export const CHOICE_TYPES = [...EVENT_TYPES, ...LIFECYCLE_TYPES] as const;
export type ChoiceType = (typeof CHOICE_TYPES)[number];

/** What may start a workflow and is known beforehand. */
export const TRIGGER_TYPES = [...CHOICE_TYPES, ...SCHEDULE_TYPES, ...CONTACT_EVENT_TYPES] as const;
export type KnownTriggerType = (typeof TRIGGER_TYPES)[number];
/** What may start a workflow. */
export type TriggerType = KnownTriggerType | ApiEventType;

export const TRIGGER_SOURCES = ['stripe', 'lifecycle', 'schedule', 'api'] as const;
export type TriggerSource = (typeof TRIGGER_SOURCES)[number];

export function sourceOf(type: TriggerType): TriggerSource {
  if (isApiEventType(type)) return 'api';
  if (type.startsWith('lifecycle.')) return 'lifecycle';
  return type.startsWith('schedule.') ? 'schedule' : 'stripe';
}

/** As people choose: what happens to contacts is kept as `lifecycle`, and is no turn of a subscription to anybody. */
export const SHOWN_SOURCES = ['stripe', 'lifecycle', 'contacts', 'schedule', 'api'] as const;
export type ShownSource = (typeof SHOWN_SOURCES)[number];
export const shownSourceOf = (type: TriggerType): ShownSource =>
  isContactEventType(type) ? 'contacts' : sourceOf(type);

/** None of the API's: they go by the names that programs give them. */
export const typesFrom = (source: ShownSource): KnownTriggerType[] =>
  TRIGGER_TYPES.filter((type) => shownSourceOf(type) === source);

/** Types that keep the install itself in order; never shown as choices, never start a workflow. */
export const HOUSEKEEPING_TYPES = [
  'account.application.authorized',
  'account.application.deauthorized',
  'invoice.voided',
  'invoice.marked_uncollectible',
] as const;
export type HousekeepingType = (typeof HOUSEKEEPING_TYPES)[number];

/**
 * What happens in an account itself: all that Tillpost uses but the types about its app, which only a Connect endpoint
 * gets.
 */
export const ACCOUNT_EVENT_TYPES = [...EVENT_TYPES, 'invoice.voided', 'invoice.marked_uncollectible'] as const;

/** The preset offered to a merchant who has not chosen yet. */
export const RECOMMENDED_TYPES: readonly EventType[] = ['customer.created', 'customer.updated', 'customer.deleted'];

export const isEventType = (type: string): type is EventType => (EVENT_TYPES as readonly string[]).includes(type);
export const isChoiceType = (type: string): type is ChoiceType => (CHOICE_TYPES as readonly string[]).includes(type);
export const isKnownTriggerType = (type: string): type is KnownTriggerType =>
  (TRIGGER_TYPES as readonly string[]).includes(type);
export const isTriggerType = (type: string): type is TriggerType => isKnownTriggerType(type) || isApiEventType(type);

/** Tillpost's own: never taken from a webhook. */
export const isOwnType = (type: string): type is LifecycleType | ScheduleType | ContactEventType =>
  isKnownTriggerType(type) && sourceOf(type) !== 'stripe';

/** In the order in which screens show them. */
export const EVENT_GROUPS = [
  'Customers',
  'Subscriptions',
  'Invoices',
  'Checkout',
  'Quotes',
  'Payments',
  'Disputes',
  'Lifecycle',
] as const;
export type EventGroup = (typeof EVENT_GROUPS)[number];

/** Stripe's names: an app that wasn't granted one doesn't get the events. https://docs.stripe.com/stripe-apps/reference/permissions */
export const PERMISSIONS = [
  'event_read',
  'customer_read',
  'subscription_read',
  'invoice_read',
  'charge_read',
  'dispute_read',
  'checkout_session_read',
  'quote_read',
  'payment_method_read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What the page behind `{{ pay_url }}` uses where it may; without them it leads to the invoice in every case. */
export const OPTIONAL_PERMISSIONS = ['payment_intent_read', 'customer_portal_write'] as const;
export type OptionalPermission = (typeof OPTIONAL_PERMISSIONS)[number];

export interface CatalogueEntry {
  type: TriggerType;
  /** `Schedule`, `Contacts` and `API` have no choices: such a trigger comes where a workflow asks for it. */
  group: EventGroup | 'Schedule' | 'Contacts' | 'API';
  label: string;
  /** One sentence for the merchant: when it comes. */
  description: string;
  /** Where the contact's address comes from when the customer isn't linked yet. */
  email_from: 'payload' | 'customer' | 'charge';
  /** What an app needs for Stripe to deliver it. Looking up its customer or charge needs `permissionsFor` besides. */
  permission: Permission;
  /** Whether its payload fills billing fields; elsewhere screens don't offer `sync_billing`. */
  syncs_billing: boolean;
  properties: readonly Property[];
}

/** See `entryOf` for what isn't known beforehand. */
export const CATALOGUE: Readonly<Record<KnownTriggerType, CatalogueEntry>> = {
  'customer.created': {
    type: 'customer.created',
    group: 'Customers',
    label: 'Customer created',
    description: 'Sent when a customer is added to your Stripe account.',
    email_from: 'payload',
    permission: 'customer_read',
    syncs_billing: true,
    properties: CUSTOMER_PROPERTIES,
  },
  'customer.updated': {
    type: 'customer.updated',
    group: 'Customers',
    label: 'Customer updated',
    description: "Sent when any of a customer's details change, such as the name, the email or the metadata.",
    email_from: 'payload',
    permission: 'customer_read',
    syncs_billing: true,
    properties: CUSTOMER_PROPERTIES,
  },
  'customer.deleted': {
    type: 'customer.deleted',
    group: 'Customers',
    label: 'Customer deleted',
    description: 'Sent when a customer is deleted from your Stripe account.',
    email_from: 'payload',
    permission: 'customer_read',
    syncs_billing: false,
    properties: CUSTOMER_PROPERTIES,
  },
  'customer.subscription.created': {
    type: 'customer.subscription.created',
    group: 'Subscriptions',
    label: 'Subscription created',
    description: 'Sent when a customer is signed up for a subscription, with or without a trial.',
    email_from: 'customer',
    permission: 'subscription_read',
    syncs_billing: true,
    properties: subscriptionProperties('active'),
  },
  'customer.subscription.updated': {
    type: 'customer.subscription.updated',
    group: 'Subscriptions',
    label: 'Subscription updated',
    description:
      'Sent with every change of a subscription: its plan, quantity or status, each renewal, a cancellation to come.',
    email_from: 'customer',
    permission: 'subscription_read',
    syncs_billing: true,
    properties: subscriptionProperties('active'),
  },
  'customer.subscription.trial_will_end': {
    type: 'customer.subscription.trial_will_end',
    group: 'Subscriptions',
    label: 'Trial ending',
    description: "Sent three days before a subscription's trial ends, or at once when the trial is shorter than that.",
    email_from: 'customer',
    permission: 'subscription_read',
    syncs_billing: true,
    properties: subscriptionProperties('trialing'),
  },
  'customer.subscription.paused': {
    type: 'customer.subscription.paused',
    group: 'Subscriptions',
    label: 'Subscription paused',
    description: 'Sent when a subscription becomes paused, for example after a trial without a payment method.',
    email_from: 'customer',
    permission: 'subscription_read',
    syncs_billing: true,
    properties: subscriptionProperties('paused'),
  },
  'customer.subscription.resumed': {
    type: 'customer.subscription.resumed',
    group: 'Subscriptions',
    label: 'Subscription resumed',
    description: 'Sent when a paused subscription starts again.',
    email_from: 'customer',
    permission: 'subscription_read',
    syncs_billing: true,
    properties: subscriptionProperties('active'),
  },
  'customer.subscription.deleted': {
    type: 'customer.subscription.deleted',
    group: 'Subscriptions',
    label: 'Subscription canceled',
    description: 'Sent when a subscription has ended, canceled by the customer, by you or after failed payments.',
    email_from: 'customer',
    permission: 'subscription_read',
    syncs_billing: true,
    properties: subscriptionProperties('canceled'),
  },
  'invoice.upcoming': {
    type: 'invoice.upcoming',
    group: 'Invoices',
    label: 'Invoice upcoming',
    description: 'Sent some days before a subscription renews; your Stripe billing settings say how many.',
    email_from: 'payload',
    permission: 'invoice_read',
    syncs_billing: false,
    properties: invoiceProperties('upcoming'),
  },
  'invoice.finalized': {
    type: 'invoice.finalized',
    group: 'Invoices',
    label: 'Invoice finalized',
    description: 'Sent when an invoice is final and open: from then on it can be sent and paid.',
    email_from: 'payload',
    permission: 'invoice_read',
    syncs_billing: false,
    properties: invoiceProperties('finalized'),
  },
  'invoice.paid': {
    type: 'invoice.paid',
    group: 'Invoices',
    label: 'Invoice paid',
    description: 'Sent when an invoice is paid, also when there was nothing to pay or it was paid outside of Stripe.',
    email_from: 'payload',
    permission: 'invoice_read',
    syncs_billing: false,
    properties: invoiceProperties('paid'),
  },
  'invoice.payment_failed': {
    type: 'invoice.payment_failed',
    group: 'Invoices',
    label: 'Payment failed',
    description: 'Sent each time an attempt to collect an invoice fails, such as when a card is declined.',
    email_from: 'payload',
    permission: 'invoice_read',
    syncs_billing: false,
    properties: invoiceProperties('payment_failed'),
  },
  'invoice.payment_action_required': {
    type: 'invoice.payment_action_required',
    group: 'Invoices',
    label: 'Payment needs confirmation',
    description:
      'Sent when an invoice can only be paid once the customer confirms it with their bank, such as by 3D Secure.',
    email_from: 'payload',
    permission: 'invoice_read',
    syncs_billing: false,
    properties: invoiceProperties('payment_action_required'),
  },
  'invoice.overdue': {
    type: 'invoice.overdue',
    group: 'Invoices',
    label: 'Invoice overdue',
    description:
      'Sent some days after the due date of an unpaid invoice, only where you switched that automation on at Stripe.',
    email_from: 'payload',
    permission: 'invoice_read',
    syncs_billing: false,
    properties: invoiceProperties('overdue'),
  },
  'checkout.session.completed': {
    type: 'checkout.session.completed',
    group: 'Checkout',
    label: 'Checkout completed',
    description: 'Sent when a customer finishes a checkout; some payment methods still need days to confirm it.',
    email_from: 'payload',
    permission: 'checkout_session_read',
    syncs_billing: false,
    properties: checkoutProperties('completed'),
  },
  'checkout.session.async_payment_succeeded': {
    type: 'checkout.session.async_payment_succeeded',
    group: 'Checkout',
    label: 'Delayed payment succeeded',
    description: 'Sent when the payment of a finished checkout by a delayed method, such as a bank debit, succeeds.',
    email_from: 'payload',
    permission: 'checkout_session_read',
    syncs_billing: false,
    properties: checkoutProperties('async_payment_succeeded'),
  },
  'checkout.session.async_payment_failed': {
    type: 'checkout.session.async_payment_failed',
    group: 'Checkout',
    label: 'Delayed payment failed',
    description: 'Sent when the payment of a finished checkout by a delayed method, such as a bank debit, fails.',
    email_from: 'payload',
    permission: 'checkout_session_read',
    syncs_billing: false,
    properties: checkoutProperties('async_payment_failed'),
  },
  'checkout.session.expired': {
    type: 'checkout.session.expired',
    group: 'Checkout',
    label: 'Checkout expired',
    description: 'Sent when a checkout was left unfinished until it expired, usually after a day.',
    email_from: 'payload',
    permission: 'checkout_session_read',
    syncs_billing: false,
    properties: checkoutProperties('expired'),
  },
  'quote.finalized': {
    type: 'quote.finalized',
    group: 'Quotes',
    label: 'Quote finalized',
    description: 'Sent when a quote is finalized and can be shown to the customer.',
    email_from: 'customer',
    permission: 'quote_read',
    syncs_billing: false,
    properties: quoteProperties('finalized'),
  },
  'quote.accepted': {
    type: 'quote.accepted',
    group: 'Quotes',
    label: 'Quote accepted',
    description: 'Sent when a quote is accepted and becomes an invoice or a subscription.',
    email_from: 'customer',
    permission: 'quote_read',
    syncs_billing: false,
    properties: quoteProperties('accepted'),
  },
  'quote.canceled': {
    type: 'quote.canceled',
    group: 'Quotes',
    label: 'Quote canceled',
    description: 'Sent when a quote is canceled or expires.',
    email_from: 'customer',
    permission: 'quote_read',
    syncs_billing: false,
    properties: quoteProperties('canceled'),
  },
  'charge.refunded': {
    type: 'charge.refunded',
    group: 'Payments',
    label: 'Payment refunded',
    description: 'Sent when a payment is refunded, in part or in full.',
    email_from: 'payload',
    permission: 'charge_read',
    syncs_billing: false,
    properties: REFUND_PROPERTIES,
  },
  'payment_method.automatically_updated': {
    type: 'payment_method.automatically_updated',
    group: 'Payments',
    label: 'Card updated by its bank',
    description: "Sent when a customer's card was replaced or renewed and their bank told Stripe the new details.",
    email_from: 'customer',
    permission: 'payment_method_read',
    syncs_billing: false,
    properties: PAYMENT_METHOD_PROPERTIES,
  },
  'charge.dispute.created': {
    type: 'charge.dispute.created',
    group: 'Disputes',
    label: 'Dispute opened',
    description: 'Sent when a customer disputes a charge with their bank.',
    email_from: 'charge',
    permission: 'dispute_read',
    syncs_billing: false,
    properties: DISPUTE_PROPERTIES,
  },
  'charge.dispute.closed': {
    type: 'charge.dispute.closed',
    group: 'Disputes',
    label: 'Dispute closed',
    description: 'Sent when a dispute is decided; the status says whether it was won or lost.',
    email_from: 'charge',
    permission: 'dispute_read',
    syncs_billing: false,
    properties: DISPUTE_PROPERTIES,
  },
  ...LIFECYCLE_ENTRIES,
  ...SCHEDULE_ENTRIES,
  ...CONTACT_EVENT_ENTRIES,
};

/** What screens say of an event, and what it offers where that is known beforehand. */
export function entryOf(type: TriggerType): Pick<CatalogueEntry, 'group' | 'label' | 'description' | 'properties'> {
  if (!isApiEventType(type)) return CATALOGUE[type];
  return {
    group: 'API',
    label: `${apiEventName(type)} (API)`,
    description: 'Sent by a program of yours through the API.',
    properties: [],
  };
}

const LOOK_UPS: Readonly<Record<CatalogueEntry['email_from'], readonly Permission[]>> = {
  payload: [],
  customer: ['customer_read'],
  charge: ['charge_read', 'customer_read'],
};

/** What an app must be allowed to read to get such events and to find out whose they are. */
export const permissionsFor = (type: EventType): readonly Permission[] => [
  CATALOGUE[type].permission,
  ...LOOK_UPS[CATALOGUE[type].email_from],
];

export { apiEventName, apiEventType, isApiEventType, type ApiEventType } from './api-events';
export { CONTACT_PROPERTIES };
export type { Property, PropertyType, PropertyValue } from './properties';

/**
 * The property that a path in a condition or a merge tag names: `event.amount`, `contact.plan`, or one key of a
 * metadata property, `event.metadata.order_id` (everything after the second dot is the key).
 */
export function findProperty(eventType: TriggerType, path: string): Property | undefined {
  const [root, name = '', ...rest] = path.split('.');
  if (isApiEventType(eventType) && root === 'event') return rest.length === 0 ? apiEventProperty(name) : undefined;
  const offered = offeredBy(eventType, root);
  const property = offered.find((candidate) => candidate.name === name);
  if (!property || rest.length === 0) return property;
  const key = rest.join('.');
  return property.type === 'metadata' && key !== '' ? metadataKey(property, key) : undefined;
}

function offeredBy(eventType: TriggerType, root: string | undefined): readonly Property[] {
  if (root === 'contact') return CONTACT_PROPERTIES;
  if (root === 'event') return entryOf(eventType).properties;
  return root === 'subject' ? subjectProperties(eventType) : [];
}

/** What `subject.*` offers: the newest known state of what the event is about; nothing where no state is kept of it. */
export function subjectProperties(eventType: TriggerType): readonly Property[] {
  if (isScheduleType(eventType)) return scheduleSubject(eventType);
  if (isContactEventType(eventType)) return [];
  if (eventType === 'invoice.upcoming') return CATALOGUE['customer.subscription.created'].properties;
  return STATEFUL.test(eventType) ? entryOf(eventType).properties : [];
}

const STATEFUL = /^(?:invoice|customer\.subscription|checkout\.session|quote|lifecycle)\./;

/** What these are about may be an open invoice: their emails may bear `{{ pay_url }}`. */
const PAYABLE: ReadonlySet<TriggerType> = new Set([
  'invoice.payment_failed',
  'invoice.payment_action_required',
  'invoice.overdue',
  'invoice.finalized',
  'schedule.invoice_due',
  'lifecycle.past_due',
]);
export const offersPayUrl = (trigger: TriggerType): boolean => PAYABLE.has(trigger);

function metadataKey(property: Property, key: string): Property {
  const known = property.keyed?.find(({ name }) => name === key);
  if (known) return { ...known, name: `${property.name}.${key}` };
  const samples = property.sample as Record<string, string>;
  return {
    name: `${property.name}.${key}`,
    type: property.keyType ?? 'text',
    description: `What you stored under "${key}".`,
    sample: Object.hasOwn(samples, key) ? samples[key]! : key,
  };
}

export const typesIn = (group: EventGroup): ChoiceType[] =>
  CHOICE_TYPES.filter((type) => CATALOGUE[type].group === group);

/** What previews show for these properties, by name. */
export const samplesOf = (properties: readonly Property[]): Record<string, PropertyValue> =>
  Object.fromEntries(properties.map(({ name, sample }) => [name, sample]));
