/** Writes what changed in audiences, for all accounts together, merges and deletions of contacts included. */
import { allDone } from '../all-done';
import { upsert } from '../db/bulk';
import { moveContact } from '../db/contact-references';
import { byId, keyFor, keyText, selectByKeys } from '../db/keys';
import { releaseContact } from '../db/release-contact';
import { releaseCustomers } from '../db/release-customers';
import type { Db, Trx } from '../db/schema';
import { ofTenant, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { holdContacts, transact } from '../db/transact';
import { searchTextOf } from '../fold-text';
import { holdInstalls } from '../installs/installs';
import type { Audience, Changes } from './audience';
import { isTombstone, type Contact } from './audience-rows';
import { recordContactChanges, recordDeletion, type TellingOfChanges } from './contact-changes';
import type { ObjectFacts } from '../stripe-objects/types';
import { keepLeftLists, leaveListsOfAddress } from './mailing-lists';
import { isNewer, keepFailure, stateRow, type ObjectState } from './object-states';
import { savePayments } from './save-payments';
import { snapshotStamp } from './stamp';
import { suppressAddress } from './suppressions';

/** The audiences may be used on, but hold nothing more to write. */
export async function saveAudiences(trx: Trx, audiences: Iterable<Audience>, telling: TellingOfChanges): Promise<void> {
  const { now, wantsOf } = telling;
  const own = [...audiences];
  const all = own.map((audience) => ({ tenant: audience.tenant, ...audience.changes() }));
  const of = <T>(pick: (changes: Changes) => T[]): T[] => all.flatMap(pick);
  // What they are to release is found by the links as they stand.
  for (const contact of of(({ deleted }) => deleted)) await deleteContact(trx, contact, now, wantsOf);
  for (const { tenant, released } of all) if (released.length > 0) await releaseCustomers(trx, tenant, released, now);
  for (const { tenant, left } of all)
    for (const address of left) await suppressAddress(trx, tenant, address, { ...LEFT, now });
  await savePayments(trx, own);
  // The other may bear it from now on, and it is unique.
  for (const { from } of of(({ merged }) => merged)) if (from.user_id !== null) await dropUserId(trx, from);
  await allDone([
    upsert(
      trx,
      'contact',
      ['id'],
      of(({ contacts }) => contacts.map((one) => ({ ...one, search_text: searchTextOf(one) }))),
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
    // What emails did to it is theirs to write.
    upsert(
      trx,
      'failed_invoice',
      ['invoice_id'],
      of(({ failedInvoices }) => failedInvoices),
      FOLLOWED,
    ),
    recordContactChanges(
      trx,
      all.flatMap(({ contacts, contactsBefore }) =>
        contacts.map((after) => ({ before: contactsBefore.get(after.id) ?? null, after })),
      ),
      telling,
    ),
  ]);
  for (const { contacts, contactsBefore } of all)
    for (const after of contacts) {
      const before = contactsBefore.get(after.id);
      if (before && before.email !== after.email) await leaveListsOfAddress(trx, before, after, now);
    }
  for (const { customerId, from, into } of of(({ moved }) => moved))
    await moveContact(trx, tenantOf(from), { fromId: from.id, intoId: into.id, customerId });
  for (const { from, into } of of(({ merged }) => merged)) {
    await moveContact(trx, tenantOf(from), { fromId: from.id, intoId: into.id });
    await deleteRow(trx, from);
    await recordDeletion(trx, from, { into, now, wantsOf });
  }
}

const LEFT = { scope: 'marketing', reason: 'unsubscribed' } as const;

const dropUserId = (trx: Trx, contact: Contact) =>
  trx
    .updateTable('contact')
    .set({ user_id: null })
    .where(ofTenant(tenantOf(contact)))
    .where('id', '=', contact.id)
    .execute();

const FOLLOWED = [
  ...(['amount', 'paid_before', 'first_failed_at', 'attempts'] as const),
  ...(['recovered_at', 'recovered_amount', 'lost_at', 'lost_reason'] as const),
];

/**
 * Deletes a contact and what is personal about it: its customers become tombstones, its events keep their rows but lose
 * their payloads, its emails lose their bodies, its runs stop, and none of them says any more whose they were. Who had
 * unsubscribed stays suppressed, and who had left a mailing list off it, by a keyed hash of the address. `now` in epoch milliseconds;
 * `wantsOf`, what is wanted to be told: left out, it is read.
 */
export async function deleteContact(
  trx: Trx,
  contact: Contact,
  now: number,
  wantsOf?: TellingOfChanges['wantsOf'],
): Promise<void> {
  const tenant = tenantOf(contact);
  if (contact.status === 'unsubscribed') await suppressAddress(trx, tenant, contact.email, { ...LEFT, now });
  await keepLeftLists(trx, tenant, contact);
  const earlier = await releaseContact(trx, tenant, contact, now);
  await deleteRow(trx, contact);
  await recordDeletion(trx, contact, { now, wantsOf, earlier });
}

const deleteRow = (trx: Trx, contact: Contact) =>
  trx
    .deleteFrom('contact')
    .where(ofTenant(tenantOf(contact)))
    .where('id', '=', contact.id)
    .execute();

/**
 * States as Stripe has them at `askedAt` (epoch milliseconds); what a newer event told stays, and nothing is kept of a
 * customer whose contact was deleted while Stripe was asked.
 */
export const saveFetchedStates = (
  db: Db,
  tenant: Tenant,
  facts: readonly ObjectFacts[],
  askedAt: number,
): Promise<void> =>
  transact(db, async (trx) => {
    const install = (await holdInstalls(trx, [tenant])).get(tenantKey(tenant));
    const dueAt = install?.has_schedules === 1 ? askedAt : null;
    const saving = { stamp: snapshotStamp(askedAt), knownAt: askedAt, dueAt };
    const fetched = facts.map((one) => stateRow(tenant, one, saving));
    const states = await withoutDeleted(trx, fetched);
    const known = byId(
      await selectByKeys(
        trx,
        'object_state',
        'id',
        states.map((state) => keyFor(state, state.id)),
      ),
    );
    const knownOf = (state: ObjectState) => known.get(keyText(state, state.id));
    const newer = states.filter((state) => isNewer(state, knownOf(state)));
    await upsert(
      trx,
      'object_state',
      ['id'],
      newer.map((state) => keepFailure(state, knownOf(state))),
    );
    // An event of the same moment knows the state as well, but not why a payment failed.
    for (const { id, failure } of states.filter((state) => state.failure !== null && !newer.includes(state)))
      await trx.updateTable('object_state').set({ failure }).where(ofTenant(tenant)).where('id', '=', id).execute();
  });

/** A contact that is deleted meanwhile collides with this. */
async function withoutDeleted(trx: Trx, states: readonly ObjectState[]): Promise<ObjectState[]> {
  const customers = states.flatMap((state) => (state.customer_id ? keyFor(state, state.customer_id) : []));
  const links = await selectByKeys(trx, 'customer_link', 'customer_id', customers);
  const ids = links.flatMap((link) => (link.contact_id ? keyFor(link, link.contact_id) : []));
  await holdContacts(trx, await selectByKeys(trx, 'contact', 'id', ids));
  const deleted = new Set(links.filter(isTombstone).map((link) => keyText(link, link.customer_id)));
  return states.filter((state) => !deleted.has(keyText(state, state.customer_id ?? '')));
}

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
      if (status === 'unsubscribed') await suppressAddress(trx, tenant, email, { ...LEFT, now });
    const ids = contacts.map(({ id }) => id);
    await trx.deleteFrom('contact').where(ofTenant(tenant)).where('id', 'in', ids).execute();
    return contacts.length;
  });
