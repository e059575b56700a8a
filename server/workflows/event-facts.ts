/** The properties of stored events, read from their payloads. */
import { isEventType, type EventType, type PropertyValue } from '../../shared/catalogue';
import { inList } from '../db/bulk';
import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { readObject } from '../stripe-objects/read-object';

export interface EventFacts {
  type: EventType;
  contactId: string | null;
  properties: Record<string, PropertyValue>;
}

/** By event id. Events whose payload isn't kept any more are left out. */
export async function readEventFacts(db: Db, tenant: Tenant, ids: Iterable<string>): Promise<Map<string, EventFacts>> {
  const wanted = inList(ids);
  if (wanted.length === 0) return new Map();
  const rows = await db
    .selectFrom('event')
    .innerJoin('event_payload', (join) =>
      join
        .onRef('event_payload.account_id', '=', 'event.account_id')
        .onRef('event_payload.livemode', '=', 'event.livemode')
        .onRef('event_payload.seq', '=', 'event.seq'),
    )
    .select(['event.id', 'event.type', 'event.contact_id', 'event_payload.payload'])
    .where(ofTenant(tenant, 'event'))
    .where('event.id', 'in', wanted)
    .execute();
  const facts = new Map<string, EventFacts>();
  for (const { id, type, contact_id, payload } of rows) {
    if (!isEventType(type)) continue;
    const { data } = JSON.parse(payload) as { data?: { object?: unknown } };
    facts.set(id, { type, contactId: contact_id, properties: readObject(type, data?.object).properties });
  }
  return facts;
}
