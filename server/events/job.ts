/** One claimed event with all that is needed to decide about it. */
import { isEventType } from '../../shared/catalogue';
import type { Settings } from '../../shared/settings';
import type { Db, Row } from '../db/schema';
import { inList } from '../db/bulk';
import { tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { findPayloads } from './events';
import { findInstall, isConnected, type Install } from '../installs/installs';
import { readSettings } from '../settings/settings';
import { readObject, type ReadableType } from '../stripe-objects/read-object';
import type { ReadObject } from '../stripe-objects/types';
import type { LookupResult } from './whose';

export interface Job {
  tenant: Tenant;
  row: Row<'event'>;
  /** Undefined when the account isn't connected in this mode. */
  install: Install | undefined;
  settings: Settings;
  /** Null for types without an object of interest, and where the payload is gone. */
  object: ReadObject | null;
  asked?: LookupResult;
}

/** A few queries per install, however many of its events were claimed. */
export async function readJobs(db: Db, rows: readonly Row<'event'>[]): Promise<Job[]> {
  const jobs: Job[] = [];
  const tenants = new Map(rows.map((row) => [tenantKey(tenantOf(row)), tenantOf(row)]));
  for (const [key, tenant] of tenants) {
    const own = rows.filter((row) => tenantKey(tenantOf(row)) === key);
    const found = await findInstall(db, tenant);
    const install = isConnected(found) ? found : undefined;
    const settings = await readSettings(db, tenant);
    const payloads = await findPayloads(db, tenant, inList(own.map((row) => row.seq)));
    const texts = new Map(payloads.map(({ seq, payload }) => [seq, payload]));
    for (const row of own)
      jobs.push({ tenant, row, install, settings, object: objectOf(row.type, texts.get(row.seq)) });
  }
  return jobs.sort((a, b) => (a.row.seq < b.row.seq ? -1 : 1));
}

function objectOf(type: string, payload: string | undefined): ReadObject | null {
  if (payload === undefined || !isReadable(type)) return null;
  const event = JSON.parse(payload) as { data?: { object?: unknown } | null };
  return readObject(type, event.data?.object);
}

const isReadable = (type: string): type is ReadableType =>
  isEventType(type) || type === 'customer.subscription.updated';
