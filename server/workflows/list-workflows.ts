/** The workflows of an install as its list shows them: what each does now, and did of late. */
import { sql, type ExpressionBuilder } from 'kysely';
import { RUN_STATUSES, type RunStatus, type WorkflowStatus } from '../../shared/api';
import type { Definition } from '../../shared/workflow';
import { inList } from '../db/bulk';
import { contains } from '../db/contains';
import { madeWithin } from '../db/day-range';
import { countUpTo, pageOf, toTwoWayList, type Count, type TwoWayList, type TwoWayRequest } from '../db/page';
import type { Db, Row, Schema } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { definitionOf } from './definitions';

export interface WorkflowFilter {
  /** A part of its name. */
  search?: string | undefined;
  status?: WorkflowStatus | undefined;
}

export interface ListedWorkflow extends Pick<Row<'workflow'>, 'id' | 'name' | 'status'>, RunNumbers {
  /** What runs follow: the same object for all callers, not to be changed. */
  definition: Definition;
  hasDraft: boolean;
  /** Queued since then, whatever became of them. */
  emails: number;
}

interface RunNumbers {
  underWay: number;
  /** When a run last started, in epoch milliseconds. */
  lastRunAt: number | null;
}

const filtered = (db: Db, tenant: Tenant, { search, status }: WorkflowFilter) =>
  db
    .selectFrom('workflow')
    .where(ofTenant(tenant))
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? 'draft'))
    .$if(search !== undefined, (query) => query.where(contains(db, sql.ref('name'), search ?? '')));

/** Up to `most`. */
export const countWorkflowsTo = (db: Db, tenant: Tenant, filter: WorkflowFilter, most: number): Promise<Count> =>
  countUpTo(db, filtered(db, tenant, filter).select('id'), most);

/** Newest first. `since` of its emails, in epoch milliseconds. Each number is a range of an index. */
export async function listWorkflowsWithNumbers(
  db: Db,
  tenant: Tenant,
  request: WorkflowFilter & TwoWayRequest,
  since: number,
): Promise<TwoWayList<ListedWorkflow>> {
  const rows = await pageOf(filtered(db, tenant, request).selectAll(), 'id', request).execute();
  const ids = rows.map(({ id }) => id);
  const emails = await countEmailsSince(db, tenant, ids, since);
  const runs = await readRuns(db, tenant, ids);
  return toTwoWayList(rows, request, (row) => ({
    id: row.id,
    name: row.name,
    status: row.status,
    definition: definitionOf(row),
    hasDraft: row.draft !== null,
    emails: emails.get(row.id) ?? 0,
    ...(runs.get(row.id) ?? { underWay: 0, lastRunAt: null }),
  }));
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

/**
 * Asked for each workflow by itself: for all of them at once SQLite takes an index that lacks the status. The highest id of
 * each status is one look into the index, and a run's id tells which of them is the last.
 */
async function readRuns(db: Db, tenant: Tenant, ids: readonly string[]): Promise<Map<string, RunNumbers>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('workflow')
    .select('id')
    .select((eb) => [
      ...RUN_STATUSES.map((status) =>
        runsOf(eb, status)
          .select(({ fn }) => fn.max('run.id').as('last'))
          .as(status),
      ),
      runsOf(eb, 'running')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .as('underWay'),
    ])
    .where(ofTenant(tenant, 'workflow'))
    .where('workflow.id', 'in', inList(ids))
    .execute();
  const lastOf = new Map(
    rows.map((row) => [
      row.id,
      RUN_STATUSES.flatMap((status) => row[status] ?? [])
        .sort()
        .at(-1),
    ]),
  );
  const startedAt = await readStarts(
    db,
    tenant,
    [...lastOf.values()].flatMap((id) => id ?? []),
  );
  return new Map(
    rows.map(({ id, underWay }) => [
      id,
      { underWay: Number(underWay), lastRunAt: startedAt.get(lastOf.get(id) ?? '') ?? null },
    ]),
  );

  function runsOf(eb: ExpressionBuilder<Schema, 'workflow'>, status: RunStatus) {
    return eb
      .selectFrom('run')
      .where(ofTenant(tenant, 'run'))
      .whereRef('run.workflow_id', '=', 'workflow.id')
      .where('run.status', '=', status);
  }
}

/** Of these runs, in epoch milliseconds. */
async function readStarts(db: Db, tenant: Tenant, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('run')
    .select(['id', 'started_at'])
    .where(ofTenant(tenant))
    .where('id', 'in', inList(ids))
    .execute();
  return new Map(rows.map(({ id, started_at }) => [id, started_at]));
}
