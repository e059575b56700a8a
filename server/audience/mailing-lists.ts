/** Mailing lists: what marketing email is about, so that a contact may leave one and stay on the others. */
import { sql, type SqlBool } from 'kysely';
import type { MailingListView } from '../../shared/mailing-lists';
import { MOST_LISTS, mailingListSchema } from '../../shared/mailing-lists';
import { inList, insertNew, upsert } from '../db/bulk';
import { flag, isoTime } from '../db/columns';
import { keyFor, selectByKeys } from '../db/keys';
import { newId } from '../db/new-id';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import { holdContacts } from '../db/transact';
import { AppError, invalid } from '../errors';
import { findWants } from '../installs/wants';
import { recordMessages, type ChangeCause } from '../outbox/messages';
import { findContact } from './contacts';
import { hashAddress } from './suppression-key';

type MailingList = Row<'mailing_list'>;
export type Membership = Row<'list_membership'>;

/** The oldest first. */
export const findLists = (db: Db, tenant: Tenant): Promise<MailingList[]> =>
  db.selectFrom('mailing_list').selectAll().where(ofTenant(tenant)).orderBy('id').execute();

export const findList = (db: Db, tenant: Tenant, id: string): Promise<MailingList | undefined> =>
  db.selectFrom('mailing_list').selectAll().where(ofTenant(tenant)).where('id', '=', id).executeTakeFirst();

/** With how many are on each. */
export async function listMailingLists(db: Db, tenant: Tenant): Promise<MailingListView[]> {
  const counts = await db
    .selectFrom('list_membership')
    .select((eb) => ['list_id', eb.fn.countAll<number>().as('count')])
    .where(ofTenant(tenant))
    .where('is_member', '=', 1)
    .groupBy('list_id')
    .execute();
  const countOf = new Map(counts.map(({ list_id, count }) => [list_id, Number(count)]));
  return (await findLists(db, tenant)).map((list) => ({
    id: list.id,
    object: 'mailing_list',
    name: list.name,
    description: list.description,
    is_public: list.is_public === 1,
    contacts: countOf.get(list.id) ?? 0,
    created_at: isoTime(list.created_at),
  }));
}

/** Throws invalid_request naming the field. */
function parseList(input: unknown) {
  const parsed = mailingListSchema.safeParse(input);
  if (!parsed.success) throw invalid(parsed.error);
  const { name, description, is_public } = parsed.data;
  return { name, description, is_public: flag(is_public) };
}

/** `input` of mailingListSchema. Throws invalid_request naming the field. `now` in epoch milliseconds. Returns its id. */
export async function createList(trx: Trx, tenant: Tenant, input: unknown, now: number): Promise<string> {
  const values = parseList(input);
  if ((await findLists(trx, tenant)).length >= MOST_LISTS)
    throw new AppError('invalid_request', `name: there may be at most ${MOST_LISTS} mailing lists`, 'name');
  const row = { ...tenantColumns(tenant), id: newId('lst', now), ...values, created_at: now };
  await trx.insertInto('mailing_list').values(row).execute();
  return row.id;
}

/** Throws invalid_request naming the field, and not_found. */
export async function saveList(trx: Trx, tenant: Tenant, id: string, input: unknown): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('mailing_list')
    .set(parseList(input))
    .where(ofTenant(tenant))
    .where('id', '=', id)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new AppError('not_found', 'There is no such mailing list.', 'id');
}

/** Emails of it that wait are not sent. */
export async function deleteList(trx: Trx, tenant: Tenant, id: string): Promise<void> {
  for (const table of ['list_membership', 'list_left'] as const)
    await trx.deleteFrom(table).where(ofTenant(tenant)).where('list_id', '=', id).execute();
  await trx.deleteFrom('mailing_list').where(ofTenant(tenant)).where('id', '=', id).execute();
}

