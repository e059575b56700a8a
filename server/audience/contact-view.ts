/** Contacts as they are shown: with their customers, billing contacts, and whether they take mail. */
import type { Billing, ContactView } from '../../shared/api';
import { inList } from '../db/bulk';
import { isoTime } from '../db/columns';
import type { Db, Row } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { groupBy } from '../group-by';
import { readSettings } from '../settings/settings';
import { billingOf } from './billing';
import { billingContactsOf, type BillingContact } from './billing-contacts';
import { propertiesOf } from './contact-properties';
import { findSuppressions, type Suppression } from './suppressions';

export async function viewContacts(db: Db, tenant: Tenant, contacts: Row<'contact'>[]): Promise<ContactView[]> {
  if (contacts.length === 0) return [];
  const links = await db
    .selectFrom('customer_link')
    .select(['customer_id', 'contact_id', 'billing_emails'])
    .where(ofTenant(tenant))
    .where('contact_id', 'in', inList(contacts.map((contact) => contact.id)))
    .execute();
  // Here, as SQLite would go through all customers of the install in this order.
  links.sort((a, b) => (a.customer_id < b.customer_id ? -1 : 1));
  const linksOf = groupBy(links, (link) => link.contact_id ?? '');
  const { billing_email_key: key } = await readSettings(db, tenant);
  const known = contacts.map((contact) => {
    const own = linksOf.get(contact.id) ?? [];
    return { contact, customers: own.map((link) => link.customer_id), billing: billingContactsOf(contact, own, key) };
  });
  const suppressions = await findSuppressions(
    db,
    tenant,
    known.flatMap(({ contact, billing }) => [contact.email, ...billing.map(({ email }) => email)]),
  );
  return known.map(({ contact, customers, billing }) => viewContact(contact, customers, billing, suppressions));
}

const viewSuppression = ({ reason, at }: Suppression) => ({ reason, at: isoTime(at) });

function viewContact(
  contact: Row<'contact'>,
  customers: string[],
  billing: readonly BillingContact[],
  suppressions: ReadonlyMap<string, Suppression>,
): ContactView {
  const suppression = suppressions.get(contact.email);
  return {
    id: contact.id,
    object: 'contact',
    email: contact.email,
    first_name: contact.first_name,
    last_name: contact.last_name,
    user_group: contact.user_group,
    status: contact.status,
    suppressed: suppression ? viewSuppression(suppression) : null,
    source: contact.source,
    user_id: contact.user_id,
    properties: propertiesOf(contact),
    customers,
    billing_contacts: billing.map(({ email, source }) => {
      const own = suppressions.get(email);
      // Who had unsubscribed still gets transactional mail.
      return { email, source, suppressed: own?.scope === 'all' ? viewSuppression(own) : null };
    }),
    billing: { ...billingOf(contact), ltv_others: viewOthers(contact.ltv_others) },
    created_at: isoTime(contact.created_at),
    updated_at: isoTime(contact.updated_at),
  };
}

const viewOthers = (others: string | null): Billing['ltv_others'] =>
  Object.entries(JSON.parse(others ?? '{}') as Record<string, number>).map(([currency, amount]) => ({
    currency,
    amount,
  }));
