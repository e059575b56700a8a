/** A contact leaves or comes back, and what is kept of it: what events change stands in their own outcome. */
import type { ConsentCause, ContactStatus } from '../../shared/api';
import { newId } from '../db/new-id';
import type { Db, Row } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import type { ChangeCause } from '../outbox/messages';
import { recordContactChanges } from './contact-changes';
import { findContact } from './contacts';
import { liftUnsubscribe } from './suppressions';

export interface ConsentChange {
  status: ContactStatus;
  cause: ConsentCause;
  /** Whose link was used, or which one was complained of. */
  emailId?: string;
}

/** In a transaction, so that the note and the change are one. Notes nothing and returns false where it is so already, or the contact is gone. `now` in epoch milliseconds. */
export async function changeConsent(
  db: Db,
  tenant: Tenant,
  contactId: string,
  { status, cause, emailId }: ConsentChange,
  now: number,
): Promise<boolean> {
  const contact = await findContact(db, tenant, contactId);
  if (!contact) return false;
  // Also that the address had unsubscribed before an earlier deletion: the next one would bring it back.
  if (status === 'subscribed') await liftUnsubscribe(db, tenant, contact.email);
  if (contact.status === status) return false;
  await db
    .updateTable('contact')
    .set({ status, updated_at: now })
    .where(ofTenant(tenant))
    .where('id', '=', contactId)
    .execute();
  const row = { id: newId('cns', now), contact_id: contactId, at: now, status, cause, email_id: emailId ?? null };
  await db
    .insertInto('consent_change')
    .values({ ...tenantColumns(tenant), ...row })
    .execute();
  await recordContactChanges(db, [{ before: contact, after: { ...contact, status } }], { cause: WHOSE[cause], now });
  return true;
}

const WHOSE = {
  preferences: 'contact',
  one_click: 'contact',
  complaint: 'contact',
  merchant: 'person',
  api: 'api',
} as const satisfies Record<ConsentCause, ChangeCause>;

/** Newest first. */
export const listConsentChanges = (
  db: Db,
  tenant: Tenant,
  contactId: string,
  limit: number,
): Promise<Row<'consent_change'>[]> =>
  db
    .selectFrom('consent_change')
    .selectAll()
    .where(ofTenant(tenant))
    .where('contact_id', '=', contactId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
