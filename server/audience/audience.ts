/**
 * The contacts that a batch of events or an import page is about, read in a few queries, changed in memory by the rules
 * of product.md (whose event, order, merge, names, billing), and written back in a few statements.
 * Lives within one transaction of one tenant.
 */
import { inLists, upsert } from '../db/bulk';
import { flag, msOfSeconds } from '../db/columns';
import { newId } from '../db/new-id';
import type { Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { isPostgres } from '../db/engine';
import type { SubscriptionFacts } from '../stripe-objects/types';
import { deriveBilling } from './billing';
import { findSuppressions, type Suppression } from './suppressions';

export type Contact = Row<'contact'>;
export type CustomerLink = Row<'customer_link'>;

export type Audience = Awaited<ReturnType<typeof openAudience>>;

export interface Keys {
  customerIds: Iterable<string>;
  /** Normalised. */
  emails: Iterable<string>;
}

export async function openAudience(trx: Trx, tenant: Tenant, keys: Keys, now: number) {
  const links = new Map<string, CustomerLink>();
  const contacts = new Map<string, Contact>();
  const byEmail = new Map<string, Contact>();
  const subscriptions = new Map<string, Row<'subscription_state'>>();
  const suppressions = new Map<string, Suppression>();
  const changed = { links: new Set<string>(), contacts: new Set<string>(), subscriptions: new Set<string>() };
  const staleBilling = new Set<string>();
  const removed = new Set<string>();

  function remember(contact: Contact): void {
    contacts.set(contact.id, contact);
    byEmail.set(contact.email, contact);
  }

  async function load({ customerIds, emails }: Keys): Promise<void> {
    const customers = [...customerIds];
    const addresses = [...emails];
    for (const list of inLists(customers))
      for (const link of await selectLinks(trx, tenant, 'customer_id', list)) links.set(link.customer_id, link);
    const linked = [...links.values()].map((link) => link.contact_id).filter((id) => id !== null);
    for (const list of inLists(linked)) for (const row of await selectContacts(trx, tenant, 'id', list)) remember(row);
    for (const list of inLists(addresses))
      for (const row of await selectContacts(trx, tenant, 'email', list)) remember(row);
    for (const list of inLists(contacts.keys()))
      for (const link of await selectLinks(trx, tenant, 'contact_id', list)) links.set(link.customer_id, link);
    for (const list of inLists([...links.keys(), ...customers]))
      for (const row of await selectSubscriptions(trx, tenant, list)) subscriptions.set(row.subscription_id, row);
    const strangers = addresses.filter((address) => !byEmail.has(address));
    for (const [address, suppression] of await findSuppressions(trx, tenant, strangers))
      suppressions.set(address, suppression);
  }
  await load(keys);

  const touch = (contact: Contact) => {
    contact.updated_at = now;
    changed.contacts.add(contact.id);
  };
  const linksOf = (contact: Contact) => [...links.values()].filter((link) => link.contact_id === contact.id);

  return {
    tenant,
    linkOf: (customerId: string) => links.get(customerId),
    contactOf: (customerId: string | null): Contact | undefined => {
      const contactId = customerId === null ? null : links.get(customerId)?.contact_id;
      return contactId ? contacts.get(contactId) : undefined;
    },
    contactByEmail: (email: string) => byEmail.get(email),
    linksOf,

    /** A new contact; one whose owner had unsubscribed before its deletion starts as unsubscribed. */
    create(email: string, status: Contact['status'], source = 'Stripe'): Contact {
      const contact: Contact = {
        id: newId('con'),
        email,
        first_name: null,
        last_name: null,
        name_stamp: 0,
        user_group: null,
        status: suppressions.get(email)?.scope === 'marketing' ? 'unsubscribed' : status,
        source,
        subscription_status: null,
        plan: null,
        mrr: null,
        currency: null,
        renews_at: null,
        trial_ends_at: null,
        delinquent: null,
        customer_since: null,
        created_at: now,
        updated_at: now,
        ...tenantColumns(tenant),
      };
      remember(contact);
      changed.contacts.add(contact.id);
      return contact;
    },

    /** Links a customer to a contact (null: a tombstone), keeping what the link knows of the customer. */
    link(customerId: string, contact: Contact | null): CustomerLink {
      const link: CustomerLink = links.get(customerId) ?? {
        customer_id: customerId,
        contact_id: null,
        stamp: 0,
        deleted: 0,
        delinquent: null,
        customer_since: null,
        due_at: null,
        claims: 0,
        attempts: 0,
        ...tenantColumns(tenant),
      };
      const before = link.contact_id ? contacts.get(link.contact_id) : undefined;
      link.contact_id = contact?.id ?? null;
      links.set(customerId, link);
      changed.links.add(customerId);
      // Also so that two processes that change one contact's customers collide instead of overlooking each other.
      for (const one of [before, contact]) {
        if (!one) continue;
        touch(one);
        if (one === before || [...subscriptions.values()].some((state) => state.customer_id === customerId))
          staleBilling.add(one.id);
      }
      return link;
    },

    saveLink(link: CustomerLink): void {
      changed.links.add(link.customer_id);
    },

    /** To an address whose owner had unsubscribed before its deletion, unsubscribed wins, as in a merge. */
    rename(contact: Contact, email: string): void {
      byEmail.delete(contact.email);
      contact.email = email;
      if (suppressions.get(email)?.scope === 'marketing') contact.status = 'unsubscribed';
      byEmail.set(email, contact);
      touch(contact);
    },

    /** Writes the fields that differ; answers whether any did. */
    update(contact: Contact, fields: Partial<Contact>): boolean {
      const differs = Object.entries(fields).some(([name, value]) => contact[name as keyof Contact] !== value);
      if (!differs) return false;
      Object.assign(contact, fields);
      touch(contact);
      return true;
    },

    /** The contact is gone (merged or deleted): it isn't written back. The caller deletes its row. */
    forget(contact: Contact): void {
      contacts.delete(contact.id);
      if (byEmail.get(contact.email) === contact) byEmail.delete(contact.email);
      changed.contacts.delete(contact.id);
      staleBilling.delete(contact.id);
      removed.add(contact.id);
    },

    /** Keeps the newest state of a subscription; false when what is known is newer. */
    noteSubscription(facts: SubscriptionFacts, customerId: string, stamp: number): boolean {
      const known = subscriptions.get(facts.id);
      if (known && known.stamp > stamp) return false;
      subscriptions.set(facts.id, {
        subscription_id: facts.id,
        customer_id: customerId,
        status: facts.status,
        plan: facts.plan ?? known?.plan ?? null,
        mrr: facts.mrr,
        currency: facts.currency,
        renews_at: msOfSeconds(facts.renewsAt),
        trial_ends_at: msOfSeconds(facts.trialEnd),
        stamp,
        ...tenantColumns(tenant),
      });
      changed.subscriptions.add(facts.id);
      const contactId = links.get(customerId)?.contact_id;
      if (contactId) staleBilling.add(contactId);
      return true;
    },

    /** What Stripe says of the customer itself that billing shows. */
    noteCustomer(link: CustomerLink, delinquent: boolean | null, createdSeconds: number | null): void {
      link.delinquent = delinquent === null ? link.delinquent : flag(delinquent);
      link.customer_since = msOfSeconds(createdSeconds) ?? link.customer_since;
      changed.links.add(link.customer_id);
      if (link.contact_id) staleBilling.add(link.contact_id);
    },

    /** Writes everything that changed. */
    async save(): Promise<void> {
      for (const id of staleBilling) {
        const contact = contacts.get(id);
        if (!contact) continue;
        const customers = linksOf(contact);
        const ids = new Set(customers.map((link) => link.customer_id));
        const states = [...subscriptions.values()].filter((state) => ids.has(state.customer_id));
        this.update(contact, deriveBilling(customers, states));
      }
      const rows = <T>(ids: Set<string>, from: Map<string, T>) => [...ids].flatMap((id) => from.get(id) ?? []);
      await upsert(trx, 'contact', ['id'], rows(changed.contacts, contacts));
      await upsert(trx, 'customer_link', ['customer_id'], rows(changed.links, links));
      await upsert(trx, 'subscription_state', ['subscription_id'], rows(changed.subscriptions, subscriptions));
    },
  };
}

/** Locked on PostgreSQL: saving inserts what isn't there, so a contact that is deleted meanwhile would come back. */
const selectContacts = (trx: Trx, tenant: Tenant, column: 'id' | 'email', values: string[]) =>
  trx
    .selectFrom('contact')
    .selectAll()
    .where(ofTenant(tenant))
    .where(column, 'in', values)
    .$if(isPostgres(trx), (query) => query.forUpdate())
    .execute();

const selectLinks = (trx: Trx, tenant: Tenant, column: 'customer_id' | 'contact_id', values: string[]) =>
  trx.selectFrom('customer_link').selectAll().where(ofTenant(tenant)).where(column, 'in', values).execute();

const selectSubscriptions = (trx: Trx, tenant: Tenant, customerIds: string[]) =>
  trx
    .selectFrom('subscription_state')
    .selectAll()
    .where(ofTenant(tenant))
    .where('customer_id', 'in', customerIds)
    .execute();
