/**
 * Billing contacts: addresses beside a contact's own that get its transactional emails too. Those added by hand stand on
 * the contact, those that a customer's metadata names on the customer. Pure.
 */
import { splitAddresses } from '../../shared/addresses';
import type { BillingContactSource } from '../../shared/api';
import { MOST_BILLING_CONTACTS } from '../../shared/limits';
import type { Row } from '../db/schema';
import { AppError } from '../errors';
import { parseEmail } from './address';

export interface BillingContact {
  email: string;
  source: BillingContactSource;
}

type Contact = Pick<Row<'contact'>, 'email' | 'billing_emails'>;
type Link = Pick<Row<'customer_link'>, 'customer_id' | 'billing_emails'>;

/** As customer_link.billing_emails keeps what metadata names; `key` is the one chosen in settings. */
export function readBillingEmails(metadata: Readonly<Record<string, string>>, key: string | null): string | null {
  const typed = key !== null && Object.hasOwn(metadata, key) ? splitAddresses(metadata[key] ?? '') : [];
  const emails = [...new Set(typed.flatMap(validEmail))].slice(0, MOST_BILLING_CONTACTS);
  return emails.length === 0 ? null : JSON.stringify({ key, emails });
}

const validEmail = (typed: string): string[] => {
  const address = parseEmail(typed);
  return address.kind === 'valid' ? [address.email] : [];
};

/** Of customer_link: for selectByKeys. */
export const NAMES_SOME = { where: 'billing_emails is not null' };

/** Of what was read by another key nothing counts any more. */
function emailsOf({ billing_emails }: Link, key: string | null): string[] {
  if (billing_emails === null) return [];
  const read = JSON.parse(billing_emails) as { key: string; emails: string[] };
  return read.key === key ? read.emails : [];
}

const byHand = ({ billing_emails }: Contact): string[] =>
  billing_emails === null ? [] : (JSON.parse(billing_emails) as string[]);

/** Those that count, by hand first: no address twice, nor the contact's own. `links` are those of the contact's customers. */
export function billingContactsOf(contact: Contact, links: readonly Link[], key: string | null): BillingContact[] {
  const inOrder = [...links].sort((a, b) => (a.customer_id < b.customer_id ? -1 : 1));
  const all: BillingContact[] = [
    ...byHand(contact).map((email) => ({ email, source: 'hand' as const })),
    ...inOrder.flatMap((link) => emailsOf(link, key)).map((email) => ({ email, source: 'metadata' as const })),
  ];
  const isFirst = ({ email }: BillingContact, n: number) => all.findIndex((one) => one.email === email) === n;
  return all.filter((one, n) => one.email !== contact.email && isFirst(one, n)).slice(0, MOST_BILLING_CONTACTS);
}

/** Of two contacts that become one. */
export const mergeBillingEmails = (from: Contact, into: Contact): string | null =>
  toColumn([...byHand(into), ...byHand(from)]);

/**
 * As contact.billing_emails keeps what a person typed, an address each. What metadata names already stays out, unless it
 * was there by hand before. Throws invalid_request, whose `param` is the list's name and the place in it.
 */
export function checkBillingEmails(
  typed: readonly string[],
  contact: Contact,
  links: readonly Link[],
  key: string | null,
): string | null {
  const refuse = (param: string, words: string) => new AppError('invalid_request', `${param}: ${words}`, param);
  const emails = typed.map((raw, n) => {
    const [email] = validEmail(raw);
    if (email === undefined) throw refuse(`billing_contacts.${n}`, 'must be an email address');
    return email;
  });
  const before = byHand(contact);
  const named = new Set(links.flatMap((link) => emailsOf(link, key)));
  const kept = new Set(
    emails.filter((email) => email !== contact.email && (before.includes(email) || !named.has(email))),
  );
  if (kept.size > MOST_BILLING_CONTACTS)
    throw refuse('billing_contacts', `must have at most ${MOST_BILLING_CONTACTS} addresses`);
  return toColumn(kept);
}

function toColumn(emails: Iterable<string>): string | null {
  const list = [...new Set(emails)].slice(0, MOST_BILLING_CONTACTS);
  return list.length === 0 ? null : JSON.stringify(list);
}
