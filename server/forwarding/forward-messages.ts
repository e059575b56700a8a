/** What follows from the messages of the outbox: rows that wait to be forwarded. */
import { keyFor, keyText, selectByKeys } from '../db/keys';
import type { Row, Trx } from '../db/schema';
import { tenantColumns, tenantKey, tenantsOf, type Tenant } from '../db/tenant';
import type { Message } from '../outbox/messages';
import { findForwardings, isChosenEvent, type Forwarding } from './forwarding-settings';
import { recordForwards, type NewForward } from './record-forwards';

/** `now` in epoch milliseconds. */
export async function forwardMessages(trx: Trx, messages: readonly Message[], now: number): Promise<void> {
  const tenants = tenantsOf(messages.map(({ tenant }) => tenantColumns(tenant)));
  const forwardings = await findForwardings(trx, tenants);
  const wanted = messages.filter(({ tenant }) => (forwardings.get(tenantKey(tenant))?.status ?? 'off') !== 'off');
  if (wanted.length === 0) return;
  const events = await findEvents(trx, wanted);
  const forwards = wanted.flatMap((message) => forwardOf(message, forwardings.get(tenantKey(message.tenant))!, events));
  await recordForwards(trx, forwards, now);
}

type Events = ReadonlyMap<string, Row<'event'>>;

async function findEvents(trx: Trx, messages: readonly Message[]): Promise<Events> {
  const keys = messages.flatMap(({ type, tenant, id }) =>
    type === 'event.processed' ? keyFor(tenantColumns(tenant), id) : [],
  );
  const rows = keys.length === 0 ? [] : await selectByKeys(trx, 'event', 'id', keys);
  return new Map(rows.map((row) => [keyText(row, row.id), row]));
}

function forwardOf(
  { type, tenant, id, contactId: itsContact, details }: Message,
  forwarding: Forwarding,
  events: Events,
): NewForward[] {
  // Another by now, where it was merged since.
  const current = itsContact ?? id;
  const contact = (contactId: string, was?: string): NewForward => ({
    tenant,
    kind: 'contact',
    objectId: contactId,
    contactId,
    ...(was === undefined ? {} : { address: was }),
  });
  switch (type) {
    case 'contact.created':
    case 'contact.updated': {
      const was = details.changes?.email?.was;
      return forwarding.contacts ? [contact(current, typeof was === 'string' ? was : undefined)] : [];
    }
    case 'contact.deleted': {
      const { email, merged_into: into, earlier = [] } = details.deleted ?? {};
      if (!forwarding.contacts || email === undefined) return [];
      if (into) return [contact(current, email)];
      return [email, ...earlier].map((address) => ({
        tenant,
        kind: 'deletion',
        objectId: id,
        contactId: null,
        address,
      }));
    }
    case 'event.processed':
      return eventForward(tenant, forwarding, events.get(keyText(tenantColumns(tenant), id)));
    default:
      return [];
  }
}

function eventForward(tenant: Tenant, forwarding: Forwarding, event: Row<'event'> | undefined): NewForward[] {
  if (!event?.contact_id || event.status !== 'processed' || !isChosenEvent(forwarding, event.type)) return [];
  const { id, contact_id, type } = event;
  return [{ tenant, kind: 'event', objectId: id, contactId: contact_id, eventType: type }];
}
