/** What a person changes about a contact. */
import type { ContactChange } from '../../shared/api';
import type { Row, Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { AppError } from '../errors';
import { searchTextOf } from '../fold-text';
import { readSettings } from '../settings/settings';
import { checkBillingEmails } from './billing-contacts';
import { changeConsent, listConsentChanges } from './consent';
import { findContact } from './contacts';
import { snapshotStamp } from './stamp';
import { findSuppression } from './suppressions';

/**
 * What is left out stays. Throws not_found; invalid_request naming the field, also where it would subscribe somebody who
 * had left: they come back by a link of their own, or on a word that the console asks for. `now` in epoch milliseconds.
 */
export async function changeContact(
  trx: Trx,
  tenant: Tenant,
  id: string,
  { status, billing_contacts, ...fields }: ContactChange,
  now: number,
): Promise<void> {
  const contact = await findContact(trx, tenant, id);
  if (!contact) throw new AppError('not_found', 'There is no such contact.', 'id');
  if (status !== undefined && status !== contact.status) {
    if (status !== 'unsubscribed' && (await hasLeft(trx, tenant, contact)))
      throw new AppError('invalid_request', `status: ${HAS_LEFT}`, 'status');
    await changeConsent(trx, tenant, id, { status, cause: 'merchant' }, now);
  }
  const isNameGiven = fields.first_name !== undefined || fields.last_name !== undefined;
  const changed = {
    ...fields,
    ...(isNameGiven ? { name_stamp: snapshotStamp(now), search_text: searchTextOf({ ...contact, ...fields }) } : {}),
    ...(billing_contacts ? { billing_emails: await checkTyped(trx, tenant, contact, billing_contacts) } : {}),
  };
  if (Object.keys(changed).length === 0) return;
  await trx
    .updateTable('contact')
    .set({ ...changed, updated_at: now })
    .where(ofTenant(tenant))
    .where('id', '=', id)
    .execute();
}

const HAS_LEFT = 'must stay as it is: who has left is subscribed again only by a link of their own, or in the console';

/** Whatever they are since: unsubscribed, or so before an earlier deletion, or last seen leaving. */
export async function hasLeft(trx: Trx, tenant: Tenant, { id, status, email }: Row<'contact'>): Promise<boolean> {
  if (status === 'unsubscribed') return true;
  if ((await findSuppression(trx, tenant, email))?.scope === 'marketing') return true;
  const [last] = await listConsentChanges(trx, tenant, id, 1);
  return last !== undefined && last.status !== 'subscribed';
}

async function checkTyped(trx: Trx, tenant: Tenant, contact: Row<'contact'>, typed: readonly string[]) {
  const { billing_email_key } = await readSettings(trx, tenant);
  const links = await trx
    .selectFrom('customer_link')
    .select(['customer_id', 'billing_emails'])
    .where(ofTenant(tenant))
    .where('contact_id', '=', contact.id)
    .execute();
  return checkBillingEmails(typed, contact, links, billing_email_key);
}
