/** Which events can matter to a rehearsal, told by their rows alone: payloads are what takes long. */
import type { ObjectKind } from '../../shared/api';
import { keyFor, selectByKeys } from '../db/keys';
import { parts } from '../db/parts';
import type { Db } from '../db/schema';
import { tenantColumns, type Tenant } from '../db/tenant';
import { kindOf } from '../stripe-objects/read-object';
import type { Choice } from './rehearsal-log';

interface About {
  /** Of what the workflow is judged by. */
  kind: ObjectKind | undefined;
  /** Its contacts' other subscriptions are judged too. */
  hasOthers: boolean;
}

/**
 * Told of all events that may start a run: one of another type matters if it is of one of their contacts, or of one of their
 * customers, for all events about an object name the same customer.
 */
export function createChoice(db: Db, tenant: Tenant, { kind, hasOthers }: About): Choice {
  const contacts = new Set<string>();
  const customers = new Set<string>();
  const unlinked = new Set<string>();
  let hasGuests = false;

  return {
    add({ contactId, customerId, isOff }) {
      if (contactId !== null) contacts.add(contactId);
      if (customerId !== null) customers.add(customerId);
      if (customerId !== null && contactId === null && isOff) unlinked.add(customerId);
      hasGuests ||= customerId === null;
    },

    async complete() {
      for (const id of (await findLinks(db, tenant, 'customer_id', unlinked)).contacts) contacts.add(id);
      if (hasOthers)
        for (const id of (await findLinks(db, tenant, 'contact_id', contacts)).customers) customers.add(id);
    },

    isWanted({ type, contactId, customerId }) {
      if (contactId === null || contacts.has(contactId) || customerId === null || customers.has(customerId))
        return true;
      // A guest may have become a customer since.
      return hasGuests && kindOf(type) === kind;
    },
  };
}

/** The links between contacts and customers, found by the one or the other. */
async function findLinks(
  db: Db,
  tenant: Tenant,
  column: 'customer_id' | 'contact_id',
  ids: ReadonlySet<string>,
): Promise<{ contacts: string[]; customers: string[] }> {
  const columns = tenantColumns(tenant);
  const found = { contacts: [] as string[], customers: [] as string[] };
  for await (const part of parts([...ids])) {
    const keys = part.map((id) => keyFor(columns, id));
    for (const { contact_id, customer_id } of await selectByKeys(db, 'customer_link', column, keys)) {
      if (contact_id !== null) found.contacts.push(contact_id);
      found.customers.push(customer_id);
    }
  }
  return found;
}
