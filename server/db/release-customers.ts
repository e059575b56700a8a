/** What becomes of the rows that are about customers, and of events, when nobody is to be known by them any more. */
import { inList } from './bulk';
import { findEventsOfCustomers, type EventIds } from './contact-rows';
import { parts } from './parts';
import type { Trx } from './schema';
import { ofTenant, type Tenant } from './tenant';

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

/** One that was to be replayed has ended. */
export async function releaseEvents(trx: Trx, tenant: Tenant, events: readonly EventIds[]): Promise<void> {
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

export async function releaseObjects(trx: Trx, tenant: Tenant, objects: readonly string[]): Promise<void> {
  for await (const some of parts(objects))
    await trx.deleteFrom('object_state').where(ofTenant(tenant)).where('id', 'in', inList(some)).execute();
}

/** Of a customer only stays that it is gone. */
export async function releaseStates(trx: Trx, tenant: Tenant, customers: readonly string[]): Promise<void> {
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
export async function releaseFailedInvoices(
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

/** What a link says beside the customer's id of whom nothing is known, yet or any more. */
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
