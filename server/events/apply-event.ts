/** What one event does to the audience, and the sentence that says so. Works on the audience in memory. */
import type { TriggerType } from '../../shared/catalogue';
import type { ContactStatus, EventReason, EventStatus } from '../../shared/api';
import { choiceFor, type Settings } from '../../shared/settings';
import { applyAddress } from '../audience/apply-customer';
import type { Audience } from '../audience/audience';
import type { Contact, CustomerLink } from '../audience/audience-rows';
import { readBillingEmails } from '../audience/billing-contacts';
import { splitName } from '../audience/name';
import { stampOf } from '../audience/stamp';
import type { ReadObject } from '../stripe-objects/types';
import { whoseEvent, type LookupResult } from './whose';

export interface EventInput {
  type: TriggerType;
  /** Epoch seconds. */
  created: number;
  object: ReadObject;
  asked: LookupResult | undefined;
}

export interface Verdict {
  status: Extract<EventStatus, 'processed' | 'skipped'>;
  reason: EventReason | null;
  outcome: string;
  contact: Contact | null;
}

const skip = (reason: EventReason, outcome: string): Verdict => ({ status: 'skipped', reason, outcome, contact: null });

/**
 * Returns what became of the event, or `ask` when only Stripe can tell whose it is; then nothing was changed. `now` in
 * epoch milliseconds.
 */
export function applyEvent(audience: Audience, settings: Settings, event: EventInput, now: number): Verdict | 'ask' {
  const { type, object, asked } = event;
  if (type === 'customer.deleted') return applyDeletion(audience, settings, event);
  const owner = whoseEvent(audience, object, asked);
  switch (owner.kind) {
    case 'ask':
      return 'ask';
    case 'deleted':
      return skip('contact_deleted', 'The contact of this customer was deleted');
    case 'nobody':
      return owner.isInvalid
        ? skip('invalid_email', 'The email address is not valid')
        : skip('no_email', noEmailSentence(type));
    case 'contact':
    case 'new': {
      if (isGone(audience, settings, owner.customerId))
        return skip('contact_deleted', 'The customer had been deleted before');
      const isNew = owner.kind === 'new';
      const contact = isNew ? audience.create(owner.email, consentOf(event, settings)) : owner.contact;
      const known = owner.customerId === null ? undefined : audience.linkOf(owner.customerId);
      const isLinked = known !== undefined && known.contact_id !== null;
      const link = owner.customerId === null || isLinked ? known : audience.link(owner.customerId, contact);
      if (link?.state === 'deleted_unseen') endDeletedCustomer(audience, settings, contact, link);
      const written = writeFacts(audience, settings, { ...event, name: owner.name }, contact, link, now);
      const doing = isNew ? 'Created' : written.isChanged ? 'Updated' : isLinked || !link ? 'Matched' : 'Linked';
      const sentence = `${doing} contact ${written.contact.email}${written.note}`;
      return {
        status: 'processed',
        reason: written.isStale ? 'stale' : null,
        outcome: written.isStale ? `${sentence}; a newer event had already been applied` : sentence,
        contact: written.contact,
      };
    }
  }
}

/** Who only left a checkout is a customer of nothing: they get no marketing unless they asked for it there. */
const consentOf = ({ type, object }: EventInput, { consent }: Settings): ContactStatus =>
  type === 'checkout.session.expired' && object.properties.consent_promotions !== 'opt_in'
    ? 'transactional_only'
    : consent;

/** The deletion came first: what it would have done to the contact is done now. */
function endDeletedCustomer(audience: Audience, settings: Settings, contact: Contact, link: CustomerLink): void {
  link.state = 'deleted';
  audience.saveLink(link);
  const isLast = audience.linksOf(contact).every((one) => one.state !== 'alive');
  if (isLast && settings.on_customer_deleted === 'unsubscribe') audience.update(contact, { status: 'unsubscribed' });
}

/** Whether nothing is kept of the customer: its contact was deleted, or would be as soon as it had one. */
export const isGone = (audience: Audience, settings: Settings, customerId: string | null): boolean =>
  customerId !== null &&
  (audience.isGone(customerId) ||
    (settings.on_customer_deleted === 'delete' && audience.linkOf(customerId)?.state === 'deleted_unseen'));

interface Written {
  contact: Contact;
  isChanged: boolean;
  isStale: boolean;
  note: string;
}

