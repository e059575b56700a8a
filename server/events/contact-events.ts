/** What happens to contacts becomes events of the log, where an active workflow asks for it: a consumer of the outbox. */
import { CONTACT_PROPERTIES, type PropertyValue } from '../../shared/catalogue';
import { CONTACT_EVENT_TYPES, TOLD_AS, type ContactEventType } from '../../shared/contact-events';
import { keyFor, keyText, selectByKeys, selectByTenants } from '../db/keys';
import { firstIdAt } from '../db/new-id';
import type { Row, Trx } from '../db/schema';
import { tenantColumns, tenantKey, tenantOf, tenantsOf } from '../db/tenant';
import { holdContacts } from '../db/transact';
import { groupBy } from '../group-by';
import type { ChangeCause, FieldChange, Message } from '../outbox/messages';
import { definitionOf } from '../workflows/definitions';
import { findLiveWorkflows, type LiveWorkflow } from '../workflows/live-workflows';
import { mayStartWith } from '../workflows/match';
import { ownEventId, recordOwnEvents, type OwnEvent } from './own-events';

/**
 * Whose doing starts workflows. What is done to many at once would mail all of them; what a workflow changes would start it
 * again, and what comes too late would be news of long ago.
 */
const DONE_BY: Readonly<Record<ChangeCause, string | null>> = {
  stripe: 'stripe',
  api: 'program',
  person: 'person',
  contact: 'contact',
  import: null,
  bulk: null,
  workflow: null,
  late: null,
};

/**
 * Of one kind for one contact in 24 hours: a program that answers each change by another would go on without end. Those
 * beyond it are left out.
 */
export const MOST_A_DAY = 20;
const DAY_S = 24 * 60 * 60;

type Properties = Record<string, PropertyValue>;

interface Happened {
  message: Message;
  type: ContactEventType;
  contact: Row<'contact'>;
  properties: Properties;
}

export async function recordContactEvents(trx: Trx, messages: readonly Message[], now: number): Promise<void> {
  const typed = messages.flatMap((message) => {
    const type = CONTACT_EVENT_TYPES.find((one) => TOLD_AS[one] === message.type);
    const by = DONE_BY[message.details.cause ?? 'import'];
    return type && by !== null && message.contactId !== null ? [{ message, type, by, id: message.contactId }] : [];
  });
  if (typed.length === 0) return;
  const tenants = tenantsOf(typed.map(({ message: { tenant } }) => tenantColumns(tenant)));
  const live = await findLiveWorkflows(trx, tenants);
  const asking = ({ tenant, at }: Message, type: ContactEventType) =>
    (live.get(tenantKey(tenant)) ?? []).filter(
      (one) => one.status === 'active' && one.trigger_type === type && (one.activated_at ?? 0) <= at,
    );
  const asked = typed
    .map((one) => ({ ...one, workflows: asking(one.message, one.type) }))
    .filter(({ workflows }) => workflows.length > 0);
  if (asked.length === 0) return;
  const keys = asked.map(({ message, id }) => keyFor(tenantColumns(message.tenant), id));
  const contacts = new Map(
    (await selectByKeys(trx, 'contact', 'id', keys)).map((contact) => [keyText(contact, contact.id), contact]),
  );
  const lists = await readLists(trx, asked);
  const happened = asked.flatMap(({ message, type, by, id, workflows }): Happened[] => {
    const contact = contacts.get(keyText(tenantColumns(message.tenant), id));
    if (!contact) return [];
    const own = propertiesOf(message, contact, lists.get(tenantKey(message.tenant)) ?? []);
    if (!own) return [];
    const properties = { ...own, by };
    const isUpdate = type === 'lifecycle.contact_updated';
    const isWanted = !isUpdate || workflows.some((one) => mayStart(one, properties));
    return isWanted ? [{ message, type, contact, properties }] : [];
  });
  const made = await withinBounds(trx, happened, now);
  // One that is being deleted would leave its address in the log.
  await holdContacts(
    trx,
    made.map(({ contact }) => contact),
  );
  await recordOwnEvents(trx, made.map(eventOf), now);
}

