/** Workflows as they are read: with what they came to, without, or with what isn’t published yet. */
import type { List, WorkflowView } from '../../shared/api';
import { ONLY_WHILE } from '../../shared/words/only-while';
import type { Definition } from '../../shared/workflow';
import { inList } from '../db/bulk';
import { toList, type PageRequest } from '../db/page';
import type { Db, Row } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';

export type Workflow = Row<'workflow'>;

/** Newest first. */
export async function listWorkflows(db: Db, tenant: Tenant, request: PageRequest): Promise<List<WorkflowView>> {
  const { limit } = request;
  const rows = await newestFirst(db, tenant, request);
  const counts = await countsOf(
    db,
    tenant,
    rows.map(({ id }) => id),
  );
  return toList(rows, limit, (row) => viewWorkflow(row, counts));
}

const newestFirst = (db: Db, tenant: Tenant, { limit, starting_after }: PageRequest): Promise<Workflow[]> =>
  db
    .selectFrom('workflow')
    .selectAll()
    .where(ofTenant(tenant))
    .$if(starting_after !== undefined, (query) => query.where('id', '<', starting_after ?? ''))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();

export async function readWorkflow(db: Db, tenant: Tenant, id: string): Promise<WorkflowView | undefined> {
  const row = await findWorkflow(db, tenant, id);
  return row && viewWorkflow(row, await countsOf(db, tenant, [id]));
}

export type Uncounted = Omit<WorkflowView, 'counts'>;

/** Without its runs and emails counted, which takes long where there are many. */
export async function readUncounted(db: Db, tenant: Tenant, id: string): Promise<Uncounted | undefined> {
  const row = await findWorkflow(db, tenant, id);
  return row && withoutCounts(row);
}

/** Of one that is there. */
export async function countWorkflow(db: Db, tenant: Tenant, id: string): Promise<WorkflowView['counts'] | undefined> {
  return (await countsOf(db, tenant, [id])).get(id);
}

export async function listUncounted(db: Db, tenant: Tenant, request: PageRequest): Promise<List<Uncounted>> {
  return toList(await newestFirst(db, tenant, request), request.limit, withoutCounts);
}

function withoutCounts(row: Workflow): Uncounted {
  const { counts: _, ...workflow } = viewWorkflow(row, new Map());
  return workflow;
}

export function findWorkflow(db: Db, tenant: Tenant, id: string): Promise<Workflow | undefined> {
  return db.selectFrom('workflow').selectAll().where(ofTenant(tenant)).where('id', '=', id).executeTakeFirst();
}

export interface Edited extends Uncounted {
  /** The changes that wait to be published; null where there are none. */
  draft: Definition | null;
  draft_at: number | null;
}

/** With what isn't published yet. */
export async function readEdited(db: Db, tenant: Tenant, id: string): Promise<Edited | undefined> {
  const row = await findWorkflow(db, tenant, id);
  if (!row) return undefined;
  const draft = row.draft === null ? null : (JSON.parse(row.draft) as Definition);
  return { ...withoutCounts(row), draft, draft_at: row.draft_at };
}

type Counts = Map<string, WorkflowView['counts']>;

/** `emails` are those that went out, or would have without capture. */
export async function countsOf(db: Db, tenant: Tenant, ids: readonly string[]): Promise<Counts> {
  const counts: Counts = new Map(ids.map((id) => [id, { running: 0, finished: 0, emails: 0 }]));
  if (ids.length === 0) return counts;
  const runs = await db
    .selectFrom('run')
    .select((eb) => ['workflow_id', 'status', eb.fn.countAll<number>().as('count')])
    .where(ofTenant(tenant))
    .where('workflow_id', 'in', inList(ids))
    .groupBy(['workflow_id', 'status'])
    .execute();
  for (const { workflow_id, status, count } of runs) {
    const own = counts.get(workflow_id);
    if (own) own[status === 'running' ? 'running' : 'finished'] += count;
  }
  const emails = await db
    .selectFrom('email')
    .select((eb) => ['workflow_id', eb.fn.countAll<number>().as('count')])
    .where(ofTenant(tenant))
    .where('workflow_id', 'in', inList(ids))
    .where('status', 'in', ['sent', 'captured'])
    .groupBy('workflow_id')
    .execute();
  for (const { workflow_id, count } of emails) {
    const own = counts.get(workflow_id ?? '');
    if (own) own.emails = count;
  }
  return counts;
}

export function viewWorkflow(row: Workflow, counts: Counts): WorkflowView {
  return {
    id: row.id,
    object: 'workflow',
    name: row.name,
    status: row.status,
    revision: row.revision,
    // Parsed anew: callers may change what they get, the kept one is everybody's.
    definition: withDefaults(JSON.parse(row.definition) as Definition),
    has_draft: row.draft !== null,
    counts: counts.get(row.id) ?? { running: 0, finished: 0, emails: 0 },
  };
}

/** What a definition leaves out, said: its condition holds where its trigger has one. */
const withDefaults = (definition: Definition): Definition =>
  definition.trigger.event in ONLY_WHILE ? { only_while: true, ...definition } : definition;
