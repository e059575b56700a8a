/** The workflows that an event may start or end runs of. */
import { ofTenants } from '../db/keys';
import type { Db, Row } from '../db/schema';
import { tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { groupBy } from '../group-by';

export type LiveWorkflow = Row<'workflow'>;

/** By tenantKey, in the order of their making. Paused ones too: an exit event ends their parked runs. */
export async function findLiveWorkflows(db: Db, tenants: readonly Tenant[]): Promise<Map<string, LiveWorkflow[]>> {
  const rows = await db
    .selectFrom('workflow')
    .selectAll()
    .where(ofTenants(db, tenants))
    .where('status', 'in', ['active', 'paused'])
    .orderBy('id')
    .execute();
  return groupBy(rows, (row) => tenantKey(tenantOf(row)));
}
