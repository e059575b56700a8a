/** The names of workflows, for lists of what they did. */
import type { WorkflowStatus } from '../../shared/api';
import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';

/** By workflow id, in alphabetical order, up to 1,000; deleted workflows are missing. */
export async function listWorkflowNames(db: Db, tenant: Tenant): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('workflow')
    .select(['id', 'name'])
    .where(ofTenant(tenant))
    .orderBy('name')
    .limit(1_000)
    .execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** `active` where one is, else the status of any; null: there are none. */
export async function bestStatus(db: Db, tenant: Tenant): Promise<WorkflowStatus | null> {
  const rows = await db.selectFrom('workflow').select('status').distinct().where(ofTenant(tenant)).execute();
  return rows.find(({ status }) => status === 'active')?.status ?? rows[0]?.status ?? null;
}
