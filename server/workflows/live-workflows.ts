/** The workflows that an event may start or end runs of. */
import { selectByTenants } from '../db/keys';
import type { Db, Row } from '../db/schema';
import { tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { groupBy } from '../group-by';

export type LiveWorkflow = Row<'workflow'>;

/** By tenantKey, in the order of their making. Paused ones too: an exit event ends their parked runs. */
export async function findLiveWorkflows(db: Db, tenants: readonly Tenant[]): Promise<Map<string, LiveWorkflow[]>> {
  const rows = await selectByTenants(db, 'workflow', tenants, { where: "status in ('active', 'paused')" });
  return groupBy(
    rows.sort((a, b) => (a.id < b.id ? -1 : 1)),
    (row) => tenantKey(tenantOf(row)),
  );
}
