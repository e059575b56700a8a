/** Moves or removes one contact in every table that knows it. */
import { suppressAddress } from './suppressions';
import { removeContact } from './contacts';
import type { Row, Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { moveRuns, stopRuns } from '../workflows/runs';

/** History moves along: events, runs and emails of the one contact become the other's. */
export async function mergeContacts(trx: Trx, tenant: Tenant, fromId: string, intoId: string): Promise<void> {
  for (const table of ['event', 'email', 'customer_link'] as const) {
    await trx
      .updateTable(table as 'event')
      .set({ contact_id: intoId })
      .where(ofTenant(tenant))
      .where('contact_id', '=', fromId)
      .execute();
  }
  await moveRuns(trx, tenant, fromId, intoId);
  await trx.deleteFrom('contact').where(ofTenant(tenant)).where('id', '=', fromId).execute();
}

/**
 * Deletes a contact and what is personal about it: its events keep their rows but lose their payloads, its emails lose
 * their bodies, its runs stop. Whoever had unsubscribed stays suppressed, by a hash of the address.
 */
export async function deleteContact(trx: Trx, tenant: Tenant, contact: Row<'contact'>, now: number): Promise<void> {
  const { id } = contact;
  if (contact.status === 'unsubscribed')
    await suppressAddress(trx, tenant, contact.email, { scope: 'marketing', reason: 'unsubscribed', now });
  await stopRuns(trx, tenant, { contactId: id }, 'contact_deleted', now);
  await trx
    .deleteFrom('event_payload')
    .where(ofTenant(tenant))
    .where('seq', 'in', (eb) =>
      eb.selectFrom('event').select('seq').where(ofTenant(tenant)).where('contact_id', '=', id),
    )
    .execute();
  await trx
    .updateTable('event')
    .set({ contact_id: null, outcome: 'The contact of this event was deleted' })
    .where(ofTenant(tenant))
    .where('contact_id', '=', id)
    .execute();
  await trx
    .deleteFrom('email_body')
    .where(ofTenant(tenant))
    .where('email_id', 'in', (eb) =>
      eb.selectFrom('email').select('id').where(ofTenant(tenant)).where('contact_id', '=', id),
    )
    .execute();
  await trx
    .updateTable('email')
    .set({ contact_id: null, to_address: '', subject: '' })
    .where(ofTenant(tenant))
    .where('contact_id', '=', id)
    .execute();
  await removeContact(trx, tenant, id);
}
