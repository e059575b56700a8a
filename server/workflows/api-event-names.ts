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
import type { Db, Trx } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';

/** Writes only what is new; beyond its bounds nothing more is learned. `now` in epoch milliseconds. */
export async function learnApiEvent(
  trx: Trx,
  tenant: Tenant,
  { name, properties }: { name: string; properties: Readonly<Record<string, string | number | boolean>> },
  now: number,
): Promise<void> {
  const known = await readProperties(trx, tenant, name);
  const learned = learnProperties(known ?? {}, properties);
  if (learned === known) return;
  const text = JSON.stringify(learned);
  if (known === undefined) {
    if ((await countNames(trx, tenant)) >= MOST_API_EVENTS) return;
    await insertNew(trx, 'api_event', [{ ...tenantColumns(tenant), name, properties: text, created_at: now }]);
  } else
    await trx
      .updateTable('api_event')
      .set({ properties: text })
      .where(ofTenant(tenant))
      .where('name', '=', name)
      .execute();
}

async function countNames(db: Db, tenant: Tenant): Promise<number> {
  const { count } = await db
    .selectFrom('api_event')
    .where(ofTenant(tenant))
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

async function readProperties(db: Db, tenant: Tenant, name: string): Promise<ApiEventProperties | undefined> {
  const row = await db
    .selectFrom('api_event')
    .select('properties')
    .where(ofTenant(tenant))
    .where('name', '=', name)
    .executeTakeFirst();
  return row && (JSON.parse(row.properties) as ApiEventProperties);
}

/** As programs have them, by name. */
export async function listApiEventNames(db: Db, tenant: Tenant): Promise<string[]> {
  const rows = await db.selectFrom('api_event').select('name').where(ofTenant(tenant)).orderBy('name').execute();
  return rows.map(({ name }) => name);
}

/** What events of this name have carried so far. */
export const findApiEventProperties = async (db: Db, tenant: Tenant, type: ApiEventType): Promise<Property[]> =>
  offeredProperties((await readProperties(db, tenant, apiEventName(type))) ?? {});
