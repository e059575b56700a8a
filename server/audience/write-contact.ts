/** Contacts as other programs make and change them. */
import { NOT_KEPT } from '../../shared/words/api';
import type { ContactPropertyValue } from '../../shared/contact-properties';
import { byId, keyFor, keyText, selectByKeys } from '../db/keys';
import type { Row, Trx } from '../db/schema';
import { tenantColumns, tenantKey, type Tenant } from '../db/tenant';
import { AppError } from '../errors';
import type { Audience } from './audience';
import { hasLeft } from './change-contact';
import { changeConsent } from './consent';
import { withProperties } from './contact-properties';
import { findContact, findContactByUserId } from './contacts';
import { loadAudiences } from './load';
import { changeMembership } from './mailing-lists';
import { saveAudiences } from './save';
import { snapshotStamp } from './stamp';

export interface ContactInput {
  /** Normalised. */
  email?: string | undefined;
  userId?: string | undefined;
  fields: Partial<Pick<Row<'contact'>, 'first_name' | 'last_name' | 'user_group'>> & { source?: string | undefined };
  subscribed?: boolean | undefined;
  /** Null takes one away. */
  properties: Readonly<Record<string, ContactPropertyValue | null>>;
  /** On it or not, by the list's id. */
  lists: Readonly<Record<string, boolean>>;
}

export interface WrittenContact {
  contact: Row<'contact'>;
  /** What was not done, each in a sentence: nothing from outside subscribes somebody who has left. */
  notDone: string[];
}

const FIELDS_OF_NAME = ['first_name', 'last_name'] as const;

/**
 * In a transaction. `mode` create: throws conflict for one that is there. Update: one that isn't there is made. Throws
 * invalid_request naming the field. `now` in epoch milliseconds.
 */
export async function writeContact(
  trx: Trx,
  tenant: Tenant,
  input: ContactInput,
  { mode, now }: { mode: 'create' | 'update'; now: number },
): Promise<WrittenContact> {
  await checkLists(trx, tenant, input.lists);
  const { audience, known } = await find(trx, tenant, input, now);
  if (known && mode === 'create') throw new AppError('conflict', 'Email or userId is already on list.');
  const contact = known ?? create(audience, input);
  if (input.email !== undefined && contact.email !== input.email) audience.rename(contact, input.email);
  const { properties, userId } = input;
  const isNameGiven = FIELDS_OF_NAME.some((name) => input.fields[name] !== undefined);
  audience.update(contact, {
    ...input.fields,
    ...(isNameGiven ? { name_stamp: snapshotStamp(now) } : {}),
    ...(userId === undefined ? {} : { user_id: userId }),
    properties: await withProperties(trx, tenant, contact, properties, { now }),
  });
  await saveAudiences(trx, [audience], { cause: 'api', now });
  const notDone = [
    ...(known ? await changeStatus(trx, tenant, contact.id, input.subscribed, now) : []),
    ...(!known && input.subscribed && contact.status === 'unsubscribed' ? [NOT_KEPT.unsubscribed] : []),
    ...(await changeLists(trx, tenant, contact.id, input.lists, now)),
  ];
  return { contact: (await findContact(trx, tenant, contact.id)) ?? contact, notDone };
}

/** Loaded with its customers and payments, and locked. */
async function find(trx: Trx, tenant: Tenant, { email, userId }: ContactInput, now: number) {
  const byUser = userId === undefined ? undefined : await findContactByUserId(trx, tenant, userId);
  const emails = [email, byUser?.email].flatMap((one) => one ?? []);
  const loaded = await loadAudiences(trx, [{ tenant, customerIds: [], emails }], now);
  const audience = loaded.get(tenantKey(tenant));
  if (!audience) throw new Error('an audience that was asked for is missing');
  const named = byUser && audience.contactByEmail(byUser.email);
  const addressed = email === undefined ? undefined : audience.contactByEmail(email);
  if (named && addressed && named !== addressed)
    throw new AppError('conflict', 'email: is another contact’s than userId', 'email');
  return { audience, known: named ?? addressed };
}

/** One that was never subscribed has not left, and may be subscribed later. */
function create(audience: Audience, { email, subscribed = true, fields }: ContactInput): Row<'contact'> {
  if (email === undefined)
    throw new AppError('invalid_request', 'email: must be given, there is no contact with this userId', 'email');
  return audience.create(email, subscribed ? 'subscribed' : 'transactional_only', fields.source ?? 'API');
}

async function changeStatus(
  trx: Trx,
  tenant: Tenant,
  id: string,
  subscribed: boolean | undefined,
  now: number,
): Promise<string[]> {
  const contact = await findContact(trx, tenant, id);
  if (!contact || subscribed === undefined || subscribed === (contact.status === 'subscribed')) return [];
  if (subscribed && (await hasLeft(trx, tenant, contact))) return [NOT_KEPT.unsubscribed];
  if (!subscribed && contact.status !== 'subscribed') return [];
  const status = subscribed ? 'subscribed' : 'unsubscribed';
  await changeConsent(trx, tenant, id, { status, cause: 'api' }, now);
  return [];
}

/** Throws invalid_request for one that isn't there. */
async function checkLists(trx: Trx, tenant: Tenant, lists: ContactInput['lists']): Promise<void> {
  const keys = Object.keys(lists).map((id) => keyFor(tenantColumns(tenant), id));
  const known = byId(await selectByKeys(trx, 'mailing_list', 'id', keys));
  for (const key of keys) {
    const param = `mailingLists.${key.value}`;
    if (!known.has(keyText(key, key.value)))
      throw new AppError('invalid_request', `${param}: there is no such mailing list`, param);
  }
}

async function changeLists(
  trx: Trx,
  tenant: Tenant,
  contactId: string,
  lists: ContactInput['lists'],
  now: number,
): Promise<string[]> {
  const notDone: string[] = [];
  for (const [listId, isMember] of Object.entries(lists))
    if (!(await changeMembership(trx, tenant, contactId, { listId, isMember, by: 'merchant' }, now)))
      notDone.push(NOT_KEPT.leftList(listId));
  return notDone;
}
