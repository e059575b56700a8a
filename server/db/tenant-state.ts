/** What domains below installs may know of the install they work for. */
import { selectByTenants } from './keys';
import type { Db } from './schema';
import { tenantKey, tenantOf, type Tenant } from './tenant';

/** Also while it needs to be connected again; not once it was removed, or was never there. */
export async function isTenantConnected(db: Db, tenant: Tenant): Promise<boolean> {
  return (await findConnectedTenants(db, [tenant])).has(tenantKey(tenant));
}

/** Those of the installs that are connected in the sense of isTenantConnected, by tenantKey. */
export async function findConnectedTenants(db: Db, tenants: readonly Tenant[]): Promise<Set<string>> {
  const rows = await selectByTenants(db, 'install', tenants, { where: "status <> 'removed'" });
  return new Set(rows.map((row) => tenantKey(tenantOf(row))));
}
