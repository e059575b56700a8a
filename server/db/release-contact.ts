/**
 * What becomes of the rows that are about a contact when it is deleted: they stay, less what is personal about them. Beside
 * contact-references.ts, for the same reason.
 */
import { FORWARD_OUTCOMES } from '../../shared/words/forwarding';
import { inList } from './bulk';
import { endingOf } from './contact-references';
import { customersOf, findEmailsOf, findEventsOf, findObjectsOf, findPerson, type NamedContact } from './contact-rows';
import { pages, PART, parts } from './parts';
import { releaseAddresses } from './release-addresses';
import { releaseEvents, releaseFailedInvoices, releaseObjects, releaseStates } from './release-customers';
import type { Trx } from './schema';
import { ofTenant, type Tenant } from './tenant';

/**
 * Nothing names the contact or its customers any more; what is personal in those rows goes. Returns its earlier addresses of
 * which the outbox had not told yet. `now` in epoch milliseconds.
 */
export async function releaseContact(trx: Trx, tenant: Tenant, contact: NamedContact, now: number): Promise<string[]> {
  const customers = await customersOf(trx, tenant, contact.id);
  const person = await findPerson(trx, tenant, contact);
  const events = await findEventsOf(trx, tenant, person, customers);
  await releaseRuns(trx, tenant, contact.id, now);
  const emails = await findEmailsOf(trx, tenant, person, events);
  await releaseEmails(trx, tenant, emails);
  await releaseEvents(trx, tenant, events);
  await releaseObjects(trx, tenant, await findObjectsOf(trx, tenant, person, customers));
  await releaseStates(trx, tenant, customers);
  await releaseFailedInvoices(trx, tenant, customers, now);
  for (const table of ['consent_change', 'list_membership'] as const)
    await trx.deleteFrom(table).where(ofTenant(tenant)).where('contact_id', '=', contact.id).execute();
  const earlier = await untoldAddresses(trx, tenant, contact.id);
  await keepDeletions(trx, tenant, contact.id, now);
  await releaseMessages(trx, tenant, contact.id, [...emails, ...events.map(({ id }) => id)]);
  await releaseAddresses(trx, tenant, person);
  return earlier;
}

/** Of changes that wait to be told, and of contacts that were merged into this one. */
async function untoldAddresses(trx: Trx, tenant: Tenant, contactId: string): Promise<string[]> {
  const rows = await trx
    .selectFrom('outbox')
    .select('details')
    .where(ofTenant(tenant))
    .where('contact_id', '=', contactId)
    .where('type', 'in', ['contact.updated', 'contact.deleted'])
    .execute();
  return [
    ...new Set(
      rows.flatMap(({ details }) => {
        const { changes, deleted } = JSON.parse(details) as {
          changes?: { email?: { was: string } };
          deleted?: { email: string };
        };
        return [changes?.email?.was, deleted?.email].filter((address) => address !== undefined);
      }),
    ),
  ];
}

/** How long after a deletion what is just being sent of the contact has come to its end. */
export const SENT_BY_THEN_MS = 15_000;

/** The mail tool may still have it under an earlier address: what was to move it from there deletes it. */
async function keepDeletions(trx: Trx, tenant: Tenant, contactId: string, now: number): Promise<void> {
  await trx
    .updateTable('forward')
    .set({
      kind: 'deletion',
      contact_id: null,
      slot: null,
      status: 'waiting',
      outcome: FORWARD_OUTCOMES.waits,
      decided_at: null,
      give_up_at: null,
      due_at: now + SENT_BY_THEN_MS,
      claims: 0,
      attempts: 0,
    })
    .where(ofTenant(tenant))
    .where('contact_id', '=', contactId)
    .where('kind', '=', 'contact')
    .where('status', 'in', ['waiting', 'failed'])
    .where('address', 'is not', null)
    .execute();
}

/** Those about the contact, and about emails and events that name it though they don't say whose they are. */
async function releaseMessages(trx: Trx, tenant: Tenant, contactId: string, objects: readonly string[]): Promise<void> {
  for (const table of ['outbox', 'webhook_delivery', 'forward'] as const) {
    await trx.deleteFrom(table).where(ofTenant(tenant)).where('contact_id', '=', contactId).execute();
    for await (const some of parts(objects))
      await trx.deleteFrom(table).where(ofTenant(tenant)).where('object_id', 'in', inList(some)).execute();
  }
}

/** Stops those under way. Their keys name the object they were about; they start no second run any more. */
async function releaseRuns(trx: Trx, tenant: Tenant, contactId: string, now: number): Promise<void> {
  const next = (last?: { id: string }) =>
    trx
      .selectFrom('run')
      .select('id')
      .where(ofTenant(tenant))
      .where('contact_id', '=', contactId)
      .where('id', '>', last?.id ?? '')
      .orderBy('id')
      .limit(PART)
      .execute();
  for await (const some of pages(next)) {
    const ids = inList(some.map(({ id }) => id));
    const update = () => trx.updateTable('run').where(ofTenant(tenant)).where('id', 'in', ids);
    await update()
      .set((eb) => ({ ...endingOf(eb), status: 'stopped', reason: 'contact_deleted', finished_at: now }))
      .where('status', '=', 'running')
      .execute();
    await trx
      .updateTable('run_step')
      .set({ result: 'Queued an email' })
      .where(ofTenant(tenant))
      .where('kind', '=', 'email')
      .where('run_id', 'in', ids)
      .execute();
    await update()
      .set((eb) => ({
        ...NO_SUBJECT,
        run_key: eb.ref('event_id'),
        slot: null,
        invoice_id: null,
        subscription_id: null,
        outcome: null,
        last_error: null,
      }))
      .execute();
  }
}

const NO_SUBJECT = { subject_kind: null, subject_id: null, customer_id: null } as const;

/**
 * The rows go first: what is making one of them collides with this, or finds it released. With a try more than it was claimed
 * with, what is sending it can't put the mail server's words on it any more.
 */
async function releaseEmails(trx: Trx, tenant: Tenant, emails: readonly string[]): Promise<void> {
  for await (const some of parts(emails)) {
    const ids = inList(some);
    await trx
      .updateTable('email')
      .set((eb) => ({
        ...NO_SUBJECT,
        contact_id: null,
        to_address: '',
        copy_to: eb.case().when('copy_to', '=', '').then('').else(eb.ref('id')).end(),
        subject: '',
        outcome: null,
        last_error: null,
        attempts: eb('attempts', '+', 1),
      }))
      .where(ofTenant(tenant))
      .where('id', 'in', ids)
      .execute();
    for (const table of ['email_body', 'email_data', 'email_click'] as const)
      await trx.deleteFrom(table).where(ofTenant(tenant)).where('email_id', 'in', ids).execute();
  }
}
