import {
  CATALOGUE,
  isApiEventType,
  isKnownTriggerType,
  isOwnType,
  sourceOf,
  type KnownTriggerType,
  type PropertyValue,
} from '../../shared/catalogue';
import { isContactEventType } from '../../shared/contact-events';
import { createCache } from '../cache';
import { readRefundedCharge } from './charge';
import { readCheckoutSession } from './checkout-session';
import { fieldsOf, id, type Fields } from './fields';
import { choosesMethod, readCustomer, readDeletedCustomer } from './customer';
import { readDispute } from './dispute';
import { readInvoice, readPaidInvoice, readUpcomingInvoice } from './invoice';
import { readKept } from './kept';
import { paymentOfCheckout, paymentOfInvoice, refundOfCharge } from './payment';
import { readPaymentMethod } from './payment-method';
import { readQuote } from './quote';
import { readSubscription } from './subscription';
import { readChange } from './transitions';
import type { ObjectKind } from '../../shared/api';
import type { ObjectFacts, PaymentFacts, Reading, ReadObject } from './types';

export type ReadableType = KnownTriggerType | 'invoice.voided' | 'invoice.marked_uncollectible';

const READERS: Readonly<Record<ReadableType, (object: unknown) => Reading>> = {
  'customer.created': readCustomer,
  'customer.updated': readCustomer,
  'customer.deleted': readDeletedCustomer,
  'customer.subscription.created': readSubscription,
  'customer.subscription.updated': readSubscription,
  'customer.subscription.trial_will_end': readSubscription,
  'customer.subscription.paused': readSubscription,
  'customer.subscription.resumed': readSubscription,
  'customer.subscription.deleted': readSubscription,
  'invoice.upcoming': readUpcomingInvoice,
  'invoice.paid': readPaidInvoice,
  'invoice.finalized': readInvoice,
  'invoice.payment_failed': readInvoice,
  'invoice.payment_action_required': readInvoice,
  'invoice.overdue': readInvoice,
  'invoice.voided': readInvoice,
  'invoice.marked_uncollectible': readInvoice,
  'checkout.session.completed': readCheckoutSession,
  'checkout.session.async_payment_succeeded': readCheckoutSession,
  'checkout.session.async_payment_failed': readCheckoutSession,
  'checkout.session.expired': readCheckoutSession,
  'quote.finalized': readQuote,
  'quote.accepted': readQuote,
  'quote.canceled': readQuote,
  'charge.refunded': readRefundedCharge,
  'payment_method.automatically_updated': readPaymentMethod,
  'charge.dispute.created': readDispute,
  'charge.dispute.closed': readDispute,
  'lifecycle.trial_started': readSubscription,
  'lifecycle.trial_converted': readSubscription,
  'lifecycle.trial_expired': readSubscription,
  'lifecycle.past_due': readSubscription,
  'lifecycle.recovered': readSubscription,
  'lifecycle.upgraded': readSubscription,
  'lifecycle.downgraded': readSubscription,
  'lifecycle.cancel_scheduled': readSubscription,
  'lifecycle.cancel_undone': readSubscription,
  'lifecycle.reactivated': readSubscription,
  'lifecycle.churned': readSubscription,
  'schedule.trial_end': readKept,
  'schedule.renewal': readKept,
  'schedule.cancellation': readKept,
  'schedule.ended': readKept,
  'schedule.invoice_due': readKept,
  'schedule.card_expiry': readKept,
  'lifecycle.contact_added': readContactEvent,
  'lifecycle.contact_updated': readContactEvent,
  'lifecycle.list_joined': readContactEvent,
};

/** All that it says stands beside its object. */
function readContactEvent(): Reading {
  return { properties: {} };
}

const NOTHING: Omit<ReadObject, 'properties'> = {
  objectId: null,
  customerId: null,
  email: null,
  name: null,
  chargeId: null,
  lastResortEmail: null,
  lastResortName: null,
  subscriptionId: null,
  invoiceId: null,
  attempt: null,
  customer: null,
  subscription: null,
  state: null,
  change: null,
  workflowId: null,
  payment: null,
  refund: null,
};

/**
 * Reads an event's `data.object`, of current and older API versions, expanded or not. Never throws: what is missing or
 * isn't what it should be is null. The properties are exactly those that the catalogue lists for the type.
 */
