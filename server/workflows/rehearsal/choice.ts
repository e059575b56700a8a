/** Which events can matter to a rehearsal, told by their rows alone: payloads are what takes long. */
import type { ObjectKind } from '../../../shared/api';
import { keyFor, selectByKeys } from '../../db/keys';
import { parts } from '../../db/parts';
import type { Db } from '../../db/schema';
import { tenantColumns, type Tenant } from '../../db/tenant';
import { kindOf } from '../../stripe-objects/read-object';
import type { Choice, Place } from './log';
import type { Shares } from './shares';

interface About {
  trigger: string;
  /** Of what the workflow is judged by. */
  kind: ObjectKind | undefined;
  /** Its contacts' other subscriptions are judged too. */
  hasOthers: boolean;
}

/**
 * Asked of all events that may start a run first: one of another type matters if it is of one of their contacts, or of one
 * of their customers, for all events about an object name the same customer. What matters is told to `shares`.
 */
export function createChoice(db: Db, tenant: Tenant, { trigger, kind, hasOthers }: About, shares: Shares): Choice {
  const contacts = new Set<string>();
  const customers = new Set<string>();
  let hasGuests = false;

  return {
    take(place) {
      if (place.type === trigger) learn(place);
      else if (!isAboutThem(place)) return false;
      shares.add(place);
      return true;
    },

    async complete() {
      if (!hasOthers) return;
      const columns = tenantColumns(tenant);
      for await (const part of parts([...contacts])) {
        const keys = part.map((id) => keyFor(columns, id));
        for (const { contact_id, customer_id } of await selectByKeys(db, 'customer_link', 'contact_id', keys)) {
          customers.add(customer_id);
          if (contact_id !== null) shares.join(customer_id, contact_id);
        }
      }
    },
  };

  function learn({ contactId, customerId, isProcessed, isOff }: Place): void {
    if (contactId !== null) contacts.add(contactId);
    if (customerId !== null) customers.add(customerId);
    else hasGuests = true;
    if (customerId === null && (isProcessed || isOff)) shares.keepTogether();
  }

  function isAboutThem({ type, contactId, customerId }: Place): boolean {
    if (contactId === null || contacts.has(contactId) || customerId === null || customers.has(customerId)) return true;
    // A guest may have become a customer since.
    return hasGuests && kindOf(type) === kind;
  }
}
