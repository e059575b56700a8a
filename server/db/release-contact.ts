/**
 * What becomes of the rows that are about a contact when it is deleted: they stay, less what is personal about them. Beside
 * contact-references.ts, for the same reason.
 */
import { sql } from 'kysely';
import { FORWARD_OUTCOMES } from '../../shared/words/forwarding';
import { inList } from './bulk';
import { endingOf } from './contact-references';
import {
  customersOf,
  findBilledTo,
  findEmailsOf,
  findEventsOf,
  findEventsOfCustomers,
  findObjectsOf,
  findOnTestList,
  findPerson,
  names,
  type EventIds,
  type NamedContact,
  type Person,
} from './contact-rows';
import { contains } from './contains';
import { PART, pages, parts } from './parts';
import type { Trx } from './schema';
import { ofTenant, type Tenant } from './tenant';

/**
 * Nothing names the contact or its customers any more; what is personal in those rows goes. Returns its earlier addresses of
 * which the outbox had not told yet. `now` in epoch milliseconds.
 */
export async function releaseContact(trx: Trx, tenant: Tenant, contact: NamedContact, now: number): Promise<string[]> {
  const customers = await customersOf(trx, tenant, contact.id);
  const person = await findPerson(trx, tenant, contact);
  const addresses = inList(person.addresses);
  const events = await findEventsOf(trx, tenant, person, customers);
  await releaseRuns(trx, tenant, contact.id, now);
  const emails = await findEmailsOf(trx, tenant, person, events);
  await releaseEmails(trx, tenant, emails);
  await releaseEvents(trx, tenant, events);
  await releaseObjects(trx, tenant, await findObjectsOf(trx, tenant, person, customers));
  await releaseStates(trx, tenant, customers);
  await trx.deleteFrom('payment').where(ofTenant(tenant)).where('email', 'in', addresses).execute();
  await releaseFailedInvoices(trx, tenant, customers, now);
  for (const table of ['consent_change', 'list_membership'] as const)
    await trx.deleteFrom(table).where(ofTenant(tenant)).where('contact_id', '=', contact.id).execute();
  const earlier = await untoldAddresses(trx, tenant, contact.id);
  await keepDeletions(trx, tenant, contact.id, now);
  await releaseMessages(trx, tenant, contact.id, [...emails, ...events.map(({ id }) => id)]);
  for (const address of person.addresses) await releaseWork(trx, tenant, address);
  await releaseBillingContacts(trx, tenant, person);
  await trx.deleteFrom('test_address').where(ofTenant(tenant)).where('address', 'in', addresses).execute();
  await leaveTestList(trx, tenant, person);
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

/** Lines of imports that wait or are under way, those that are refused too, and filters that search for the address. */
async function releaseWork(trx: Trx, tenant: Tenant, email: string): Promise<void> {
  const quoted = JSON.stringify(email);
  await leaveOut(trx, tenant, 'lines', quoted, (line) => (line as { email: string }).email === email);
  await leaveOut(trx, tenant, 'refused_lines', email, (line) =>
    (line as { fields: string[] }).fields.some((cell) => cell.toLowerCase().includes(email)),
  );
  await trx
    .deleteFrom('saved_filter')
    .where(ofTenant(tenant))
    .where((eb) => eb.or([contains(trx, sql`query`, quoted), contains(trx, sql`name`, email)]))
    .execute();
}

/** Of the parts of imports whose text has `text` in it, the lines that are the contact's. */
async function leaveOut(
  trx: Trx,
  tenant: Tenant,
  column: 'lines' | 'refused_lines',
  text: string,
  isTheirs: (line: unknown) => boolean,
): Promise<void> {
  const parts = await trx
    .selectFrom('contact_job_part')
    .select(['job_id', 'n', `${column} as lines`])
    .where(ofTenant(tenant))
    .where(contains(trx, sql.ref(column), text))
    .execute();
  for (const { job_id, n, lines } of parts)
    await trx
      .updateTable('contact_job_part')
      .set({ [column]: JSON.stringify((JSON.parse(lines) as unknown[]).filter((line) => !isTheirs(line))) })
      .where(ofTenant(tenant))
      .where('job_id', '=', job_id)
      .where('n', '=', n)
      .execute();
}

/**
 * Others' transactional emails go without that copy from now on. What webhooks told of those contacts goes where it names
 * the person.
 */
async function releaseBillingContacts(trx: Trx, tenant: Tenant, person: Person): Promise<void> {
  const without = (emails: readonly string[]) => emails.filter((email) => !person.addresses.includes(email));
  const { contacts, customers } = await findBilledTo(trx, tenant, person);
  const billed = new Set([...contacts.map(({ id }) => id), ...customers.flatMap(({ contactId }) => contactId ?? [])]);
  for (const contactId of billed)
    await trx
      .deleteFrom('webhook_delivery')
      .where(ofTenant(tenant))
      .where('contact_id', '=', contactId)
      .where(names(trx, 'payload', person.addresses))
      .execute();
  for (const { id, emails } of contacts) {
    const others = without(emails);
    await trx
      .updateTable('contact')
      .set({ billing_emails: others.length === 0 ? null : JSON.stringify(others) })
      .where(ofTenant(tenant))
      .where('id', '=', id)
      .execute();
  }
  for (const { id, key, emails } of customers) {
    const others = without(emails);
    await trx
      .updateTable('customer_link')
      .set({ billing_emails: others.length === 0 ? null : JSON.stringify({ key, emails: others }) })
      .where(ofTenant(tenant))
      .where('customer_id', '=', id)
      .execute();
  }
}

/** As a save of the settings: a form that was opened before doesn't put the address back. */
async function leaveTestList(trx: Trx, tenant: Tenant, person: Person): Promise<void> {
  const found = await findOnTestList(trx, tenant, person);
  if (!found) return;
  const { settings, own } = found;
  const test_recipients = settings.test_recipients?.filter((address) => !own.includes(address));
  await trx
    .updateTable('setting')
    .set((eb) => ({ settings: JSON.stringify({ ...settings, test_recipients }), revision: eb('revision', '+', 1) }))
    .where(ofTenant(tenant))
    .execute();
}

/** What is kept of customers without a contact, but for their tombstones. `now` in epoch milliseconds. */
export async function releaseCustomers(
  trx: Trx,
  tenant: Tenant,
  customers: readonly string[],
  now: number,
): Promise<void> {
  await releaseEvents(trx, tenant, await findEventsOfCustomers(trx, tenant, customers));
  await releaseStates(trx, tenant, customers);
  await releaseFailedInvoices(trx, tenant, customers, now);
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

/** One that was to be replayed has ended. */
async function releaseEvents(trx: Trx, tenant: Tenant, events: readonly EventIds[]): Promise<void> {
  for await (const some of parts(events)) {
    const seqs = inList(some.map(({ seq }) => seq));
    await trx.deleteFrom('event_payload').where(ofTenant(tenant)).where('seq', 'in', seqs).execute();
    const ids = inList(some.map(({ id }) => id));
    await trx.deleteFrom('event_replay').where(ofTenant(tenant)).where('event_id', 'in', ids).execute();
    const update = () => trx.updateTable('event').where(ofTenant(tenant)).where('seq', 'in', seqs);
    await update().set({ status: 'skipped', reason: 'contact_deleted' }).where('due_at', 'is not', null).execute();
    await update()
      .set({
        contact_id: null,
        customer_id: null,
        outcome: 'The contact of this event was deleted',
        last_error: null,
        due_at: null,
        claims: 0,
      })
      .execute();
  }
}

async function releaseObjects(trx: Trx, tenant: Tenant, objects: readonly string[]): Promise<void> {
  for await (const some of parts(objects))
    await trx.deleteFrom('object_state').where(ofTenant(tenant)).where('id', 'in', inList(some)).execute();
}

/** Of a customer only stays that it is gone. */
async function releaseStates(trx: Trx, tenant: Tenant, customers: readonly string[]): Promise<void> {
  for await (const some of parts(customers)) {
    const ofThem = inList(some);
    for (const table of ['subscription_state', 'object_state', 'payment', 'notice', 'subscription_card'] as const)
      await trx
        .deleteFrom(table as 'object_state')
        .where(ofTenant(tenant))
        .where('customer_id', 'in', ofThem)
        .execute();
    await trx
      .updateTable('customer_link')
      .set({ contact_id: null, ...NOTHING_OF_CUSTOMER })
      .where(ofTenant(tenant))
      .where('customer_id', 'in', ofThem)
      .execute();
  }
}

/** They stay counted. What becomes of an open one can't be told any more. */
async function releaseFailedInvoices(
  trx: Trx,
  tenant: Tenant,
  customers: readonly string[],
  now: number,
): Promise<void> {
  for await (const some of parts(customers)) {
    const update = () =>
      trx.updateTable('failed_invoice').where(ofTenant(tenant)).where('customer_id', 'in', inList(some));
    await update()
      .set({ lost_at: now, lost_reason: 'deleted' })
      .where('recovered_at', 'is', null)
      .where('lost_at', 'is', null)
      .execute();
    await update().set({ invoice_id: null, customer_id: null, subscription_id: null }).execute();
  }
}

/** What a tombstone says beside the customer's id. */
export const NOTHING_OF_CUSTOMER = {
  billing_emails: null,
  delinquent: null,
  customer_since: null,
  default_method: null,
  default_method_at: null,
  due_at: null,
  claims: 0,
  attempts: 0,
} as const;
