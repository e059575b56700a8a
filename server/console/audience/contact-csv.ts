/** The audience as a file for spreadsheets. */
import type { ContactView } from '../../../shared/api';
import { listContacts, type ContactFilter } from '../../audience/contacts';
import type { PageRequest } from '../../db/page';
import type { Db } from '../../db/schema';
import { csvHead, csvLine } from '../csv';
import { createExport } from '../export';

export const createAudienceExport = (db: Db) =>
  createExport({
    name: 'audience',
    of: 'this audience',
    head: HEAD,
    list: (tenant, request: ContactFilter & { ids?: string[] } & PageRequest) => listContacts(db, tenant, request),
    write: (contacts) => contacts.map(contactLine).join(''),
  });

const HEAD = csvHead([
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
]);

const contactLine = ({ billing, ...contact }: ContactView): string =>
  csvLine([
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
  ]);
