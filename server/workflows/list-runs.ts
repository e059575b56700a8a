/** Finding and counting runs by what is known of them. */
import { setImmediate as breathe } from 'node:timers/promises';
import { sql, type SqlBool } from 'kysely';
import { RUN_STATUSES, type List, type RunStatus, type RunView } from '../../shared/api';
import { inList } from '../db/bulk';
import { madeWithin, type TimeRange } from '../db/day-range';
import { pageOf, toTwoWayList, type PageRequest, type TwoWayList, type TwoWayRequest } from '../db/page';
import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { viewRun } from './runs';

/** `since` and `until`: of the time when it started. */
export interface RunFilter extends TimeRange {
  workflow?: string | undefined;
  contact?: string | undefined;
  /** Of any of these. */
  contacts?: readonly string[] | undefined;
  /** That started it; with `contact`, in whose index it is found. */
  event?: string | undefined;
  status?: RunStatus | undefined;
  /** Null: those that ended without one, past the last step. */
  reason?: string | null | undefined;
  /** Where it stands, or stood when it ended. */
  step?: string | undefined;
  /** It has come to this step, and maybe further. */
  passed?: string | undefined;
  /** It has come to this step, and stands there no more: it went on, or came to the end from there. */
  past?: string | undefined;
  /** It ended at this step. */
  ended?: string | undefined;
}

/** Newest first. */
export async function listRuns(db: Db, tenant: Tenant, request: RunFilter & PageRequest): Promise<List<RunView>> {
  const { has_newer: _, ...list } = await pageRuns(db, tenant, request);
  return list;
}

/** The same, read both ways. */
export async function pageRuns(
  db: Db,
  tenant: Tenant,
  request: RunFilter & TwoWayRequest,
): Promise<TwoWayList<RunView>> {
  const rows = await pageOf(runsWith(db, tenant, request).selectAll(), 'id', request).execute();
  return toTwoWayList(rows, request, viewRun);
}

export async function countRuns(db: Db, tenant: Tenant, filter: RunFilter): Promise<number> {
  const { workflow, passed, since, until, ...others } = filter;
  // Counted from the index of steps alone.
  if (workflow && passed && Object.values(others).every((value) => value === undefined))
    return countRunsThrough(db, tenant, { workflow, step: passed }, { since, until });
  const { count } = await runsWith(db, tenant, filter)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

function runsWith(
  db: Db,
  tenant: Tenant,
  { workflow, contact, contacts, event, status, reason, step, passed, past, ended, ...range }: RunFilter,
) {
  let query = db.selectFrom('run').where(ofTenant(tenant));
  if (workflow !== undefined) query = query.where('workflow_id', '=', workflow);
  if (contact !== undefined) query = query.where('contact_id', '=', contact);
  // PostgreSQL knows no empty list.
  if (contacts !== undefined) query = query.where('contact_id', 'in', contacts.length > 0 ? inList(contacts) : ['']);
  if (event !== undefined) query = query.where('event_id', '=', event);
  if (status !== undefined) query = query.where('status', '=', status);
  if (reason !== undefined) query = query.where('reason', 'is not distinct from', reason);
  if (step !== undefined) query = query.where('step_id', '=', step);
  if (past !== undefined) query = query.where('step_id', 'is distinct from', past);
  if (ended !== undefined) query = query.where('step_id', '=', ended).where('status', '<>', 'running');
  for (const come of [passed, past])
    if (come !== undefined)
      query = query.where('id', 'in', (eb) =>
        eb
          .selectFrom('run_step')
          .select('run_step.run_id')
          .where(ofTenant(tenant, 'run_step'))
          .where('run_step.workflow_id', '=', workflow ?? '')
          .where('run_step.step_id', '=', come)
          .where(madeWithin('run', 'run_step.run_id', range)),
      );
  return query.where(madeWithin('run', 'id', range));
}

/** Runs of one workflow with the same status, reason and step: where they stand, or stood when they ended. */
export interface RunTally {
  status: RunStatus;
  reason: string | null;
  step: string | null;
  /** The step is a wait under way. */
  isWaiting: boolean;
  count: number;
}

/** Of those that started then; the event loop turns between the statuses. */
export async function tallyRuns(db: Db, tenant: Tenant, workflow: string, range: TimeRange): Promise<RunTally[]> {
  const tallies: RunTally[] = [];
  for (const status of RUN_STATUSES) {
    const runs = runsWith(db, tenant, { workflow, status, ...range });
    const { count: all } = await runs.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
    if (all === 0) continue;
    // Most have come to the end, without either: what isn't grouped needn't be sorted.
    const rows = await runs
      .select((eb) => ['reason', 'step_id as step', 'is_waiting', eb.fn.countAll<number>().as('count')])
      .where((eb) => eb.or([eb('reason', 'is not', null), eb('step_id', 'is not', null)]))
      .groupBy(['reason', 'step_id', 'is_waiting'])
      .execute();
    const atTheEnd = all - rows.reduce((sum, { count }) => sum + count, 0);
    if (atTheEnd > 0) tallies.push({ status, reason: null, step: null, isWaiting: false, count: atTheEnd });
    tallies.push(...rows.map(({ is_waiting, ...row }) => ({ status, ...row, isWaiting: is_waiting === 1 })));
    await breathe();
  }
  return tallies;
}

/** How many of those that started then have come to the step. */
export async function countRunsThrough(
  db: Db,
  tenant: Tenant,
  { workflow, step }: { workflow: string; step: string },
  range: TimeRange,
): Promise<number> {
  const { count } = await db
    .selectFrom('run_step')
    // An edit may lead a run to a step a second time.
    .select((eb) => eb.fn.count<number>('run_id').distinct().as('count'))
    .where(ofTenant(tenant))
    .where('workflow_id', '=', workflow)
    .where('step_id', '=', step)
    .where(madeWithin('run', 'run_id', range))
    .executeTakeFirstOrThrow();
  return count;
}

/** How many runs stand at each step, by step id. */
export async function runsByStep(db: Db, tenant: Tenant, workflowId: string): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('run')
    .select((eb) => ['step_id', eb.fn.countAll<number>().as('count')])
    .where(ofTenant(tenant))
    .where('workflow_id', '=', workflowId)
    .where('status', '=', 'running')
    .groupBy('step_id')
    .execute();
  return Object.fromEntries(rows.flatMap(({ step_id, count }) => (step_id === null ? [] : [[step_id, count]])));
}

