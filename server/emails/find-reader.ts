import { findContact, findContactByEmail } from '../audience/contacts';
import type { Db, Row } from '../db/schema';
import { tenantOf } from '../db/tenant';
import { isCopy } from './recipient';

/**
 * The contact that an email reached. It goes with its customer to another contact, but whoever has it in their inbox speaks
 * for their own address: the contact of that address, else (it was renamed, or merged) the one that the email names.
 */
export async function findReader(db: Db, email: Row<'email'>): Promise<Row<'contact'> | undefined> {
  const tenant = tenantOf(email);
  const named = email.contact_id ? await findContact(db, tenant, email.contact_id) : undefined;
  // Sent by a program to an address that was nobody's then, and may be somebody's by now.
  if (!named && email.transactional_id !== null && email.to_address !== '')
    return findContactByEmail(db, tenant, email.to_address);
  if (!named || named.email === email.to_address || isCopy(email)) return named;
  return (await findContactByEmail(db, tenant, email.to_address)) ?? named;
}
