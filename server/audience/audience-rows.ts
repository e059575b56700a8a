/** Rows of an audience: made, merged and read by rules of their own, whatever else is known. Pure. */
import { NOTE_LENGTH } from '../../shared/limits';
import { newId } from '../db/new-id';
import { NOTHING_OF_CUSTOMER } from '../db/release-customers';
import type { Row } from '../db/schema';
import { tenantColumns, type Tenant } from '../db/tenant';
import { mergeBillingEmails } from './billing-contacts';
import { mergeProperties } from './contact-properties';
import { NOTHING_PAID } from './payments';

export type Contact = Row<'contact'>;
export type CustomerLink = Row<'customer_link'>;

/** Whether the customer's contact was deleted: nothing is kept of it any more. */
export const isTombstone = (link: CustomerLink): boolean => link.contact_id === null && link.state !== 'deleted_unseen';

/** `now` in epoch milliseconds. */
export const newContact = (
  tenant: Tenant,
  { email, status, source }: Pick<Contact, 'email' | 'status' | 'source'>,
  now: number,
): Contact => ({
  id: newId('con', now),
  email,
  first_name: null,
  last_name: null,
  name_stamp: 0,
  user_group: null,
  billing_emails: null,
  note: null,
  status,
  source,
  subscription_status: null,
  plan: null,
  mrr: null,
  currency: null,
  renews_at: null,
  trial_ends_at: null,
  delinquent: null,
  wrong_card: null,
  customer_since: null,
  ...NOTHING_PAID,
  user_id: null,
  properties: null,
  search_text: '',
  created_at: now,
  updated_at: now,
  ...tenantColumns(tenant),
});

/** Of two contacts that become one: billing contacts, notes and what the API gave move along. */
export const mergedFields = (from: Contact, into: Contact): Partial<Contact> => ({
  billing_emails: mergeBillingEmails(from, into),
  user_id: into.user_id ?? from.user_id,
  properties: mergeProperties(from, into),
  note: mergeNotes(from, into),
});

const mergeNotes = (from: Contact, into: Contact): string | null =>
  [...new Set([into.note, from.note])].filter(Boolean).join('\n\n').slice(0, NOTE_LENGTH) || null;

type DefaultMethod = Pick<CustomerLink, 'default_method' | 'default_method_at'>;

/** `isFirst`: one of which nothing was known before counts as chosen then (`at`, epoch milliseconds). */
export function methodOf(
  before: DefaultMethod | undefined,
  method: string | null,
  { at, isFirst }: { at: number; isFirst: boolean },
): DefaultMethod {
  const known = before?.default_method ?? null;
  if (method === null || method === known)
    return { default_method: known, default_method_at: before?.default_method_at ?? null };
  return { default_method: method, default_method_at: known === null && !isFirst ? null : at };
}

export const newLink = (tenant: Tenant, customerId: string): CustomerLink => ({
  customer_id: customerId,
  contact_id: null,
  stamp: 0,
  state: 'alive',
  ...NOTHING_OF_CUSTOMER,
  ...tenantColumns(tenant),
});
