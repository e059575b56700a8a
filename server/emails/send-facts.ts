/** What is known of claimed emails before they go, of all their accounts in one round. */
import type { Context } from '../context';
import { findSuppressionsOfAll } from '../audience/suppressions';
import { byId, keyFor, keyText, selectByKeys, type TenantKey } from '../db/keys';
import type { Row } from '../db/schema';
import { tenantKey, tenantOf, tenantsOf } from '../db/tenant';
import { findConnectedTenants } from '../db/tenant-state';
import { readSettingsOfAll } from '../settings/settings';
import type { SendFacts } from './may-send';

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
  const toOf = (email: Email) => contactOf(email)?.email ?? email.to_address;
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
      suppression: suppressions.get(key)?.get(toOf(email)),
      run: email.run_id === null ? undefined : runs.get(keyText(email, email.run_id)),
    };
    return { email, facts };
  });
}

const keysOf = (emails: readonly Email[], column: 'contact_id' | 'run_id'): TenantKey[] =>
  emails.flatMap((email) => (email[column] === null ? [] : keyFor(email, email[column])));
