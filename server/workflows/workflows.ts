/** Workflows as merchants keep them: made, saved, switched on and off. `now` is in epoch milliseconds throughout. */
import type { WorkflowView } from '../../shared/api';
import type { TriggerType } from '../../shared/catalogue';
import { stepsOf, type Definition } from '../../shared/workflow';
import { findLists } from '../audience/mailing-lists';
import { inList } from '../db/bulk';
import type { ErasedTable } from '../db/erase';
import { newId } from '../db/new-id';
import type { Db, Trx } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { AppError } from '../errors';
import { askForEvents } from './asked-events';
import { isSame } from './compare';
import { definitionOf } from './definitions';
import { survivingStep } from './next-step';
import { countsOf, findWorkflow, viewWorkflow, type Workflow } from './read-workflows';
import { parkRuns, runsUnderWay, stopRuns, unparkRuns } from './runs';
import { defineFromTemplate } from './templates';
import { checkActivatable, parseDefinition } from './validate';

/** Their runs before them. */
export const WORKFLOW_TABLES = [
  { table: 'run_step', key: 'run_id' },
  { table: 'run', key: 'id' },
  { table: 'workflow', key: 'id' },
  { table: 'api_event', key: 'name' },
] as const satisfies ErasedTable[];

/** A draft, from a template's key or a definition. Throws invalid_request, and not_found where there is no such list. */
export async function createWorkflow(
  db: Db,
  tenant: Tenant,
  source: { template: string; trigger?: TriggerType; list?: string } | { definition: unknown },
  now: number,
): Promise<WorkflowView> {
  const given =
    'template' in source
      ? defineFromTemplate(source.template, source.trigger, await listOf(db, tenant, source))
      : source.definition;
  const definition = parseDefinition(given);
  const row: Workflow = {
    ...tenantColumns(tenant),
    id: newId('wfl', now),
    status: 'draft',
    revision: 1,
    ...columnsOf(definition),
    draft: null,
    draft_at: null,
    activated_at: null,
    created_at: now,
    updated_at: now,
  };
  await db.insertInto('workflow').values(row).execute();
  return viewWorkflow(row, new Map());
}

/** The mailing list that a template is made for: the one that was chosen, or the only one there is. */
async function listOf(db: Db, tenant: Tenant, { list }: { list?: string }): Promise<string | undefined> {
  const lists = await findLists(db, tenant);
  if (list === undefined) return lists.length === 1 ? lists[0]?.id : undefined;
  if (!lists.some(({ id }) => id === list)) throw new AppError('not_found', 'There is no such mailing list.');
  return list;
}

const columnsOf = (definition: Definition) => ({
  name: definition.name,
  trigger_type: definition.trigger.event,
  definition: JSON.stringify(definition),
});

/** Who saves, publishes or discards names the revision they saw: another one stored is a conflict, and nothing changes. */
interface Edit {
  id: string;
  revision: number;
}

/**
 * Saves a new revision, which runs follow at once. Runs under way go on with it by the ids of the steps; those that stand
 * at a step which is gone move to the first step after it that is still there, and keep their clocks. A draft beside it
 * stays. Throws not_found, conflict and invalid_request.
 */
export const saveWorkflow = (
  db: Db,
  tenant: Tenant,
  id: string,
  input: unknown,
  revision: number,
  now: number,
): Promise<WorkflowView> => publish(db, tenant, { id, revision, input }, { keepsDraft: true }, now);

/** As saveWorkflow, of a workflow that was active before, and the draft is done with. */
export const publishWorkflow = (
  db: Db,
  tenant: Tenant,
  edit: Edit & { input: unknown },
  now: number,
): Promise<WorkflowView> => publish(db, tenant, edit, { keepsDraft: false }, now);

function publish(
  db: Db,
  tenant: Tenant,
  { id, revision, input }: Edit & { input: unknown },
  { keepsDraft }: { keepsDraft: boolean },
  now: number,
): Promise<WorkflowView> {
  const definition = parseDefinition(input);
  return transact(db, async (trx) => {
    const row = await getRevision(trx, tenant, id, revision);
    if (row.status === 'active' || !keepsDraft) checkActivatable(definition);
    if (row.status === 'active') await askForEvents(trx, tenant, row, definition.trigger.event, now);
    await moveRunsOn(trx, tenant, row, definition);
    const isLeft = keepsDraft && row.draft !== null && !isSame(definition, JSON.parse(row.draft) as Definition);
    const beside = isLeft ? {} : { draft: null, draft_at: null };
    return change(trx, tenant, row, { ...columnsOf(definition), ...beside, revision: revision + 1 }, now);
  });
}

/**
 * Saves what runs don't follow yet: beside the published definition, or as the definition of what was never active.
 * The same as what is published is no draft. Throws not_found, conflict and invalid_request.
 */
export function saveDraft(
  db: Db,
  tenant: Tenant,
  { id, revision, input }: Edit & { input: unknown },
  now: number,
): Promise<WorkflowView> {
  const definition = parseDefinition(input);
  return transact(db, async (trx) => {
    const row = await getRevision(trx, tenant, id, revision);
    const isPublished = isSame(definition, definitionOf(row));
    const beside = { draft: isPublished ? null : JSON.stringify(definition), draft_at: isPublished ? null : now };
    const fields = row.status === 'draft' ? columnsOf(definition) : beside;
    return change(trx, tenant, row, { ...fields, revision: revision + 1 }, now);
  });
}

