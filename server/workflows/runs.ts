/** Runs: how they end, wait out a pause, and are read one by one; list-runs.ts finds them. `now` is in epoch milliseconds throughout. */
import { sql } from 'kysely';
import type { RunStatus, RunView } from '../../shared/api';
import { inList } from '../db/bulk';
import { isoTime, isoTimeOrNull } from '../db/columns';
import { PART, pages } from '../db/parts';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { AppError } from '../errors';
import { endingOf } from '../db/contact-references';
import type { Wants } from '../installs/wants';
import { recordRuns } from './record-runs';

export interface RunDetail extends RunView {
  steps: { step: string; kind: string; at: string; result: string; email: string | null }[];
}

interface Ending {
  status: Exclude<RunStatus, 'running'>;
  reason: string;
  /** The cause in words, where the reason doesn't say it. */
  outcome?: string | null;
  now: number;
  /** What is wanted to be told; left out: read from the install. */
  wantsOf?: ((tenant: Tenant) => Wants) | undefined;
}

/** Runs that wait no more; a slot that holds them one at a time becomes free. */
export async function endRuns(
  trx: Trx,
  tenant: Tenant,
  ids: readonly string[],
  { status, reason, outcome = null, now, wantsOf }: Ending,
): Promise<void> {
  const ended = await trx
    .updateTable('run')
    .set((eb) => ({ ...endingOf(eb), status, reason, outcome, finished_at: now }))
    .where(ofTenant(tenant))
    .where('status', '=', 'running')
    .where('id', 'in', inList(ids))
    .returning(['account_id', 'livemode', 'id', 'contact_id', 'status'])
    .execute();
  await recordRuns(trx, ended, { now, wantsOf });
}

/** Ends one that is under way. Throws not_found, and invalid_request for one that has ended. */
export function stopRun(db: Db, tenant: Tenant, id: string, now: number): Promise<RunView> {
  return transact(db, async (trx) => {
    await getRunUnderWay(trx, tenant, id);
    await endRuns(trx, tenant, [id], { status: 'stopped', reason: 'by_hand', now });
    return viewRun(await getRun(trx, tenant, id));
  });
}

/**
 * Ends the wait it stands at; while its workflow is paused, once that goes on. Throws not_found, and invalid_request for one
 * that doesn't wait.
 */
export function advanceRun(db: Db, tenant: Tenant, id: string, now: number): Promise<RunView> {
  return transact(db, async (trx) => {
    const run = await getRunUnderWay(trx, tenant, id);
    if (run.is_waiting === 0) throw new AppError('invalid_request', 'This run is not waiting.', 'id');
    await trx
      .updateTable('run')
      .set(run.due_at === null ? { parked_due_at: now } : { due_at: now })
      .where(ofTenant(tenant))
      .where('id', '=', id)
      // One that is claimed goes on anyway, under its lease.
      .where('claims', '=', 0)
      .execute();
    return viewRun(await getRun(trx, tenant, id));
  });
}

async function getRunUnderWay(trx: Trx, tenant: Tenant, id: string): Promise<Row<'run'>> {
  const run = await getRun(trx, tenant, id);
  if (run.status !== 'running') throw new AppError('invalid_request', 'This run has ended.', 'id');
  return run;
}

async function getRun(trx: Trx, tenant: Tenant, id: string): Promise<Row<'run'>> {
  const run = await findRun(trx, tenant, id);
  if (!run) throw new AppError('not_found', 'There is no such run.', 'id');
  return run;
}

/** Ends a workflow's runs, or all of the install's. `reason` is a code such as `workflow_deleted`. */
export async function stopRuns(
  trx: Trx,
  tenant: Tenant,
  { workflowId }: { workflowId?: string },
  reason: string,
  now: number,
): Promise<void> {
  // What is stopped is not found again.
  const next = () =>
    trx
      .selectFrom('run')
      .select('id')
      .where(ofTenant(tenant))
      // A literal, so that SQLite may use the partial index of runs under way.
      .where('status', '=', sql.lit('running'))
      .$if(workflowId !== undefined, (query) => query.where('workflow_id', '=', workflowId ?? ''))
      .limit(PART)
      .execute();
  for await (const some of pages(next))
    await endRuns(
      trx,
      tenant,
      some.map(({ id }) => id),
      { status: 'stopped', reason, now },
    );
}

/** The workflow's runs under way, page by page. */
export const runsUnderWay = (trx: Trx, tenant: Tenant, workflowId: string): AsyncGenerator<{ id: string }[]> =>
  pages((last) =>
    trx
      .selectFrom('run')
      .select('id')
      .where(ofTenant(tenant))
      .where('workflow_id', '=', workflowId)
      .where('status', '=', 'running')
      .where('id', '>', last?.id ?? '')
      .orderBy('id')
      .limit(PART)
      .execute(),
  );

/** A paused workflow's runs keep their clocks but are never due. */
export async function parkRuns(trx: Trx, tenant: Tenant, workflowId: string): Promise<void> {
  for await (const some of runsUnderWay(trx, tenant, workflowId))
    await trx
      .updateTable('run')
      .set((eb) => ({ parked_due_at: eb.ref('due_at'), due_at: null, claims: 0 }))
      .where(ofTenant(tenant))
      .where('id', 'in', inList(some.map(({ id }) => id)))
      .where('due_at', 'is not', null)
      .execute();
}

export async function unparkRuns(trx: Trx, tenant: Tenant, workflowId: string): Promise<void> {
  for await (const some of runsUnderWay(trx, tenant, workflowId))
    await trx
      .updateTable('run')
      .set((eb) => ({ due_at: eb.ref('parked_due_at'), parked_due_at: null }))
      .where(ofTenant(tenant))
      .where('id', 'in', inList(some.map(({ id }) => id)))
      .where('parked_due_at', 'is not', null)
      .execute();
}

export function findRun(db: Db, tenant: Tenant, id: string): Promise<Row<'run'> | undefined> {
  return db.selectFrom('run').selectAll().where(ofTenant(tenant)).where('id', '=', id).executeTakeFirst();
}

export async function readRun(db: Db, tenant: Tenant, id: string): Promise<RunDetail | undefined> {
  const run = await findRun(db, tenant, id);
  if (!run) return undefined;
  const steps = await db
    .selectFrom('run_step')
    .selectAll()
    .where(ofTenant(tenant))
    .where('run_id', '=', id)
    .orderBy('n')
    .execute();
  return {
    ...viewRun(run),
    steps: steps.map((step) => ({
      step: step.step_id,
      kind: step.kind,
      at: isoTime(step.at),
      result: step.result,
      email: step.email_id,
    })),
  };
}

export function viewRun(run: Row<'run'>): RunView {
  return {
    id: run.id,
    object: 'run',
    workflow: run.workflow_id,
    contact: run.contact_id,
    event: run.event_id,
    status: run.status,
    reason: run.is_waiting === 1 ? 'waiting' : run.reason,
    outcome: run.outcome,
    subject: run.subject_kind && run.subject_id ? { kind: run.subject_kind, id: run.subject_id } : null,
    step: run.status === 'running' ? run.step_id : null,
    due_at: run.status === 'running' ? isoTimeOrNull(run.due_at) : null,
    started_at: isoTime(run.started_at),
    finished_at: isoTimeOrNull(run.finished_at),
  };
}