/** Fields change all the time: an update that no workflow asks about is not logged. */
const mayStart = (workflow: LiveWorkflow, event: Properties): boolean =>
  mayStartWith(definitionOf(workflow).trigger.conditions, event);

interface Asked {
  message: Message;
  type: ContactEventType;
}

/** By tenantKey, where some were joined. */
async function readLists(trx: Trx, asked: readonly Asked[]): Promise<Map<string, Row<'mailing_list'>[]>> {
  const joined = asked.filter(({ type }) => type === 'lifecycle.list_joined');
  const tenants = tenantsOf(joined.map(({ message: { tenant } }) => tenantColumns(tenant)));
  const lists = tenants.length === 0 ? [] : await selectByTenants(trx, 'mailing_list', tenants);
  return groupBy(lists, (list) => tenantKey(tenantOf(list)));
}

/** Null for what is about nothing that is still there, or that conditions could name. */
function propertiesOf(
  { type, details }: Message,
  contact: Row<'contact'>,
  lists: readonly Row<'mailing_list'>[],
): Properties | null {
  switch (type) {
    case 'contact.created':
      return { source: contact.source };
    case 'contact.updated':
      return changesOf(details.changes ?? {});
    default: {
      const list = lists.find(({ id }) => id === details.list_id);
      return list ? { list: list.id, list_name: list.name } : null;
    }
  }
}

const TOLD = new Set(CONTACT_PROPERTIES.map(({ name }) => name));

function changesOf(changes: Readonly<Record<string, FieldChange>>): Properties | null {
  const told = Object.entries(changes).filter(([name]) => TOLD.has(name) || name.startsWith('properties.'));
  const valuesOf = (pick: (change: FieldChange) => unknown) =>
    Object.fromEntries(told.map(([name, change]) => [name, pick(change)] as const).filter(isPlain));
  if (told.length === 0) return null;
  return { changed: valuesOf(() => true), was: valuesOf(({ was }) => was), is: valuesOf(({ is }) => is) };
}

/** What was or is empty is left out. */
const isPlain = (entry: readonly [string, unknown]): entry is readonly [string, string | number | boolean] =>
  ['string', 'number', 'boolean'].includes(typeof entry[1]);

/** Without those of a contact that has had its share of the kind. */
async function withinBounds(trx: Trx, happened: readonly Happened[], now: number): Promise<Happened[]> {
  if (happened.length === 0) return [];
  // To the hour: few texts of statements stay prepared.
  const hour = Math.floor(now / 3_600_000) * 3_600;
  const types = CONTACT_EVENT_TYPES.map((type) => `'${type}'`).join();
  const since = hour - DAY_S;
  // By `seq` the index leaves out what is older: a contact may have had very many events.
  const where = `seq >= '${firstIdAt(since * 1000)}' and created > ${since} and type in (${types})`;
  const keys = happened.map(({ contact }) => keyFor(contact, contact.id));
  const counts = new Map<string, number>();
  const count = (row: Parameters<typeof keyText>[0], contactId: string, type: string): number => {
    const key = keyText(row, `${contactId} ${type}`);
    const before = counts.get(key) ?? 0;
    counts.set(key, before + 1);
    return before;
  };
  for (const row of await selectByKeys(trx, 'event', 'contact_id', keys, { where }))
    count(row, row.contact_id ?? '', row.type);
  return happened.filter(({ contact, type }) => count(contact, contact.id, type) < MOST_A_DAY);
}

const eventOf = ({ message, type, contact, properties }: Happened): OwnEvent => ({
  tenant: message.tenant,
  id: ownEventId(type, message.seq),
  type,
  created: Math.floor(message.at / 1000),
  causedBy: null,
  customerId: null,
  contactId: contact.id,
  object: { contact: contact.id, email: contact.email, user_id: contact.user_id },
  properties,
});
