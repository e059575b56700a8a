/** The properties of stored events, read from their payloads. */
import { isTriggerType, type TriggerType, type PropertyValue } from '../../shared/catalogue';
import { keyFor, selectByKeys, type TenantKey } from '../db/keys';
import { readPayloads } from '../db/payloads';
import type { Db, Row } from '../db/schema';
import { tenantColumns, tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { readEvent } from '../stripe-objects/read-object';
import type { Subject } from './run-key';

export interface EventFacts {
  type: TriggerType;
  contactId: string | null;
  about: Subject;
  properties: Record<string, PropertyValue>;
}

/** By eventKey. Events whose payload isn't kept any more are left out. Throws TooMuch when they are too large together. */
export const readEventFacts = async (db: Db, ids: readonly TenantKey[]): Promise<Map<string, EventFacts>> =>
  readFactsOf(db, await selectByKeys(db, 'event', 'id', ids));

/** The same of rows that have been read. */
export async function readFactsOf(db: Db, rows: readonly Row<'event'>[]): Promise<Map<string, EventFacts>> {
  const seqs = rows.map((row) => keyFor(row, row.seq));
  const texts = await readPayloads(db, seqs);
  const facts = new Map<string, EventFacts>();
  for (const row of rows) {
    const payload = texts.get(row.seq);
    if (payload === undefined || !isTriggerType(row.type)) continue;
    const event = JSON.parse(payload) as Record<string, unknown>;
    const { properties, invoiceId, subscriptionId } = readEvent(row.type, event);
    const about = { invoiceId, subscriptionId };
    facts.set(eventKey(tenantOf(row), row.id), { type: row.type, contactId: row.contact_id, about, properties });
  }
  return facts;
}

export const eventKey = (tenant: Tenant, id: string): string => `${tenantKey(tenant)} ${id}`;

export async function findEventFacts(db: Db, tenant: Tenant, id: string): Promise<EventFacts | undefined> {
  const facts = await readEventFacts(db, [{ ...tenantColumns(tenant), value: id }]);
  return facts.get(eventKey(tenant, id));
}
