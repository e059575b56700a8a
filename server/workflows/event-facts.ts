/** The properties of stored events, read from their payloads. */
import { isTriggerType, type TriggerType, type PropertyValue } from '../../shared/catalogue';
import { keyFor, selectByKeys, type TenantKey } from '../db/keys';
import { readPayloads, readPayloadsInParts } from '../db/payloads';
import type { Db, Row } from '../db/schema';
import { tenantColumns, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { readEventObject } from '../stripe-objects/read-object';
import type { Subject } from './run-key';

export interface EventFacts {
  type: TriggerType;
  contactId: string | null;
  about: Subject;
  properties: Record<string, PropertyValue>;
}

/** By eventKey. Events whose payload isn't kept any more are left out. Throws TooMuch when they are too large together. */
export async function readEventFacts(db: Db, ids: readonly TenantKey[]): Promise<Map<string, EventFacts>> {
  const rows = await selectByKeys(db, 'event', 'id', ids);
  return new Map(factsOf(rows, await readPayloads(db, rows.map(keyOf))));
}

/** The same of rows that have been read, however large they are together: what is kept of them is little. */
export async function readFactsOf(db: Db, rows: readonly Row<'event'>[]): Promise<Map<string, EventFacts>> {
  const facts = new Map<string, EventFacts>();
  for await (const { part, payloads } of readPayloadsInParts(db, rows, keyOf))
    for (const [key, own] of factsOf(part, payloads)) facts.set(key, own);
  return facts;
}

const keyOf = (row: Row<'event'>): TenantKey => keyFor(row, row.seq);

function* factsOf(
  rows: readonly Row<'event'>[],
  payloads: ReadonlyMap<string, string>,
): Generator<[key: string, facts: EventFacts]> {
  for (const row of rows) {
    const payload = payloads.get(row.seq);
    if (payload === undefined || !isTriggerType(row.type)) continue;
    const event = JSON.parse(payload) as Record<string, unknown>;
    const object = readEventObject(row.type, event);
    if (!object) continue;
    const { properties, invoiceId, subscriptionId } = object;
    const about = { invoiceId, subscriptionId };
    yield [eventKey(tenantOf(row), row.id), { type: row.type, contactId: row.contact_id, about, properties }];
  }
}

export const eventKey = (tenant: Tenant, id: string): string => `${tenantKey(tenant)} ${id}`;

export async function findEventFacts(db: Db, tenant: Tenant, id: string): Promise<EventFacts | undefined> {
  const facts = await readEventFacts(db, [{ ...tenantColumns(tenant), value: id }]);
  return facts.get(eventKey(tenant, id));
}
