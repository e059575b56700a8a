/**
 * Whose event is it? The first of these that answers wins: the link from the Stripe customer to a contact, the email in
 * the payload, what Stripe says when asked, nobody.
 */
import { parseEmail } from '../audience/address';
import type { Audience } from '../audience/audience';
import type { Contact } from '../audience/audience-rows';
import type { ReadObject } from '../stripe-objects/types';

/** What Stripe said when asked for the customer, or for a dispute's charge. */
export interface LookupResult {
  customerId: string | null;
  email: string | null;
  name: string | null;
  /** Of a refunded charge that doesn't name it. */
  invoiceId?: string | null;
  /** Whose it is wasn't asked. */
  isOfInvoiceOnly?: true;
}

export type Owner =
  | { kind: 'contact'; contact: Contact; customerId: string | null; name: string | null }
  | { kind: 'new'; email: string; customerId: string | null; name: string | null }
  | { kind: 'deleted' }
  | { kind: 'ask' }
  | { kind: 'nobody'; isInvalid: boolean };

/** `asked` is undefined as long as Stripe wasn't asked. */
export function whoseEvent(audience: Audience, object: ReadObject, asked: LookupResult | undefined): Owner {
  const customerId = object.customerId ?? asked?.customerId ?? null;
  const canAsk = asked === undefined && (object.customerId !== null || object.chargeId !== null);
  const lastResortName = canAsk || asked?.email ? null : object.lastResortName;
  const name = object.name ?? asked?.name ?? lastResortName;
  const linked = customerId === null ? undefined : audience.linkOf(customerId);
  if (linked && linked.state !== 'deleted_unseen') {
    const contact = audience.contactOf(customerId);
    return contact ? { kind: 'contact', contact, customerId, name } : { kind: 'deleted' };
  }
  const addresses = [object.email, asked?.email ?? null, canAsk ? null : object.lastResortEmail].map(parseEmail);
  const first = addresses.find((address) => address.kind !== 'none');
  if (!first) return canAsk ? { kind: 'ask' } : { kind: 'nobody', isInvalid: false };
  if (first.kind === 'invalid') return { kind: 'nobody', isInvalid: true };
  const contact = audience.contactByEmail(first.email);
  return contact
    ? { kind: 'contact', contact, customerId, name }
    : { kind: 'new', email: first.email, customerId, name };
}
