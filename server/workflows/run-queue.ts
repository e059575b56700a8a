/** The queue of runs: a claimed run does its steps until it waits or ends, a batch in one transaction. */
import { setUserGroup } from '../audience/change-contact';
import type { Context } from '../context';
import { insertNew, upsert } from '../db/bulk';
import { keyFor, keyText, selectByKeys } from '../db/keys';
import { CrashedTooOften, createQueue, retryLater, type JobFailure, type Job, type Queue } from '../db/queue';
import type { Row, Trx } from '../db/schema';
import { transact } from '../db/transact';
import { insertQueued } from '../emails/compose';
import { askForFailure } from './ask-for-failure';
import { definitionOf } from './definitions';
import { stepsLackFailure } from './failure';
import { recordRuns } from './record-runs';
import { loadRunFacts, type RunFacts } from './run-facts';
import { slotAfterEnd } from './run-key';
import { queueEmail, walk, type RunWrites } from './walk';

const MAX_ATTEMPTS = 10;

/** Runs about which Stripe is asked at once, in all and of one install. */
const ASKED_AT_ONCE = 10;
const ASKED_AT_ONCE_PER_INSTALL = 2;

type RunJob = Job<'run', 'asked'>;

export const createRunQueue = (): Queue =>
  createQueue<'run', 'asked'>({
    table: 'run',
    batch: 200,
    concurrency: ASKED_AT_ONCE,
    perInstall: ASKED_AT_ONCE_PER_INSTALL,
    work: goOn,
    background: ask,
    explain,
  });

/** Those whose conditions only Stripe can tell are left, once. */
async function goOn(ctx: Context, jobs: readonly RunJob[]): Promise<RunJob[]> {
  const now = ctx.clock.now();
  const asked = new Set(jobs.filter(({ result }) => result).map(({ row }) => keyText(row, row.id)));
  const { done, left } = await transact(ctx.db, async (trx) => {
    const writes: RunWrites = { runs: [], steps: [], emails: [], groups: [] };
    const unasked = new Set<string>();
    const takeEmail = queueEmail(ctx);
    const claimed = jobs.map(({ row }) => row);
    for (const facts of await loadRunFacts(trx, claimed)) {
      const key = keyText(facts.run, facts.run.id);
      if (!asked.has(key) && isToBeAsked(facts)) unasked.add(key);
      else walk(takeEmail, facts, writes, now);
    }
    await write(trx, writes, now);
    return { done: writes, left: unasked };
  });
  for (const { kind } of done.steps) ctx.metrics.runSteps.inc({ kind });
  return jobs.filter(({ row }) => left.has(keyText(row, row.id)));
}

const isToBeAsked = ({ workflow, state, isConnected, contact }: RunFacts): boolean =>
  isConnected &&
  contact !== undefined &&
  workflow?.status === 'active' &&
  stepsLackFailure(definitionOf(workflow), state);

/** Why the payment failed: what isn't known then is taken as unknown. */
async function ask(ctx: Context, { row }: RunJob): Promise<'asked'> {
  const [state] = await selectByKeys(ctx.db, 'object_state', 'id', [keyFor(row, row.subject_id ?? '')]);
  if (state) await askForFailure(ctx, state);
  return 'asked';
}

async function write(trx: Trx, { runs, steps, emails, groups }: RunWrites, now: number): Promise<void> {
  await insertQueued(trx, emails);
  await insertNew(trx, 'run_step', steps);
  for (const { contact, userGroup } of groups) await setUserGroup(trx, contact, userGroup, now);
  await upsert(trx, 'run', ['id'], runs);
  await recordRuns(
    trx,
    runs.filter(({ status }) => status !== 'running'),
    { now },
  );
}

function explain(ctx: Context, run: Row<'run'>, error: unknown): JobFailure<'run'> {
  const hasCrashed = error instanceof CrashedTooOften;
  ctx.log.error({ err: error, run: run.id, attempts: run.attempts }, 'a run could not go on');
  const last_error = error instanceof Error ? error.name : 'unknown';
  if (!hasCrashed && run.attempts < MAX_ATTEMPTS) return retryLater<'run'>(run, { last_error });
  return {
    againIn: null,
    also: (trx) => recordRuns(trx, [{ ...run, status: 'failed' }], { now: ctx.clock.now() }),
    fields: {
      status: 'failed',
      reason: hasCrashed ? 'crashed' : 'internal_error',
      is_waiting: 0,
      slot: slotAfterEnd(run.slot),
      finished_at: ctx.clock.now(),
      last_error,
    },
  };
}
