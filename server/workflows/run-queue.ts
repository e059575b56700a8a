/** The queue of runs: a claimed run does its steps until it waits or ends, a batch in one transaction. */
import { setUserGroup } from '../audience/contacts';
import type { Context } from '../context';
import { insertNew, upsert } from '../db/bulk';
import { CrashedTooOften, createQueue, retryLater, type JobFailure, type Job, type Queue } from '../db/queue';
import type { Row, Trx } from '../db/schema';
import { tenantOf } from '../db/tenant';
import { transact } from '../db/transact';
import { insertQueued } from '../emails/compose';
import { loadRunFacts } from './run-facts';
import { slotAfterEnd } from './run-key';
import { queueEmail, walk, type RunWrites } from './walk';

const MAX_ATTEMPTS = 10;

export const createRunQueue = (): Queue => createQueue<'run'>({ table: 'run', batch: 200, work: goOn, explain });

async function goOn(ctx: Context, jobs: readonly Job<'run', never>[]): Promise<[]> {
  const now = ctx.clock.now();
  const done = await transact(ctx.db, async (trx) => {
    const writes: RunWrites = { runs: [], steps: [], emails: [], groups: [] };
    const takeEmail = queueEmail(ctx);
    const claimed = jobs.map(({ row }) => row);
    for (const facts of await loadRunFacts(trx, claimed)) walk(takeEmail, facts, writes, now);
    await write(trx, writes, now);
    return writes;
  });
  for (const { kind } of done.steps) ctx.metrics.runSteps.inc({ kind });
  return [];
}

async function write(trx: Trx, { runs, steps, emails, groups }: RunWrites, now: number): Promise<void> {
  await insertQueued(trx, emails);
  await insertNew(trx, 'run_step', steps);
  for (const { contact, userGroup } of groups) await setUserGroup(trx, tenantOf(contact), contact.id, userGroup, now);
  await upsert(trx, 'run', ['id'], runs);
}

function explain(ctx: Context, run: Row<'run'>, error: unknown): JobFailure<'run'> {
  const hasCrashed = error instanceof CrashedTooOften;
  ctx.log.error({ err: error, run: run.id, attempts: run.attempts }, 'a run could not go on');
  const last_error = error instanceof Error ? error.name : 'unknown';
  if (!hasCrashed && run.attempts < MAX_ATTEMPTS) return retryLater<'run'>(run, { last_error });
  return {
    againIn: null,
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
