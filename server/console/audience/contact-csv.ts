/** The audience as a file for spreadsheets. */
import type { ContactView } from '../../../shared/api';
import type { ContactProperty } from '../../../shared/contact-properties';
import { listContactProperties } from '../../audience/contact-properties';
import { findNotes } from '../../audience/contacts';
import { listContacts } from '../../audience/list-contacts';
import type { ContactFilter } from '../../audience/contact-filter';
import { PROPERTY_PREFIX } from '../../audience/import-lines';
import { findListNames } from '../../audience/mailing-lists';
import type { PageRequest } from '../../db/page';
import type { Db } from '../../db/schema';
import type { Tenant } from '../../db/tenant';
import { csvHead, csvLine } from '../csv';
import { createExport } from '../export';

export const createAudienceExport = (db: Db) =>
  createExport({
    name: 'audience',
    list: (tenant, request: ContactFilter & { ids?: string[] } & PageRequest) => listContacts(db, tenant, request),
    async open(tenant) {
      const properties = await listContactProperties(db, tenant);
      return {
        head: csvHead([...COLUMNS, ...properties.map(({ name }) => `${PROPERTY_PREFIX}${name}`)]),
        write: (contacts) => linesOf(db, tenant, contacts, properties),
      };
    },
  });

async function linesOf(
  db: Db,
  tenant: Tenant,
  contacts: readonly ContactView[],
  properties: readonly ContactProperty[],
): Promise<string> {
  const ids = contacts.map(({ id }) => id);
  const notes = await findNotes(db, tenant, ids);
  const lists = await findListNames(db, tenant, ids);
  return contacts
    .map((contact) =>
      csvLine([
        ...cellsOf(contact),
        contact.user_id,
        notes.get(contact.id),
        lists.get(contact.id)?.join('; '),
        // What a customer's metadata names is that customer's.
        contact.billing_contacts.flatMap(({ email, source }) => (source === 'hand' ? email : [])).join(' '),
        ...properties.map(({ name }) => contact.properties[name]),
      ]),
    )
    .join('');
}

const COLUMNS = [
  'id',
  'email',
  'first_name',
  'last_name',
  'status',
  'suppressed',
  'user_group',
  'subscription_status',
  'plan',
  'mrr_minor_units',
  'currency',
  'renews_at',
  'trial_ends_at',
  'delinquent',
  'wrong_card',
  'customer_since',
  'customers',
  'created_at',
  'ltv_minor_units',
  'ltv_currency',
  'ltv_other_currencies',
  'payments',
  'first_payment_at',
  'last_payment_at',
  'user_id',
  'note',
  'mailing_lists',
  'billing_contacts',
];

const cellsOf = ({ billing, ...contact }: ContactView) => [
  contact.id,
  contact.email,
  contact.first_name,
  contact.last_name,
  contact.status,
  contact.suppressed !== null,
  contact.user_group,
  billing.subscription_status,
  billing.plan,
  billing.mrr,
  billing.currency,
  billing.renews_at,
  billing.trial_ends_at,
  billing.delinquent,
  billing.wrong_card,
  billing.customer_since,
  contact.customers.join(' '),
  contact.created_at,
  billing.ltv,
  billing.ltv_currency,
  billing.ltv_others.map(({ currency, amount }) => `${amount} ${currency}`).join(' '),
  billing.payments,
  billing.first_payment_at,
  billing.last_payment_at,
];
