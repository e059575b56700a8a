/**
 * What is known of an install's contacts, as far as a batch of events or an import page is about them: read in one round
 * for all accounts (load.ts), changed here in memory by the rules of the audience, and written back in one round
 * (save.ts). Pure: no database, no clock.
 */
import { flag, msOfSeconds } from '../db/columns';
import { NOTHING_OF_CUSTOMER } from '../db/release-customers';
import type { Row } from '../db/schema';
import { tenantColumns, type Tenant } from '../db/tenant';
import type { CustomerFacts, ObjectFacts, SubscriptionFacts } from '../stripe-objects/types';
import { createFailedInvoices } from './audience-invoices';
import { createPayments, type KnownPayments } from './audience-payments';
import {
  isTombstone,
  mergedFields,
  methodOf,
  newContact,
  newLink,
  type Contact,
  type CustomerLink,
} from './audience-rows';
import { deriveBilling } from './billing';
import type { FailedInvoice } from './failed-invoices';
import { isNewer, keepFailure, stateRow, type ObjectState, type Saving } from './object-states';
import type { Payment } from './payments';
import { timeOf } from './stamp';
import type { Suppression } from './suppressions';

type SubscriptionState = Row<'subscription_state'>;

/** The rows that an audience starts from. */
export interface Known extends KnownPayments {
  links: CustomerLink[];
  contacts: Contact[];
  subscriptions: SubscriptionState[];
  objects: ObjectState[];
  failedInvoices: FailedInvoice[];
  /** By address. */
  suppressions: Map<string, Suppression>;
}

/** What is to be written. */
export interface Changes {
  contacts: Contact[];
  /** Those of them that were there, by id, as they were. */
  contactsBefore: ReadonlyMap<string, Contact>;
  links: CustomerLink[];
  subscriptions: SubscriptionState[];
  objects: ObjectState[];
  failedInvoices: FailedInvoice[];
  /** Contacts that became one with another; every row that names `from` is to name `into`. */
  merged: { from: Contact; into: Contact }[];
  /** Customers that left a contact, which others keep, for another. */
  moved: { customerId: string; from: Contact; into: Contact }[];
  deleted: Contact[];
  /** Addresses of contacts that had unsubscribed, which no contact bears any more. */
  left: string[];
  /** Customers that never had a contact: no more is kept of them than that they are gone. */
  released: string[];
}

export type Audience = ReturnType<typeof createAudience>;

