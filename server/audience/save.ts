/** Writes what changed in audiences, for all accounts together, merges and deletions of contacts included. */
import { upsert } from '../db/bulk';
import { moveContact, releaseContact } from '../db/contact-references';
import { byId, deleteByKeys, keyFor, keyText, selectByKeys } from '../db/keys';
import type { Db, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import type { Audience, Changes, Contact } from './audience';
import type { ObjectFacts } from '../stripe-objects/types';
import { isNewer, stateRow } from './object-states';
import { snapshotStamp } from './stamp';
import { suppressAddress } from './suppressions';

/** `now` in epoch milliseconds. The audiences may be used on, but hold nothing more to write. */
export async function saveAudiences(trx: Trx, audiences: Iterable<Audience>, now: number): Promise<void> {
  const all = [...audiences].map((audience) => ({ tenant: audience.tenant, ...audience.changes() }));
  const of = <T>(pick: (changes: Changes) => T[]): T[] => all.flatMap(pick);
  await Promise.all([
    upsert(
      trx,
      'contact',
      ['id'],
      of(({ contacts }) => contacts),
    ),
    upsert(
      trx,
      'customer_link',
      ['customer_id'],
      of(({ links }) => links),
    ),
    upsert(
      trx,
      'subscription_state',
      ['subscription_id'],
      of(({ subscriptions }) => subscriptions),
    ),
    upsert(
      trx,
      'object_state',
      ['id'],
      of(({ objects }) => objects),
    ),
  ]);
  for (const { customerId, from, into } of of(({ moved }) => moved))
    await moveContact(trx, tenantOf(from), { fromId: from.id, intoId: into.id, customerId });
  for (const { from, into } of of(({ merged }) => merged)) {
    await moveContact(trx, tenantOf(from), { fromId: from.id, intoId: into.id });
    await deleteRow(trx, from);
  }
  for (const contact of of(({ deleted }) => deleted)) await deleteContact(trx, contact, now);
  for (const { tenant, released } of all)
    await deleteByKeys(
      trx,
      'object_state',
      'customer_id',
      released.map((id) => keyFor(tenantColumns(tenant), id)),
    );
}

/**
 * Deletes a contact and what is personal about it: its customers become tombstones, its events keep their rows but lose
 * their payloads, its emails lose their bodies, its runs stop. Who had unsubscribed stays suppressed, by a hash of the
 * address. `now` in epoch milliseconds.
 */
export async function deleteContact(trx: Trx, contact: Contact, now: number): Promise<void> {
  const tenant = tenantOf(contact);
  if (contact.status === 'unsubscribed')
    await suppressAddress(trx, tenant, contact.email, { scope: 'marketing', reason: 'unsubscribed', now });
  await deleteStates(trx, contact);
  await releaseContact(trx, tenant, contact.id, now);
  await deleteRow(trx, contact);
}

/** What is kept of its customers' invoices and subscriptions names them. */
async function deleteStates(trx: Trx, contact: Contact): Promise<void> {
  const links = await selectByKeys(trx, 'customer_link', 'contact_id', [keyFor(contact, contact.id)]);
  const customers = links.map((link) => keyFor(link, link.customer_id));
  await deleteByKeys(trx, 'object_state', 'customer_id', customers);
}

const deleteRow = (trx: Trx, contact: Contact) =>
  trx
    .deleteFrom('contact')
    .where(ofTenant(tenantOf(contact)))
    .where('id', '=', contact.id)
    .execute();

/** States as Stripe has them at `askedAt` (epoch milliseconds); what a newer event told stays. */
export const saveFetchedStates = (
  db: Db,
  tenant: Tenant,
  facts: readonly ObjectFacts[],
  askedAt: number,
): Promise<void> =>
  transact(db, async (trx) => {
    const states = facts.map((one) => stateRow(tenant, one, snapshotStamp(askedAt), askedAt));
    const known = byId(
      await selectByKeys(
        trx,
        'object_state',
        'id',
        states.map((state) => keyFor(state, state.id)),
      ),
    );
    const newer = states.filter((state) => isNewer(state, known.get(keyText(state, state.id))));
    await upsert(trx, 'object_state', ['id'], newer);
  });

const ERASED_AT_ONCE = 500;

/**
 * Deletes contacts of an install that is erased, which has nothing else left; returns how many. Who had unsubscribed stays
 * suppressed. `now` in epoch milliseconds.
 */
export const eraseContacts = (db: Db, tenant: Tenant, now: number): Promise<number> =>
  transact(db, async (trx) => {
    const contacts = await trx
      .selectFrom('contact')
      .selectAll()
      .where(ofTenant(tenant))
      .limit(ERASED_AT_ONCE)
      .execute();
    if (contacts.length === 0) return 0;
    for (const { email, status } of contacts)
      if (status === 'unsubscribed')
        await suppressAddress(trx, tenant, email, { scope: 'marketing', reason: 'unsubscribed', now });
    const ids = contacts.map(({ id }) => id);
    await trx.deleteFrom('contact').where(ofTenant(tenant)).where('id', 'in', ids).execute();
    return contacts.length;
  });
