/** Of a contact that is deleted: rows that are about others, or nobody, and bear an address of it. */
import { sql } from 'kysely';
import { inList } from './bulk';
import { findBilledTo, findOnTestList, names, type Person } from './contact-rows';
import { contains } from './contains';
import type { Trx } from './schema';
import { ofTenant, type Tenant } from './tenant';

export async function releaseAddresses(trx: Trx, tenant: Tenant, person: Person): Promise<void> {
  for (const address of person.addresses) await releaseWork(trx, tenant, address);
  await releaseBillingContacts(trx, tenant, person);
  const addresses = inList(person.addresses);
  await trx.deleteFrom('payment').where(ofTenant(tenant)).where('email', 'in', addresses).execute();
  await trx.deleteFrom('test_address').where(ofTenant(tenant)).where('address', 'in', addresses).execute();
  await leaveTestList(trx, tenant, person);
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
