/** What programs' events are called and carry, learned from those that came: offered where workflows are made. */
import {
  apiEventName,
  learnProperties,
  MOST_API_EVENTS,
  offeredProperties,
  type ApiEventProperties,
  type ApiEventType,
} from '../../shared/api-events';
import type { Property } from '../../shared/catalogue';
import { insertNew } from '../db/bulk';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { listNaming, namesEvent } from './used-names';

/** How exactly it is known when one was last seen: few of many events write it. */
const SEEN_WITHIN_MS = 60 * 60_000;

/**
 * Writes only what is new. Of more names than are kept, the one that was not seen for longest and that no workflow uses
 * makes room. `now` in epoch milliseconds.
 */
export async function learnApiEvent(
  trx: Trx,
  tenant: Tenant,
  { name, properties }: { name: string; properties: Readonly<Record<string, string | number | boolean>> },
  now: number,
): Promise<void> {
  const row = await findEvent(trx, tenant, name);
  const known = row && (JSON.parse(row.properties) as ApiEventProperties);
  const learned = learnProperties(known ?? {}, properties);
  if (row && learned === known && now - row.last_seen_at < SEEN_WITHIN_MS) return;
  const fields = { properties: JSON.stringify(learned), last_seen_at: now };
  if (row) await trx.updateTable('api_event').set(fields).where(ofTenant(tenant)).where('name', '=', name).execute();
  else if (await makeRoom(trx, tenant))
    await insertNew(trx, 'api_event', [{ ...tenantColumns(tenant), name, ...fields, created_at: now }]);
}

/** False where a workflow uses each. */
async function makeRoom(trx: Trx, tenant: Tenant): Promise<boolean> {
  if ((await countNames(trx, tenant)) < MOST_API_EVENTS) return true;
  const workflows = await listNaming(trx, tenant);
  const names = await trx
    .selectFrom('api_event')
    .select('name')
    .where(ofTenant(tenant))
    .orderBy('last_seen_at')
    .orderBy('name')
    .execute();
  const longestUnseen = names.find(({ name }) => !workflows.some((workflow) => namesEvent(workflow, name)));
  return longestUnseen !== undefined && forgetApiEvent(trx, tenant, longestUnseen.name);
}

/** Its properties too; it is learned anew when it comes again. False where it isn't known. */
export async function forgetApiEvent(trx: Trx, tenant: Tenant, name: string): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('api_event')
    .where(ofTenant(tenant))
    .where('name', '=', name)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

async function countNames(db: Db, tenant: Tenant): Promise<number> {
  const { count } = await db
    .selectFrom('api_event')
    .where(ofTenant(tenant))
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

const findEvent = (db: Db, tenant: Tenant, name: string): Promise<Row<'api_event'> | undefined> =>
  db.selectFrom('api_event').selectAll().where(ofTenant(tenant)).where('name', '=', name).executeTakeFirst();

export interface LearnedEvent {
  name: string;
  properties: ApiEventProperties;
  last_seen_at: number;
}

/** By name. */
export async function listApiEvents(db: Db, tenant: Tenant): Promise<LearnedEvent[]> {
  const rows = await db.selectFrom('api_event').selectAll().where(ofTenant(tenant)).orderBy('name').execute();
  return rows.map((row) => ({ ...row, properties: JSON.parse(row.properties) as ApiEventProperties }));
}

/** As programs have them, by name. */
export const listApiEventNames = async (db: Db, tenant: Tenant): Promise<string[]> =>
  (await listApiEvents(db, tenant)).map(({ name }) => name);

/** What events of this name have carried so far. */
export async function findApiEventProperties(db: Db, tenant: Tenant, type: ApiEventType): Promise<Property[]> {
  const row = await findEvent(db, tenant, apiEventName(type));
  return row ? offeredProperties(JSON.parse(row.properties) as ApiEventProperties) : [];
}
