/** What is known of claimed emails before they go, of all their accounts in one round. */
import type { Settings } from '../../shared/settings';
import type { Context } from '../context';
import { billingContactsOf, NAMES_SOME } from '../audience/billing-contacts';
import { findSuppressionsOfAll } from '../audience/suppressions';
import { byId, keyFor, keyText, selectByKeys, type TenantKey } from '../db/keys';
import type { Db, Row } from '../db/schema';
import { tenantKey, tenantOf, tenantsOf } from '../db/tenant';
import { findConnectedTenants } from '../db/tenant-state';
import { groupBy } from '../group-by';
import { readSettingsOfAll } from '../settings/settings';
import type { SendFacts } from './may-send';
import { isCopy, recipientOf } from './recipient';

type Email = Row<'email'>;

/** Each email with what decides whether it may go. */
export async function loadSendFacts(
  { db, transport }: Pick<Context, 'db' | 'transport'>,
  emails: readonly Email[],
): Promise<{ email: Email; facts: SendFacts }[]> {
  if (emails.length === 0) return [];
  const tenants = tenantsOf(emails);
  const connected = await findConnectedTenants(db, tenants);
  const settings = await readSettingsOfAll(db, tenants);
  const contacts = byId(await selectByKeys(db, 'contact', 'id', keysOf(emails, 'contact_id')));
  const contactOf = (email: Email) =>
    email.contact_id === null ? undefined : contacts.get(keyText(email, email.contact_id));
  const toOf = (email: Email) => recipientOf(email, contactOf(email));
  const isDropped = await findDropped(db, emails.filter(isCopy), { contactOf, settings });
  const suppressions = await findSuppressionsOfAll(
    db,
    emails.map((email) => keyFor(email, toOf(email))),
  );
  const runs = byId(await selectByKeys(db, 'run', 'id', keysOf(emails, 'run_id')));
  return emails.map((email) => {
    const key = tenantKey(tenantOf(email));
    const facts: SendFacts = {
      isConnected: connected.has(key),
      livemode: email.livemode === 1,
      hasTransport: transport !== null,
      testRecipients: settings.get(key)?.test_recipients ?? [],
      contact: contactOf(email),
      to: toOf(email),
      isDropped: isDropped.has(email.id),
      suppression: suppressions.get(key)?.get(toOf(email)),
      run: email.run_id === null ? undefined : runs.get(keyText(email, email.run_id)),
    };
    return { email, facts };
  });
}

/** The ids of copies whose address is a billing contact no more, such as since the contact itself has it. */
async function findDropped(
  db: Db,
  copies: readonly Email[],
  {
    contactOf,
    settings,
  }: { contactOf: (email: Email) => Row<'contact'> | undefined; settings: ReadonlyMap<string, Settings> },
): Promise<Set<string>> {
  const links = await selectByKeys(db, 'customer_link', 'contact_id', keysOf(copies, 'contact_id'), NAMES_SOME);
  const linksOf = groupBy(links, (link) => keyText(link, link.contact_id ?? ''));
  const dropped = copies.filter((email) => {
    const contact = contactOf(email);
    const key = settings.get(tenantKey(tenantOf(email)))?.billing_email_key ?? null;
    const own = contact ? billingContactsOf(contact, linksOf.get(keyText(contact, contact.id)) ?? [], key) : [];
    return !own.some(({ email: address }) => address === email.to_address);
  });
  return new Set(dropped.map(({ id }) => id));
}

const keysOf = (emails: readonly Email[], column: 'contact_id' | 'run_id'): TenantKey[] =>
  emails.flatMap((email) => (email[column] === null ? [] : keyFor(email, email[column])));
