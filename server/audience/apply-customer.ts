/** What Stripe says of a customer, brought to the contact. Works on the audience in memory. */
import type { ContactStatus } from '../../shared/api';
import type { CustomerFacts } from '../stripe-objects/types';
import { parseEmail } from './address';
import type { Audience } from './audience';
import type { Contact, CustomerLink } from './audience-rows';
import { readBillingEmails } from './billing-contacts';
import { splitName } from './name';

interface AddressChange {
  contact: Contact;
  isChanged: boolean;
  /** Goes behind the address in the event's sentence. */
  note: string;
}

/** A customer's new address moves its contact along: renamed, or relinked to whoever has the address, or split off. */
export function applyAddress(
  audience: Audience,
  customer: CustomerFacts,
  contact: Contact,
  link: CustomerLink,
): AddressChange {
  const address = parseEmail(customer.email);
  if (address.kind !== 'valid') {
    const what = address.kind === 'none' ? 'has no address' : 'has an invalid address';
    return { contact, isChanged: false, note: `; the customer ${what} now, so the contact keeps its own` };
  }
  const { email } = address;
  if (email === contact.email) return { contact, isChanged: false, note: '' };
  const before = contact.email;
  const other = audience.contactByEmail(email);
  const isShared = audience.linksOf(contact).some((one) => one.customer_id !== link.customer_id);
  if (!other && !isShared) {
    audience.rename(contact, email);
    return { contact, isChanged: true, note: ` (was ${before})` };
  }
  const target = other ?? audience.create(email, contact.status);
  audience.link(link.customer_id, target);
  if (isShared) return { contact: target, isChanged: true, note: ' (the customer moved from another contact)' };
  audience.merge(contact, target);
  return { contact: target, isChanged: true, note: ` (merged with ${before})` };
}

export interface SnapshotChoice {
  consent: ContactStatus;
  billing_email_key: string | null;
  sync_name: boolean;
  sync_billing: boolean;
}

/**
 * A customer as Stripe has it at the time of `stamp` (snapshotStamp): links it, creates its contact if need be.
 * Undefined when there is no usable address; what a newer event wrote stays.
 */
export function applySnapshot(
  audience: Audience,
  facts: CustomerFacts,
  choice: SnapshotChoice,
  stamp: number,
): { contact: Contact; isNew: boolean } | undefined {
  const known = audience.linkOf(facts.id);
  if (known && !known.contact_id) return undefined;
  const address = parseEmail(facts.email);
  const owner =
    audience.contactOf(facts.id) ?? (address.kind === 'valid' ? audience.contactByEmail(address.email) : undefined);
  if (!owner && address.kind !== 'valid') return undefined;
  const isNew = !owner;
  const contact = owner ?? audience.create((address as { email: string }).email, choice.consent);
  const link = known ?? audience.link(facts.id, contact);
  if (stamp < link.stamp) return { contact, isNew };
  link.stamp = stamp;
  audience.saveLink(link);
  const moved = applyAddress(audience, facts, contact, link);
  audience.recordBillingEmails(link, readBillingEmails(facts.metadata, choice.billing_email_key));
  if (choice.sync_billing) audience.recordCustomer(link, facts);
  const name = choice.sync_name ? splitName(facts.name) : null;
  if (name && stamp >= moved.contact.name_stamp)
    audience.update(moved.contact, { first_name: name.firstName, last_name: name.lastName, name_stamp: stamp });
  return { contact: moved.contact, isNew };
}
