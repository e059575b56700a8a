import { CATALOGUE, type EventType, isEventType } from '../../shared/catalogue';
import { readCheckoutSession } from './checkout-session';
import { readCustomer, readDeletedCustomer } from './customer';
import { readDispute } from './dispute';
import { readInvoice, readPaidInvoice, readUpcomingInvoice } from './invoice';
import { readQuote } from './quote';
import { readSubscription } from './subscription';
import type { Reading, ReadObject } from './types';

export type ReadableType = EventType | 'customer.subscription.updated';

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
  'invoice.payment_failed': readInvoice,
  'checkout.session.completed': readCheckoutSession,
  'checkout.session.async_payment_succeeded': readCheckoutSession,
  'checkout.session.async_payment_failed': readCheckoutSession,
  'quote.finalized': readQuote,
  'quote.accepted': readQuote,
  'quote.canceled': readQuote,
  'charge.dispute.created': readDispute,
  'charge.dispute.closed': readDispute,
};

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
};

/**
 * Reads an event's `data.object`, of current and older API versions, expanded or not. Never throws: what is missing or
 * isn't what it should be is null. The properties are exactly those that the catalogue lists for the type.
 */
export function readObject(type: ReadableType, object: unknown): ReadObject {
  const reading = READERS[type](object);
  const offered = isEventType(type) ? CATALOGUE[type].properties : [];
  return {
    ...NOTHING,
    ...reading,
    properties: Object.fromEntries(offered.map(({ name }) => [name, reading.properties[name] ?? null])),
  };
}
