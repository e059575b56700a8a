/** The audience as a file for spreadsheets. */
import type { ContactView } from '../../../shared/api';
import { csvLine } from './csv';

/** With a byte order mark: Excel takes a file without one for Latin-1. */
export const CSV_HEAD = `\ufeff${csvLine([
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
])}`;

export const contactLine = ({ billing, ...contact }: ContactView): string =>
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
  ]);