function writeFacts(
  audience: Audience,
  settings: Settings,
  event: EventInput & { name: string | null },
  owner: Contact,
  link: CustomerLink | undefined,
  now: number,
): Written {
  const { object } = event;
  const choice = choiceFor(settings, event.type);
  const stamp = stampOf(event.type, event.created);
  const written: Written = { contact: owner, isChanged: false, isStale: false, note: '' };
  if (object.customer && link) {
    if (stamp < link.stamp) return { ...written, isStale: true };
    // Fetched once that second is over: within it a snapshot would count as older than these events.
    if (stamp === link.stamp && event.type === 'customer.updated')
      link.due_at = Math.max(now, (event.created + 1) * 1000);
    link.stamp = stamp;
    audience.saveLink(link);
    Object.assign(written, applyAddress(audience, object.customer, owner, link));
    audience.recordBillingEmails(link, readBillingEmails(object.customer.metadata, settings.billing_email_key));
    if (choice.sync_billing) audience.recordCustomer(link, object.customer);
  }
  if (object.subscription && object.customerId && choice.sync_billing) {
    if (!audience.recordSubscription(object.subscription, object.customerId, stamp))
      return { ...written, isStale: true };
  }
  const name = choice.sync_name ? splitName(event.name) : null;
  const isNameNews = name !== null && stamp >= written.contact.name_stamp;
  const isChanged = audience.update(written.contact, {
    ...(isNameNews ? { first_name: name.firstName, last_name: name.lastName } : {}),
    ...(choice.user_group ? { user_group: choice.user_group } : {}),
  });
  if (isNameNews) audience.update(written.contact, { name_stamp: stamp });
  return {
    ...written,
    isChanged: written.isChanged || isChanged || (choice.sync_billing && object.subscription !== null),
  };
}

/** Deleting a customer ends in what the merchant chose, once no other, undeleted customer is linked to the contact. */
function applyDeletion(audience: Audience, settings: Settings, { type, created, object }: EventInput): Verdict {
  const { customerId } = object;
  if (customerId === null) return skip('no_email', 'The event names no customer');
  const known = audience.linkOf(customerId);
  const contact = audience.contactOf(customerId);
  const done = (outcome: string, owner = contact ?? null): Verdict => ({
    status: 'processed',
    reason: null,
    outcome,
    contact: owner,
  });
  // A replay must not undo what people have chosen since.
  if (known && known.state !== 'alive') return done('The deletion of this customer had been applied before');
  const link = known ?? audience.link(customerId, null);
  link.stamp = Math.max(link.stamp, stampOf(type, created));
  link.state = known ? 'deleted' : 'deleted_unseen';
  link.billing_emails = null;
  audience.saveLink(link);
  if (!contact) {
    if (isGone(audience, settings, customerId)) audience.release(customerId);
    return done('The deleted customer had no contact; nothing to do');
  }
  const { user_group } = choiceFor(settings, type);
  if (user_group) audience.update(contact, { user_group });
  const living = audience.linksOf(contact).filter((one) => one.state === 'alive');
  if (living.length > 0) return done(`Kept contact ${contact.email}: another customer of theirs remains`);
  switch (settings.on_customer_deleted) {
    case 'keep':
      return done(`Kept contact ${contact.email}, as chosen in settings`);
    case 'unsubscribe':
      audience.update(contact, { status: 'unsubscribed' });
      return done(`Unsubscribed contact ${contact.email}: the customer was deleted`);
    case 'delete':
      audience.delete(contact);
      return done('Deleted the contact: the customer was deleted', null);
  }
}

/** Keeps billing true between the events a merchant chooses; starts nothing and creates nobody. */
export function applySubscriptionUpdate(
  audience: Audience,
  { type, created, object }: Omit<EventInput, 'type'> & { type: string },
): Verdict {
  const { subscription, customerId } = object;
  if (!subscription || customerId === null) return skip('malformed', 'The event holds no subscription of a customer');
  const isNews = audience.recordSubscription(subscription, customerId, stampOf(type, created));
  const contact = audience.contactOf(customerId) ?? null;
  const whose = contact ? ` of ${contact.email}` : ', whose customer has no contact yet';
  return {
    status: 'processed',
    reason: isNews ? null : 'stale',
    outcome: isNews ? `Updated the billing fields${whose}` : `A newer state of the subscription was known${whose}`,
    contact,
  };
}

function noEmailSentence(type: TriggerType): string {
  if (type.startsWith('charge.dispute.')) return 'No email on the dispute or its charge';
  if (type === 'charge.refunded') return 'No email on the charge or its customer';
  if (type.startsWith('checkout.session.')) return 'No email on the checkout session or its customer';
  if (type.startsWith('invoice.') || type === 'schedule.invoice_due') return 'No email on the invoice or its customer';
  return 'No email on the customer';
}