export const findMemberships = (db: Db, tenant: Tenant, contactId: string): Promise<Membership[]> =>
  db.selectFrom('list_membership').selectAll().where(ofTenant(tenant)).where('contact_id', '=', contactId).execute();

export interface MembershipChange {
  listId: string;
  isMember: boolean;
  by: Membership['changed_by'];
}

/** The lists that a contact, which is to be deleted, left by a link of theirs stay left by its address. */
export async function keepLeftLists(trx: Trx, tenant: Tenant, { id, email }: Row<'contact'>): Promise<void> {
  const left = (await findMemberships(trx, tenant, id)).filter(
    (one) => one.is_member === 0 && one.changed_by === 'contact',
  );
  const address_mac = hashAddress(trx, email);
  await insertNew(
    trx,
    'list_left',
    left.map(({ list_id, at }) => ({ ...tenantColumns(tenant), list_id, address_mac, at })),
  );
}

const ofAddress = (db: Db, tenant: Tenant, listId: string, address: string) =>
  sql<SqlBool>`${ofTenant(tenant)} and list_id = ${listId} and address_mac = ${hashAddress(db, address)}`;

/**
 * Puts a contact on a list or takes it off. False where it stays off: the contact left by a link of theirs, also before an
 * earlier deletion, and only they come back; or where the contact is no more. In a transaction; `now` in epoch milliseconds.
 */
export async function changeMembership(
  trx: Trx,
  tenant: Tenant,
  contactId: string,
  { listId, isMember, by }: MembershipChange,
  now: number,
): Promise<boolean> {
  const before = (await findMemberships(trx, tenant, contactId)).find(({ list_id }) => list_id === listId);
  if (by === 'merchant' && isMember && before?.is_member === 0 && before.changed_by === 'contact') return false;
  const contact = await findContact(trx, tenant, contactId);
  if (!contact) return false;
  if (isMember && before?.is_member !== 1) {
    const isLeft = ofAddress(trx, tenant, listId, contact.email);
    if (by === 'contact') await trx.deleteFrom('list_left').where(isLeft).execute();
    else if (await trx.selectFrom('list_left').select('list_id').where(isLeft).executeTakeFirst()) return false;
  }
  // Who leaves after the merchant took them off has left all the same.
  const isNews = !isMember && by === 'contact' && before?.changed_by === 'merchant';
  if (before?.is_member === flag(isMember) && !isNews) return true;
  // Deleted meanwhile, it would leave its membership behind.
  await holdContacts(trx, [contact]);
  const values = { is_member: flag(isMember), changed_by: by, at: now };
  await trx
    .insertInto('list_membership')
    .values({ ...tenantColumns(tenant), contact_id: contactId, list_id: listId, ...values })
    .onConflict((oc) => oc.columns(['account_id', 'livemode', 'contact_id', 'list_id']).doUpdateSet(values))
    .execute();
  if (isMember)
    await recordJoining(trx, tenant, [contactId], { listId, cause: by === 'contact' ? 'contact' : 'api' }, now);
  return true;
}

async function recordJoining(
  trx: Trx,
  tenant: Tenant,
  contactIds: readonly string[],
  { listId, cause }: { listId: string; cause: ChangeCause },
  now: number,
): Promise<void> {
  const wants = await findWants(trx, tenant);
  const messages = contactIds.map((id) => {
    const about = { tenant, type: 'list.joined', kind: 'contact', id, contactId: id } as const;
    return { ...about, details: { cause, list_id: listId } };
  });
  await recordMessages(trx, messages, { wantsOf: () => wants, now });
}

/**
 * Which addresses an import may put on a list: nobody who is on it, or who left it by a link of theirs, also before an earlier
 * deletion. Nobody where there is no such list.
 */
