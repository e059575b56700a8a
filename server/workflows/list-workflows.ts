/** The workflows of an install as its list shows them: what each does now, and did of late. */
import { sql } from 'kysely';
import { RUN_STATUSES, type List, type WorkflowStatus } from '../../shared/api';
import type { Definition } from '../../shared/workflow';
import { inList } from '../db/bulk';
import { contains } from '../db/contains';
import { madeWithin } from '../db/day-range';
import { toList, type PageRequest } from '../db/page';
import type { Db, Row } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { definitionOf } from './definitions';

export interface WorkflowFilter {
  /** A part of its name. */
  search?: string | undefined;
  status?: WorkflowStatus | undefined;
}

export interface ListedWorkflow extends Pick<Row<'workflow'>, 'id' | 'name' | 'status'> {
  /** What runs follow: the same object for all callers, not to be changed. */
  definition: Definition;
  hasDraft: boolean;
  underWay: number;
  /** Queued since then, whatever became of them. */
  emails: number;
  /** When a run last started, in epoch milliseconds. */
  lastRunAt: number | null;
}

/** Newest first. `since` of its emails, in epoch milliseconds. Each number is a range of an index. */
export async function listWorkflowsWithNumbers(
  db: Db,
  tenant: Tenant,
  { limit, starting_after, search, status }: WorkflowFilter & PageRequest,
  since: number,
): Promise<List<ListedWorkflow>> {
  const rows = await db
    .selectFrom('workflow')
    .selectAll()
    .where(ofTenant(tenant))
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? 'draft'))
    .$if(search !== undefined, (query) => query.where(contains(db, sql.ref('name'), search ?? '')))
    .$if(starting_after !== undefined, (query) => query.where('id', '<', starting_after ?? ''))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const ids = rows.map(({ id }) => id);
  const underWay = await countUnderWay(db, tenant, ids);
  const emails = await countEmailsSince(db, tenant, ids, since);
  const lastRuns = await findLastRuns(db, tenant, ids);
  return toList(rows, limit, (row) => ({
    id: row.id,
    name: row.name,
    status: row.status,
    definition: definitionOf(row),
    hasDraft: row.draft !== null,
    underWay: underWay.get(row.id) ?? 0,
    emails: emails.get(row.id) ?? 0,
    lastRunAt: lastRuns.get(row.id) ?? null,
  }));
}

async function countUnderWay(db: Db, tenant: Tenant, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('run')
    .select((eb) => ['workflow_id', eb.fn.countAll<number>().as('count')])
    .where(ofTenant(tenant))
    .where('workflow_id', 'in', inList(ids))
    .where('status', '=', 'running')
    .groupBy('workflow_id')
    .execute();
  return new Map(rows.map(({ workflow_id, count }) => [workflow_id, count]));
}

async function countEmailsSince(
  db: Db,
  tenant: Tenant,
  ids: readonly string[],
  since: number,
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('email')
    .select((eb) => ['workflow_id', eb.fn.countAll<number>().as('count')])
    .where(ofTenant(tenant))
    .where('workflow_id', 'in', inList(ids))
    .where(madeWithin('eml', 'id', { since }))
    .groupBy('workflow_id')
    .execute();
  return new Map(rows.map(({ workflow_id, count }) => [workflow_id ?? '', count]));
}

/** The highest id of each status is one look into the index; a run's id tells which of them is the last. */
async function findLastRuns(db: Db, tenant: Tenant, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const lasts = await db
    .selectFrom('workflow')
    .select('id')
    .select((eb) =>
      RUN_STATUSES.map((status) =>
        eb
          .selectFrom('run')
          .select(({ fn }) => fn.max('run.id').as('last'))
          .where(ofTenant(tenant, 'run'))
          .whereRef('run.workflow_id', '=', 'workflow.id')
          .where('run.status', '=', status)
          .as(status),
      ),
    )
    .where(ofTenant(tenant, 'workflow'))
    .where('workflow.id', 'in', inList(ids))
    .execute();
  const newest = lasts.flatMap((row) => {
    const last = RUN_STATUSES.flatMap((status) => row[status] ?? [])
      .sort()
      .at(-1);
    return last === undefined ? [] : last;
  });
  if (newest.length === 0) return new Map();
  const rows = await db
    .selectFrom('run')
    .select(['workflow_id', 'started_at'])
    .where(ofTenant(tenant))
    .where('id', 'in', inList(newest))
    .execute();
  return new Map(rows.map(({ workflow_id, started_at }) => [workflow_id, started_at]));
}