export function readObject(type: ReadableType, object: unknown): ReadObject {
  const reading = READERS[type](object);
  return {
    ...NOTHING,
    ...reading,
    state: stateOf(type, reading),
    payment: PAYMENTS[type]?.(object) ?? null,
    refund: type === 'charge.refunded' ? refundOfCharge(object) : null,
    properties: offered(type, reading.properties),
  };
}

/** Those that the catalogue lists. */
function offered(type: ReadableType, found: Reading['properties']): Record<string, PropertyValue> {
  if (!isKnownTriggerType(type)) return {};
  const blank = blanks.remember(type, () => blankOf(CATALOGUE[type].properties.map(({ name }) => name)));
  const properties = { ...blank };
  for (const name in properties) properties[name] = found[name] ?? null;
  return properties;
}

const blanks = createCache<string, Record<string, PropertyValue>>(Object.keys(CATALOGUE).length);

/** Parsed, and copied from then on: V8 turns an object that gets a dozen properties one by one into a slow table. */
const blankOf = (names: readonly string[]) =>
  JSON.parse(JSON.stringify(Object.fromEntries(names.map((name) => [name, null])))) as Record<string, null>;

/** The same of a whole event, with what one of our own says beside its object (`data.lifecycle`, `data.schedule`). */
function readEvent(type: ReadableType, event: Fields): ReadObject {
  const data = fieldsOf(event.data);
  const read = readObject(type, data.object);
  if (!isOwnType(type)) {
    const customer = read.customer && {
      ...read.customer,
      isMethodNew: choosesMethod(fieldsOf(data.previous_attributes)),
    };
    return { ...read, customer, change: readChange(type, event) };
  }
  const own = fieldsOf(data[sourceOf(type)]);
  const named = Object.keys(read.properties).flatMap((name) => (Object.hasOwn(own, name) ? [[name, own[name]]] : []));
  const properties = { ...read.properties, ...(Object.fromEntries(named) as Record<string, PropertyValue>) };
  // What Stripe's own event has told of the contact's billing is not told twice.
  return { ...read, properties, subscription: null, workflowId: id(own.workflow) };
}

const PAYMENTS: Readonly<Partial<Record<ReadableType, (object: unknown) => PaymentFacts | null>>> = {
  'invoice.paid': paymentOfInvoice,
  'checkout.session.completed': paymentOfCheckout,
  'checkout.session.async_payment_succeeded': paymentOfCheckout,
};

/** Null for types without an object of interest. Never throws. */
export function readEventObject(type: string, event: Record<string, unknown>): ReadObject | null {
  if (isApiEventType(type)) return { ...NOTHING, properties: plainOnly(fieldsOf(fieldsOf(event.data).api)) };
  return isReadable(type) ? readEvent(type, event) : null;
}

/** What a program sent with its event. */
const plainOnly = (fields: Fields): Record<string, PropertyValue> =>
  Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
    ),
  );

const isReadable = (type: string): type is ReadableType => Object.hasOwn(READERS, type);

const KINDS: readonly (readonly [string, ObjectKind])[] = [
  ['invoice.', 'invoice'],
  ['customer.subscription.', 'subscription'],
  ['checkout.session.', 'checkout_session'],
  ['quote.', 'quote'],
  ['lifecycle.', 'subscription'],
  ['schedule.invoice_due', 'invoice'],
  ['schedule.', 'subscription'],
];

/** What an event's type says it is about, where a state is kept of such objects. */
export const kindOf = (type: string): ObjectKind | undefined =>
  isContactEventType(type) ? undefined : KINDS.find(([prefix]) => type.startsWith(prefix))?.[1];

/** An upcoming invoice is none yet. */
function stateOf(type: ReadableType, reading: Reading): ObjectFacts | null {
  const kind = kindOf(type);
  if (!kind || !reading.objectId || type === 'invoice.upcoming') return null;
  return factsOf(kind, reading, reading.objectId);
}

const factsOf = (kind: ObjectKind, { customerId = null, properties }: Reading, id: string): ObjectFacts => {
  const { status } = properties;
  return { kind, id, customerId, status: typeof status === 'string' ? status : null, properties };
};

const READERS_BY_KIND: Readonly<Record<ObjectKind, (object: unknown) => Reading>> = {
  invoice: readInvoice,
  subscription: readSubscription,
  checkout_session: readCheckoutSession,
  quote: readQuote,
};

/** The state of an object that was fetched from Stripe; null when it isn't one. */
export function readFetched(kind: ObjectKind, object: unknown): ObjectFacts | null {
  const reading = READERS_BY_KIND[kind](object);
  return reading.objectId ? factsOf(kind, reading, reading.objectId) : null;
}