export async function findWhoMayJoin(
  db: Db,
  tenant: Tenant,
  listId: string | undefined,
  { emails, contacts }: { emails: readonly string[]; contacts: readonly Row<'contact'>[] },
): Promise<(email: string) => boolean> {
  if (listId === undefined || !(await findList(db, tenant, listId))) return () => false;
  const own = tenantColumns(tenant);
  const ofContacts = contacts.map(({ id }) => keyFor(own, id));
  const barred = new Set(
    (await selectByKeys(db, 'list_membership', 'contact_id', ofContacts))
      .filter((one) => one.list_id === listId && (one.is_member === 1 || one.changed_by === 'contact'))
      .map(({ contact_id }) => contact_id),
  );
  const barredEmails = new Set(contacts.filter(({ id }) => barred.has(id)).map(({ email }) => email));
  const hashes = new Map(emails.map((email) => [hashAddress(db, email), email]));
  for (const { address_mac } of await findLeft(db, tenant, [listId], [...hashes.keys()]))
    barredEmails.add(hashes.get(address_mac) ?? '');
  return (email) => !barredEmails.has(email);
}

/** Which of the lists were left by which of the addresses, before an earlier deletion or as another's. */
const findLeft = (db: Db, tenant: Tenant, listIds: readonly string[], hashes: readonly string[]) =>
  db
    .selectFrom('list_left')
    .selectAll()
    .where(ofTenant(tenant))
    .where('list_id', 'in', inList(listIds))
    .where('address_mac', 'in', inList(hashes))
    .execute();

/** Of an import: those that findWhoMayJoin lets. In the transaction that made or holds the contacts. */
export async function joinList(
  trx: Trx,
  tenant: Tenant,
  listId: string,
  contactIds: readonly string[],
  now: number,
): Promise<void> {
  const member = { list_id: listId, is_member: 1, changed_by: 'merchant', at: now } as const;
  await upsert(
    trx,
    'list_membership',
    ['contact_id', 'list_id'],
    contactIds.map((contact_id) => ({ ...tenantColumns(tenant), contact_id, ...member })),
  );
  await recordJoining(trx, tenant, contactIds, { listId, cause: 'import' }, now);
}

/**
 * A contact has another address: the lists that it left by a link stay left by the address it had, and those that were left
 * by the one it has now it leaves. In a transaction; `now` in epoch milliseconds.
 */
export async function leaveListsOfAddress(
  trx: Trx,
  before: Row<'contact'>,
  after: Row<'contact'>,
  now: number,
): Promise<void> {
  const tenant = tenantOf(after);
  await keepLeftLists(trx, tenant, before);
  const on = (await findMemberships(trx, tenant, after.id)).filter(({ is_member }) => is_member === 1);
  const listIds = on.map(({ list_id }) => list_id);
  const left = on.length === 0 ? [] : await findLeft(trx, tenant, listIds, [hashAddress(trx, after.email)]);
  if (left.length === 0) return;
  await trx
    .updateTable('list_membership')
    .set({ is_member: 0, changed_by: 'contact', at: now })
    .where(ofTenant(tenant))
    .where('contact_id', '=', after.id)
    .where('list_id', 'in', inList(left.map(({ list_id }) => list_id)))
    .execute();
}

/** The names of the lists that contacts are on, by contact id. */
export async function findListNames(
  db: Db,
  tenant: Tenant,
  contactIds: readonly string[],
): Promise<Map<string, string[]>> {
  const names = new Map((await findLists(db, tenant)).map(({ id, name }) => [id, name]));
  const own = tenantColumns(tenant);
  const ofContacts = contactIds.map((id) => keyFor(own, id));
  const memberships = names.size === 0 ? [] : await selectByKeys(db, 'list_membership', 'contact_id', ofContacts);
  const found = new Map<string, string[]>();
  for (const { contact_id, list_id, is_member } of memberships) {
    const name = is_member === 1 ? names.get(list_id) : undefined;
    if (name !== undefined) found.set(contact_id, [...(found.get(contact_id) ?? []), name]);
  }
  return found;
}
