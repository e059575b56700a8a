/** What is known of claimed emails before they go, of all their accounts in one round. */
import type { Context } from '../context';
import { findSuppressionsOfAll } from '../audience/suppressions';
import { ofTenants, selectByKeys, type TenantKey } from '../db/keys';
import type { Row } from '../db/schema';
import { tenantKey, tenantOf } from '../db/tenant';
import { readSettingsOfAll } from '../settings/settings';
import type { SendFacts } from './may-send';

type Email = Row<'email'>;

/** Each email with what decides whether it may go. */
export async function loadSendFacts(
  { db, transport }: Pick<Context, 'db' | 'transport'>,
  emails: readonly Email[],
): Promise<{ email: Email; facts: SendFacts }[]> {
  if (emails.length === 0) return [];
  const tenants = [...new Map(emails.map((email) => [tenantKey(tenantOf(email)), tenantOf(email)])).values()];
  const connected = await db
    .selectFrom('install')
    .select(['account_id', 'livemode'])
    .where(ofTenants(db, tenants))
    .where('status', '!=', 'removed')
    .execute();
  const isConnected = new Set(connected.map((row) => tenantKey(tenantOf(row))));
  const settings = await readSettingsOfAll(db, tenants);
  const suppressions = await findSuppressionsOfAll(db, keysOf(emails, 'to_address'));
  const contacts = byId(await selectByKeys(db, 'contact', 'id', keysOf(emails, 'contact_id')));
  const runs = byId(await selectByKeys(db, 'run', 'id', keysOf(emails, 'run_id')));
  return emails.map((email) => {
    const key = tenantKey(tenantOf(email));
    const facts: SendFacts = {
      isConnected: isConnected.has(key),
      livemode: email.livemode === 1,
      hasTransport: transport !== null,
      testRecipients: settings.get(key)?.test_recipients ?? [],
      contact: contacts.get(`${key} ${email.contact_id}`),
      suppression: suppressions.get(key)?.get(email.to_address),
      run: runs.get(`${key} ${email.run_id}`),
    };
    return { email, facts };
  });
}

const keysOf = (emails: readonly Email[], column: 'to_address' | 'contact_id' | 'run_id'): TenantKey[] =>
  emails.flatMap(({ account_id, livemode, [column]: value }) =>
    value === null ? [] : { account_id, livemode, value },
  );

const byId = <R extends { account_id: string; livemode: 0 | 1; id: string }>(rows: R[]) =>
  new Map(rows.map((row) => [`${tenantKey(tenantOf(row))} ${row.id}`, row]));