/** `now` in epoch milliseconds. */
export function createAudience(tenant: Tenant, known: Known, now: number) {
  const links = new Map(known.links.map((link) => [link.customer_id, link]));
  const contacts = new Map<string, Contact>();
  const byEmail = new Map<string, Contact>();
  const subscriptions = new Map(known.subscriptions.map((state) => [state.subscription_id, state]));
  const objects = new Map(known.objects.map((state) => [state.id, state]));
  const { suppressions } = known;
  const changed = {
    links: new Set<string>(),
    contacts: new Set<string>(),
    subscriptions: new Set<string>(),
    objects: new Set<string>(),
  };
  const before = new Map<string, Contact>();
  const made = new Set<string>();
  const staleBilling = new Set<string>();
  const merged: Changes['merged'] = [];
  const moved: Changes['moved'] = [];
  const deleted: Contact[] = [];
  const left: string[] = [];
  const released: string[] = [];
  const payments = createPayments(tenant, known, { isGone, payerOf, contactById, customersOf, touch, update });
  const failedInvoices = createFailedInvoices(tenant, known.failedInvoices, { isGone, goneAt, objectOf });
  known.contacts.forEach(remember);

  function remember(contact: Contact): void {
    contacts.set(contact.id, contact);
    byEmail.set(contact.email, contact);
  }

  /** Before it is changed: as it is, it is kept the first time. */
  function touch(contact: Contact): void {
    if (!made.has(contact.id) && !before.has(contact.id)) before.set(contact.id, { ...contact });
    contact.updated_at = now;
    changed.contacts.add(contact.id);
  }

  function linksOf(contact: Contact): CustomerLink[] {
    return [...links.values()].filter((link) => link.contact_id === contact.id);
  }

  /** Writes the fields that differ; returns whether any did. */
  function update(contact: Contact, fields: Partial<Contact>): boolean {
    const differs = Object.entries(fields).some(([name, value]) => contact[name as keyof Contact] !== value);
    if (!differs) return false;
    touch(contact);
    Object.assign(contact, fields);
    return true;
  }

  /** The contact is gone: it isn't written back. */
  function forget(contact: Contact): void {
    contacts.delete(contact.id);
    if (byEmail.get(contact.email) === contact) byEmail.delete(contact.email);
    changed.contacts.delete(contact.id);
    staleBilling.delete(contact.id);
    payments.forget(contact);
  }

  /** Links a customer to a contact (null: a tombstone), keeping what the link knows of the customer. */
  function link(customerId: string, contact: Contact | null): CustomerLink {
    const own = links.get(customerId) ?? newLink(tenant, customerId);
    const before = own.contact_id ? contacts.get(own.contact_id) : undefined;
    own.contact_id = contact?.id ?? null;
    links.set(customerId, own);
    changed.links.add(customerId);
    if (before && contact && before !== contact) moved.push({ customerId, from: before, into: contact });
    // Also so that two processes that change one contact's customers collide instead of overlooking each other.
    for (const one of [before, contact]) {
      if (!one) continue;
      touch(one);
      payments.sumAnew(one);
      if (one === before || [...subscriptions.values()].some((state) => state.customer_id === customerId))
        staleBilling.add(one.id);
    }
    return own;
  }

  /** Whether its contact was deleted. */
  function isGone(customerId: string | null): boolean {
    const own = customerId === null ? undefined : links.get(customerId);
    return own !== undefined && isTombstone(own);
  }

  /** Who comes by the contact's address again starts as unsubscribed, if it was: in this batch already. */
  function keepLeaving({ status, email }: Contact): void {
    if (status !== 'unsubscribed') return;
    left.push(email);
    const refusal = suppressions.get(email);
    suppressions.set(email, { scope: 'marketing', reason: 'unsubscribed', at: now, ...refusal, hasLeft: true });
  }

  function customersOf(contact: Contact): string[] {
    return linksOf(contact).map((one) => one.customer_id);
  }

  function contactById(id: string): Contact | undefined {
    return contacts.get(id);
  }

  function contactOf(customerId: string | null): Contact | undefined {
    const contactId = customerId === null ? null : links.get(customerId)?.contact_id;
    return contactId ? contacts.get(contactId) : undefined;
  }

  function payerOf({ customer_id, email }: Payment): Contact | undefined {
    return links.get(customer_id ?? '')?.contact_id ? contactOf(customer_id) : byEmail.get(email ?? '');
  }

  /** The newest known state of an object; undefined when nothing is known of it. */
  function objectOf(id: string | null): ObjectState | undefined {
    return id === null ? undefined : objects.get(id);
  }

  /** When the customer was deleted at Stripe, as far as its link says; epoch milliseconds. */
  function goneAt(customerId: string | null): number | null {
    const own = customerId === null ? undefined : links.get(customerId);
    return own === undefined || own.state === 'alive' ? null : timeOf(own.stamp);
  }

  function refreshBilling(): void {
    for (const id of staleBilling) {
      const contact = contacts.get(id);
      if (!contact) continue;
      const customers = linksOf(contact);
      const ids = new Set(customers.map((one) => one.customer_id));
      const states = [...subscriptions.values()].filter((state) => ids.has(state.customer_id));
      update(contact, deriveBilling(customers, states));
    }
    staleBilling.clear();
  }

  return {
    tenant,
    link,
    linksOf,
    update,
    isGone,
    linkOf: (customerId: string) => links.get(customerId),
    contactOf,
    contactByEmail: (email: string) => byEmail.get(email),
    contactById,
    objectOf,
    payments,
    failedInvoices,

    /** A new contact; one whose owner had unsubscribed before its deletion starts as unsubscribed. */
    create(email: string, status: Contact['status'], source = 'Stripe'): Contact {
      const hasLeft = suppressions.get(email)?.hasLeft;
      const contact = newContact(tenant, { email, status: hasLeft ? 'unsubscribed' : status, source }, now);
      remember(contact);
      made.add(contact.id);
      changed.contacts.add(contact.id);
      payments.sumAnew(contact);
      return contact;
    },

    /** The link was changed in place. */
    saveLink(one: CustomerLink): void {
      changed.links.add(one.customer_id);
    },

    /** To an address whose owner had unsubscribed before its deletion, unsubscribed wins, as in a merge. */
    rename(contact: Contact, email: string): void {
      touch(contact);
      keepLeaving(contact);
      byEmail.delete(contact.email);
      payments.readdress(contact.email, email);
      payments.sumAnew(contact);
      contact.email = email;
      if (suppressions.get(email)?.hasLeft) contact.status = 'unsubscribed';
      byEmail.set(email, contact);
    },

    /** History, billing contacts and what the API gave it move along, and unsubscribed wins. */
    merge(from: Contact, into: Contact): void {
      keepLeaving(from);
      if (from.status === 'unsubscribed') update(into, { status: 'unsubscribed' });
      update(into, mergedFields(from, into));
      payments.readdress(from.email, into.email);
      touch(into);
      payments.sumAnew(into);
      forget(from);
      merged.push({ from, into });
    },

    /** Its customers become tombstones: late events of theirs don't bring it back. */
    delete(contact: Contact): void {
      keepLeaving(contact);
      for (const one of linksOf(contact)) {
        link(one.customer_id, null);
        Object.assign(one, NOTHING_OF_CUSTOMER);
      }
      forget(contact);
      deleted.push(contact);
    },

    /** A customer without a contact was deleted, and nothing is to be kept of it. */
    release: (customerId: string): void => void released.push(customerId),

    /** Keeps the newest state of a subscription; false when what is known is newer, or its contact was deleted. */
    recordSubscription(facts: SubscriptionFacts, customerId: string, stamp: number): boolean {
      if (isGone(customerId)) return false;
      const before = subscriptions.get(facts.id);
      if (before && before.stamp > stamp) return false;
      subscriptions.set(facts.id, {
        subscription_id: facts.id,
        customer_id: customerId,
        status: facts.status,
        plan: facts.plan ?? before?.plan ?? null,
        mrr: facts.mrr,
        currency: facts.currency,
        renews_at: msOfSeconds(facts.renewsAt),
        trial_ends_at: msOfSeconds(facts.trialEnd),
        ...methodOf(before, facts.defaultMethod, { at: timeOf(stamp), isFirst: true }),
        stamp,
        ...tenantColumns(tenant),
      });
      changed.subscriptions.add(facts.id);
      const contactId = links.get(customerId)?.contact_id;
      if (contactId) staleBilling.add(contactId);
      return true;
    },

    /** Keeps the newest state of an object, unless its contact was deleted. */
    recordObject(facts: ObjectFacts, saving: Saving): void {
      if (isGone(facts.customerId)) return;
      const state = stateRow(tenant, facts, saving);
      const before = objects.get(facts.id);
      if (!isNewer(state, before)) return;
      objects.set(facts.id, keepFailure(state, before));
      changed.objects.add(facts.id);
    },

    /** What its metadata names by the key chosen in settings. */
    recordBillingEmails(one: CustomerLink, emails: string | null): void {
      one.billing_emails = emails;
      changed.links.add(one.customer_id);
    },

    /** What Stripe says of the customer itself that billing shows; the link bears the stamp of when it was so. */
    recordCustomer(one: CustomerLink, { delinquent, created, defaultMethod, isMethodNew }: CustomerFacts): void {
      one.delinquent = delinquent === null ? one.delinquent : flag(delinquent);
      one.customer_since = msOfSeconds(created) ?? one.customer_since;
      const at = timeOf(one.stamp);
      Object.assign(
        one,
        methodOf(one, defaultMethod, { at, isFirst: isMethodNew === true || at === msOfSeconds(created) }),
      );
      changed.links.add(one.customer_id);
      if (one.contact_id) staleBilling.add(one.contact_id);
    },

    /** Whether a contact was merged or deleted, or a customer moved or released: that touches rows of other events. */
    touchesOthers: () => [merged, moved, deleted, released].some((changes) => changes.length > 0),

    /** Everything that changed, with billing fields derived anew. */
    changes(): Changes {
      refreshBilling();
      const rows = <T>(ids: Set<string>, from: Map<string, T>) => [...ids].flatMap((id) => from.get(id) ?? []);
      return {
        contacts: rows(changed.contacts, contacts),
        contactsBefore: before,
        links: rows(changed.links, links),
        subscriptions: rows(changed.subscriptions, subscriptions),
        objects: rows(changed.objects, objects),
        // Of a contact that is deleted at once nothing is written again.
        failedInvoices: failedInvoices
          .changed()
          .filter(({ customer_id }) => !isGone(customer_id) && !released.includes(customer_id ?? '')),
        merged,
        moved,
        deleted,
        left,
        released,
      };
    },
  };
}