/** Back to what is published. Throws not_found and conflict. */
export function discardDraft(db: Db, tenant: Tenant, { id, revision }: Edit, now: number): Promise<WorkflowView> {
  return transact(db, async (trx) => {
    const row = await getRevision(trx, tenant, id, revision);
    return change(trx, tenant, row, { draft: null, draft_at: null, revision: revision + 1 }, now);
  });
}

async function getRevision(trx: Trx, tenant: Tenant, id: string, revision: number): Promise<Workflow> {
  const row = await getWorkflow(trx, tenant, id);
  if (row.revision !== revision)
    throw new AppError(
      'conflict',
      'This workflow was changed meanwhile. Load it again to see the changes.',
      'revision',
    );
  return row;
}

/** Off the steps that the new revision lacks. */
async function moveRunsOn(trx: Trx, tenant: Tenant, row: Workflow, after: Definition): Promise<void> {
  const before = definitionOf(row);
  const left = new Set(stepsOf(after).map(({ step }) => step.id));
  const gone = stepsOf(before).flatMap(({ step }) => (left.has(step.id) ? [] : [step.id]));
  if (gone.length === 0) return;
  for await (const some of runsUnderWay(trx, tenant, row.id))
    for (const stepId of gone)
      await trx
        .updateTable('run')
        .set({ step_id: survivingStep(before, after, stepId), is_waiting: 0 })
        .where(ofTenant(tenant))
        .where('id', 'in', inList(some.map(({ id }) => id)))
        .where('step_id', '=', stepId)
        .execute();
}

/**
 * What is published starts; a draft beside it waits on. Its runs that a pause had parked go on. Throws not_found, and
 * invalid_request with all that keeps it from being active.
 */
export function activateWorkflow(db: Db, tenant: Tenant, id: string, now: number): Promise<WorkflowView> {
  return transact(db, async (trx) => {
    const row = await getWorkflow(trx, tenant, id);
    if (row.status === 'active') return viewWorkflow(row, await countsOf(trx, tenant, [id]));
    checkActivatable(definitionOf(row));
    await askForEvents(trx, tenant, row, row.trigger_type, now);
    await unparkRuns(trx, tenant, id);
    return change(trx, tenant, row, { status: 'active', activated_at: now }, now);
  });
}

/** Nothing starts and nothing goes on; runs keep their clocks. Throws not_found, and invalid_request for a draft. */
export function pauseWorkflow(db: Db, tenant: Tenant, id: string, now: number): Promise<WorkflowView> {
  return transact(db, async (trx) => {
    const row = await getWorkflow(trx, tenant, id);
    if (row.status === 'draft')
      throw new AppError('invalid_request', 'A draft can’t be paused: it isn’t active.', 'id');
    if (row.status === 'paused') return viewWorkflow(row, await countsOf(trx, tenant, [id]));
    await askForEvents(trx, tenant, row, null, now);
    await parkRuns(trx, tenant, id);
    return change(trx, tenant, row, { status: 'paused' }, now);
  });
}

/** Its runs stop; the emails it sent stay. Returns it as it was. Throws not_found. */
export function deleteWorkflow(db: Db, tenant: Tenant, id: string, now: number): Promise<WorkflowView> {
  return transact(db, async (trx) => {
    const row = await getWorkflow(trx, tenant, id);
    await askForEvents(trx, tenant, row, null, now);
    await stopRuns(trx, tenant, { workflowId: id }, 'workflow_deleted', now);
    await trx.deleteFrom('workflow').where(ofTenant(tenant)).where('id', '=', id).execute();
    return viewWorkflow(row, await countsOf(trx, tenant, [id]));
  });
}

/** A draft with the same definition, changes that aren't published included. Throws not_found. */
export async function duplicateWorkflow(db: Db, tenant: Tenant, id: string, now: number): Promise<WorkflowView> {
  const row = await getWorkflow(db, tenant, id);
  const definition = row.draft === null ? definitionOf(row) : (JSON.parse(row.draft) as Definition);
  const name = `Copy of ${definition.name}`.slice(0, 100);
  return createWorkflow(db, tenant, { definition: { ...definition, name } }, now);
}

async function getWorkflow(db: Db, tenant: Tenant, id: string): Promise<Workflow> {
  const row = await findWorkflow(db, tenant, id);
  if (!row) throw new AppError('not_found', 'There is no such workflow.');
  return row;
}

async function change(
  trx: Trx,
  tenant: Tenant,
  row: Workflow,
  fields: Partial<Workflow>,
  now: number,
): Promise<WorkflowView> {
  const changed = { ...row, ...fields, updated_at: now };
  await trx
    .updateTable('workflow')
    .set({ ...fields, updated_at: now })
    .where(ofTenant(tenant))
    .where('id', '=', row.id)
    .execute();
  return viewWorkflow(changed, await countsOf(trx, tenant, [row.id]));
}
