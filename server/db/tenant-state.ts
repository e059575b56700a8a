/** What domains below installs may know of the install they work for. */
import type { Db } from './schema';
import { ofTenant, type Tenant } from './tenant';

/** Also while it needs to be connected again; not once it was removed, or was never there. */
export async function isTenantConnected(db: Db, tenant: Tenant): Promise<boolean> {
  const install = await db.selectFrom('install').select('status').where(ofTenant(tenant)).executeTakeFirst();
  return install !== undefined && install.status !== 'removed';
}
