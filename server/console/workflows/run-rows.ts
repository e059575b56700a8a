/** Runs as the lists show them. */
import type { RunView } from '../../../shared/api';
import { explainRun } from '../../../shared/words/explanations';
import { nameStep } from '../../../shared/words/workflows';
import { findStep, type Definition } from '../../../shared/workflow';
import { findAddresses } from '../../audience/find-addresses';
import type { Db } from '../../db/schema';
import type { Tenant } from '../../db/tenant';
import type { RunRow } from './runs';

export async function runRows(
  db: Db,
  tenant: Tenant,
  definition: Definition,
  runs: readonly RunView[],
): Promise<RunRow[]> {
  const emails = await findAddresses(
    db,
    tenant,
    runs.map((run) => run.contact),
  );
  return runs.map((run) => ({
    id: run.id,
    workflow: run.workflow,
    status: run.status,
    reason: explainRun(run.reason, run.outcome),
    contact: run.contact,
    email: emails.get(run.contact) ?? null,
    event: run.event,
    step: nameOfStep(definition, run.step),
    isWaiting: run.reason === 'waiting',
    dueAt: run.due_at,
    startedAt: run.started_at,
    finishedAt: run.finished_at,
  }));
}

/** Null when the run has ended, or its step was removed. */
function nameOfStep(definition: Definition, id: string | null): string | null {
  const placed = id === null ? undefined : findStep(definition, id);
  return placed ? nameStep(placed.step) : null;
}
