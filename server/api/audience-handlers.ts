/** Contacts, their properties, mailing lists and events, in Loops' shapes. */
import { capitalize } from '../../shared/capitalize';
import { BUILT_IN_PROPERTIES } from '../../shared/contact-properties';
import { createContactProperty, listContactProperties, propertiesOf } from '../audience/contact-properties';
import { findContactByEmail, findContactByUserId } from '../audience/contacts';
import { findLists, findMemberships } from '../audience/mailing-lists';
import { deleteContact } from '../audience/save';
import { findSuppression, liftRefusal } from '../audience/suppressions';
import { writeContact, type ContactInput } from '../audience/write-contact';
import type { Db, Row } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { AppError } from '../errors';
import { recordApiEvent } from '../events/api-events';
import { answerOnce } from '../installs/api-answers';
import { findInstall } from '../installs/installs';
import type { AUDIENCE_ENDPOINTS } from './audience-endpoints';
import type { Answer, Asked } from './endpoints';
import type { Handlers } from './handler';

type Written = Asked<'createContact' | 'updateContact'>['body'];

export const AUDIENCE_HANDLERS: Handlers<keyof typeof AUDIENCE_ENDPOINTS> = {
  testApiKey: async ({ db }, tenant) => {
    const install = await findInstall(db, tenant);
    return { success: true, teamName: install?.account_name ?? tenant.accountId };
  },
  createContact: async ({ db, clock }, tenant, { body }) =>
    viewWritten(
      await transact(db, (trx) => writeContact(trx, tenant, inputOf(body), { mode: 'create', now: clock.now() })),
    ),
  updateContact: async ({ db, clock }, tenant, { body }) =>
    viewWritten(
      await transact(db, (trx) => writeContact(trx, tenant, inputOf(body), { mode: 'update', now: clock.now() })),
    ),
  findContact: async ({ db }, tenant, { query }) => {
    const contact = await findNamed(db, tenant, query);
    return contact ? [await viewContact(db, tenant, contact)] : [];
  },
  deleteContact: async ({ db, clock }, tenant, { body }) => {
    await transact(db, async (trx) => deleteContact(trx, await getNamed(trx, tenant, body), clock.now()));
    return { success: true, message: 'Contact deleted.' };
  },
  checkContactSuppression: async ({ db }, tenant, { query }) => {
    const { id, email, user_id } = await getNamed(db, tenant, query);
    const isSuppressed = await isRefused(db, tenant, email);
    return { contact: { id, email, userId: user_id }, isSuppressed, removalQuota: NO_LIMIT };
  },
  removeContactSuppression: async ({ db }, tenant, { query }) => {
    const { email } = await getNamed(db, tenant, query);
    if (!(await isRefused(db, tenant, email)))
      throw new AppError('invalid_request', 'The contact is not suppressed.', 'email');
    await liftRefusal(db, tenant, email);
    return { success: true, message: 'Email removed from suppression list.', removalQuota: NO_LIMIT };
  },
  createContactProperty: async ({ db, clock }, tenant, { body }) => {
    await transact(db, (trx) => createContactProperty(trx, tenant, body, clock.now()));
    return { success: true };
  },
  listContactProperties: async ({ db }, tenant, { query }) => {
    const custom = await listContactProperties(db, tenant);
    const all = query.list === 'custom' ? custom : [...BUILT_IN_PROPERTIES, ...custom];
    return all.map(({ name, type }) => ({ key: name, label: labelOf(name), type }));
  },
  listMailingLists: async ({ db }, tenant) =>
    (await findLists(db, tenant)).map(({ id, name, description, is_public }) => ({
      id,
      name,
      description,
      isPublic: is_public === 1,
    })),
  sendEvent: async ({ db, clock, nudge }, tenant, { body, idempotencyKey: key }) => {
    const answer = await transact(db, (trx) => {
      const now = clock.now();
      return answerOnce(trx, tenant, { route: 'events/send', key, body }, now, async () => {
        const { eventName, eventProperties, ...rest } = body;
        const { contact, notDone } = await writeContact(trx, tenant, inputOf(rest), { mode: 'update', now });
        await recordApiEvent(trx, tenant, { name: eventName, contact, properties: eventProperties ?? {} }, now);
        return { success: true as const, ...messageOf(notDone) };
      });
    });
    nudge();
    return answer;
  },
};

/** Loops counts how many may be removed; here nobody does. */
const NO_LIMIT = { limit: 1_000_000, remaining: 1_000_000 };

/** Loops' names as ours; what is left are contact properties. */
function inputOf({
  email,
  userId,
  firstName,
  lastName,
  userGroup,
  source,
  subscribed,
  mailingLists,
  ...properties
}: Written): ContactInput {
  const fields = { first_name: firstName, last_name: lastName, user_group: userGroup, source };
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return {
    email,
    userId,
    fields: given,
    subscribed,
    properties: properties,
    lists: mailingLists ?? {},
  };
}

const messageOf = (notDone: readonly string[]) => (notDone.length === 0 ? {} : { message: notDone.join(' ') });

const viewWritten = ({ contact, notDone }: Awaited<ReturnType<typeof writeContact>>): Answer<'createContact'> => ({
  success: true,
  id: contact.id,
  ...messageOf(notDone),
});

interface Named {
  email?: string | undefined;
  userId?: string | undefined;
}

async function findNamed(db: Db, tenant: Tenant, { email, userId }: Named): Promise<Row<'contact'> | undefined> {
  return email === undefined ? findContactByUserId(db, tenant, userId ?? '') : findContactByEmail(db, tenant, email);
}

async function getNamed(db: Db, tenant: Tenant, named: Named): Promise<Row<'contact'>> {
  const contact = await findNamed(db, tenant, named);
  if (!contact) throw new AppError('not_found', 'Contact not found.');
  return contact;
}

const isRefused = async (db: Db, tenant: Tenant, address: string): Promise<boolean> =>
  (await findSuppression(db, tenant, address))?.scope === 'all';

async function viewContact(db: Db, tenant: Tenant, contact: Row<'contact'>): Promise<Answer<'findContact'>[number]> {
  const names = (await listContactProperties(db, tenant)).map(({ name }) => name);
  const memberships = await findMemberships(db, tenant, contact.id);
  return {
    ...Object.fromEntries(names.map((name) => [name, null])),
    ...propertiesOf(contact),
    id: contact.id,
    email: contact.email,
    firstName: contact.first_name,
    lastName: contact.last_name,
    source: contact.source,
    subscribed: contact.status === 'subscribed',
    userGroup: contact.user_group ?? '',
    userId: contact.user_id,
    mailingLists: Object.fromEntries(
      memberships.flatMap(({ list_id, is_member }) => (is_member === 1 ? [[list_id, true as const]] : [])),
    ),
    optInStatus: null,
  };
}

/** `favoriteColor` → `Favorite color`. */
const labelOf = (name: string): string =>
  capitalize(
    name
      .replace(/_/g, ' ')
      .replace(/([a-z0-9])([A-Z])/g, (_, before: string, next: string) => `${before} ${next.toLowerCase()}`),
  );
