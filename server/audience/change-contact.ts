/** What a person changes about a contact, or adds, and the user group that a step of a workflow sets. */
import type { ContactChange } from '../../shared/api';
import { NOTE_LENGTH } from '../../shared/limits';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { AppError } from '../errors';
import { searchTextOf } from '../fold-text';
import { readSettings } from '../settings/settings';
import { parseEmail } from './address';
import { checkBillingEmails } from './billing-contacts';
import { changeConsent, listConsentChanges } from './consent';
import { recordContactChanges } from './contact-changes';
import { findContact, findContactByEmail } from './contacts';
import { importLines } from './import-contacts';
import type { ImportConsent } from './import-lines';
import { loadAudiences } from './load';
import { cleanName } from './name';
import { saveAudiences } from './save';
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
  await recordContactChanges(trx, [{ before: contact, after: { ...contact, ...changed } }], { cause: 'person', now });
}

/**
 * Another address for a contact that no customer at Stripe has: a customer's address is Stripe's to change. Who had
 * unsubscribed by the new one is so again. Throws not_found; invalid_request for what is no address, or where Stripe has it;
 * conflict where it is another contact's. `now` in epoch milliseconds.
 */
export async function changeAddress(trx: Trx, tenant: Tenant, id: string, typed: string, now: number): Promise<void> {
  const email = parseTyped(typed);
  const loaded = await loadAudiences(trx, [{ tenant, customerIds: [], emails: [email], contactIds: [id] }], now);
  const audience = loaded.get(tenantKey(tenant));
  const contact = audience?.contactById(id);
  if (!audience || !contact) throw new AppError('not_found', 'There is no such contact.', 'id');
  if (contact.email === email) return;
  if (audience.linksOf(contact).some(({ state }) => state === 'alive'))
    throw new AppError('invalid_request', 'email: is its Stripe customer’s; change it at Stripe', 'email');
  if (audience.contactByEmail(email)) throw new AppError('conflict', IS_ANOTHERS, 'email');
  audience.rename(contact, email);
  await saveAudiences(trx, [audience], { cause: 'person', now });
}

const IS_ANOTHERS = 'email: is a contact’s already';

/** Normalised. */
function parseTyped(typed: string): string {
  const address = parseEmail(typed);
  if (address.kind !== 'valid')
    throw new AppError('invalid_request', 'email: must be an email address, like name@example.com', 'email');
  return address.email;
}

/** Whether its address is Stripe's to change. */
export async function hasCustomer(db: Db, tenant: Tenant, contactId: string): Promise<boolean> {
  const link = await db
    .selectFrom('customer_link')
    .select('customer_id')
    .where(ofTenant(tenant))
    .where('contact_id', '=', contactId)
    .where('state', '=', 'alive')
    .limit(1)
    .executeTakeFirst();
  return link !== undefined;
}

export interface TypedContact {
  email: string;
  first_name: string;
  last_name: string;
  user_group: string | null;
  consent: ImportConsent;
}

/**
 * Returns its row; who had unsubscribed before starts so again. Throws invalid_request for what is no address, and conflict
 * where it is a contact's already. `now` in epoch milliseconds.
 */
export async function addContact(trx: Trx, tenant: Tenant, typed: TypedContact, now: number): Promise<Row<'contact'>> {
  const email = parseTyped(typed.email);
  if (await findContactByEmail(trx, tenant, email)) throw new AppError('conflict', IS_ANOTHERS, 'email');
  const { user_group, consent } = typed;
  const names = { first_name: cleanName(typed.first_name), last_name: cleanName(typed.last_name) };
  const line = { line: 1, email, ...names, user_group, status: null };
  await importLines(trx, tenant, [line], { consent, source: 'Console' }, { cause: 'person', now });
  const contact = await findContactByEmail(trx, tenant, email);
  if (!contact) throw new Error('the contact that was added is not there');
  return contact;
}

/** Plain text; blank for none. Throws invalid_request when it is too long. `now` in epoch milliseconds. */
export async function saveNote(db: Db, tenant: Tenant, id: string, typed: string, now: number): Promise<void> {
  const note = typed.trim();
  if (note.length > NOTE_LENGTH)
    throw new AppError('invalid_request', `note: must have at most ${NOTE_LENGTH} characters`, 'note');
  await db
    .updateTable('contact')
    .set({ note: note === '' ? null : note, updated_at: now })
    .where(ofTenant(tenant))
    .where('id', '=', id)
    .execute();
}

const HAS_LEFT = 'must stay as it is: who has left is subscribed again only by a link of their own, or in the console';

/** Whatever they are since: unsubscribed, or so before an earlier deletion, or last seen leaving. */
export async function hasLeft(trx: Trx, tenant: Tenant, { id, status, email }: Row<'contact'>): Promise<boolean> {
  if (status === 'unsubscribed') return true;
  if ((await findSuppression(trx, tenant, email))?.hasLeft) return true;
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

/** `now` in epoch milliseconds. */
export async function setUserGroup(db: Db, contact: Row<'contact'>, group: string | null, now: number): Promise<void> {
  await db
    .updateTable('contact')
    .set({ user_group: group, updated_at: now })
    .where(ofTenant(tenantOf(contact)))
    .where('id', '=', contact.id)
    .execute();
  const after = { ...contact, user_group: group };
  await recordContactChanges(db, [{ before: contact, after }], { cause: 'workflow', now });
}
