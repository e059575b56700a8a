/** Writes what a batch of events came to: contacts, runs, and the events' own rows with their outcomes. */
import { saveAudiences } from '../audience/save';
import { upsert } from '../db/bulk';
import { deleteByKeys, keyFor } from '../db/keys';
import type { Row, Trx } from '../db/schema';
import { tenantKey, tenantOf } from '../db/tenant';
import { holdContacts } from '../db/transact';
import { groupBy } from '../group-by';
import { carryOut, startKey } from '../workflows/carry-out';
import { planRuns, type Wave, type WorkflowTrigger } from '../workflows/plan-runs';
import { endInstall } from './end-install';
import type { InstallFacts } from './facts';
import type { Outcome } from './process';

const WRITTEN = [
  'status',
  'reason',
  'outcome',
  'customer_id',
  'contact_id',
  'due_at',
  'claims',
  'give_up_at',
  'last_error',
] as const;

/** Of events that have rows. `now` in epoch milliseconds. */
export const writeOutcomes = (
  trx: Trx,
  facts: readonly InstallFacts[],
  outcomes: readonly Outcome[],
  now: number,
): Promise<void> =>
  writeConsequences(trx, { facts, outcomes, now }, async (rows) => {
    await upsert(trx, 'event', ['id'], rows, WRITTEN);
    const orphans = rows.filter(({ reason }) => reason === 'not_installed');
    await deleteByKeys(
      trx,
      'event_payload',
      'seq',
      orphans.map((row) => keyFor(row, row.seq)),
    );
  });

interface Decided {
  facts: readonly InstallFacts[];
  outcomes: readonly Outcome[];
  /** Epoch milliseconds. */
  now: number;
}

/** Writes all but the events' own rows, which `writeRows` gets as they are to be. */
export async function writeConsequences(
  trx: Trx,
  { facts, outcomes, now }: Decided,
  writeRows: (rows: Row<'event'>[]) => Promise<void>,
): Promise<void> {
  const audiences = facts.map(({ audience }) => audience);
  const areApart = !audiences.some((audience) => audience.touchesOthers());
  const saving = saveAudiences(trx, audiences, now);
  // Runs follow contacts that move; else, on PostgreSQL, all goes out together.
  if (!areApart) await saving;
  await Promise.all([saving, writeRunsAndRows()]);

  async function writeRunsAndRows(): Promise<void> {
    for (const { job, decision } of outcomes) if (decision.endsInstall) await endInstall(trx, tenantOf(job.row), now);
    const started = await carryOut(trx, plansOf(facts, outcomes, now), now);
    const runsOf = ({ job: { row } }: Outcome) => started.get(startKey(row.account_id, row.livemode, row.id)) ?? 0;
    await holdContacts(
      trx,
      outcomes.flatMap((one) => (runsOf(one) > 0 && one.decision.contact ? one.decision.contact : [])),
    );
    await writeRows(outcomes.map((one) => finishedRow(one, runsOf(one))));
  }
}

/** The waves of all installs side by side. */
function plansOf(facts: readonly InstallFacts[], outcomes: readonly Outcome[], now: number): Wave[] {
  const own = groupBy(outcomes, ({ job }) => tenantKey(tenantOf(job.row)));
  const waves: Wave[] = [];
  for (const { tenant, workflows } of facts) {
    if (workflows.length === 0) continue;
    const triggers = (own.get(tenantKey(tenant)) ?? []).flatMap(triggerOf);
    planRuns(workflows, triggers, now).forEach(({ exits, starts }, n) => {
      const wave = (waves[n] ??= { exits: [], starts: [] });
      wave.exits.push(...exits);
      wave.starts.push(...starts);
    });
  }
  return waves;
}

function triggerOf({ job: { row, object }, decision }: Outcome): WorkflowTrigger[] {
  if (!object || !decision.contact || decision.status !== 'processed') return [];
  return [
    {
      event: { id: row.id, type: row.type, created: row.created },
      object,
      contact: decision.contact,
      starts: decision.startsWorkflows,
      workflowsActiveBefore: row.replay === 'active_then' ? row.received_at : null,
    },
  ];
}

function finishedRow({ job: { row, object, asked }, decision }: Outcome, runs: number): Row<'event'> {
  const started = runs === 0 ? '' : `; started ${runs === 1 ? 'a workflow' : `${runs} workflows`}`;
  return {
    ...row,
    status: decision.status,
    reason: decision.reason,
    outcome: decision.outcome + started,
    customer_id: object?.customerId ?? asked?.customerId ?? null,
    contact_id: decision.contact?.id ?? null,
    due_at: null,
    claims: 0,
    give_up_at: null,
    last_error: null,
  };
}