/**
 * How many of the runs that started then have come to the step where they stand, or ended, by step id: of all that came
 * there, the others went past it. `tallies` are of the same runs; the event loop turns between the statuses.
 */
export async function runsStayingAt(
  db: Db,
  tenant: Tenant,
  workflow: string,
  range: TimeRange,
  tallies: readonly RunTally[],
): Promise<Record<string, number>> {
  const staying: Record<string, number> = {};
  const add = (step: string | null, count: number) => (staying[step ?? ''] = (staying[step ?? ''] ?? 0) + count);
  const atSteps = tallies.filter(({ step }) => step !== null);
  // Who waits at a step has come there; of others it has to be looked up.
  for (const { step, isWaiting, count } of atSteps) if (isWaiting) add(step, count);
  for (const status of new Set(atSteps.filter(({ isWaiting }) => !isWaiting).map((tally) => tally.status))) {
    const rows = await runsWith(db, tenant, { workflow, status, ...range })
      .where('step_id', 'is not', null)
      .where('is_waiting', '=', 0)
      .where(hasComeToItsStep(db, tenant, workflow))
      .select((eb) => ['step_id', eb.fn.countAll<number>().as('count')])
      .groupBy('step_id')
      .execute();
    for (const { step_id, count } of rows) add(step_id, count);
    await breathe();
  }
  return staying;
}

/** A look into the index for each run: of a plain `exists` PostgreSQL makes a join with all steps of the workflow. */
const hasComeToItsStep = (db: Db, tenant: Tenant, workflow: string) =>
  sql<SqlBool>`${db
    .selectFrom('run_step')
    .select(sql.lit(1).as('one'))
    .where(ofTenant(tenant, 'run_step'))
    .where('run_step.workflow_id', '=', workflow)
    .whereRef('run_step.step_id', '=', sql.ref('run.step_id'))
    .whereRef('run_step.run_id', '=', sql.ref('run.id'))
    .limit(1)} is not null`;

/** Since when each of the runs stands where it does, in epoch milliseconds: since its last step, by run id. */
export async function standingSince(db: Db, tenant: Tenant, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('run_step')
    .select((eb) => ['run_id', eb.fn.max('at').as('at')])
    .where(ofTenant(tenant))
    .where('run_id', 'in', inList(ids))
    .groupBy('run_id')
    .execute();
  return new Map(rows.map(({ run_id, at }) => [run_id, Number(at)]));
}
