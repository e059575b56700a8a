/**
 * The queue of runs. A claimed run does its steps until it waits or ends, all in one transaction per batch; a batch that
 * fails is done one by one, so that one bad run holds up nobody.
 */
import type { Context } from '../context';
import { backOffMs } from '../db/back-off';
import { MAX_CLAIMS } from '../db/claim';
import { createFairClaim } from '../db/fair-claim';
import type { Row } from '../db/schema';
import { ofTenant, tenantKey, tenantOf } from '../db/tenant';
import { transact } from '../db/transact';
import { groupBy } from '../emails/group-by';
import type { Lane } from '../worker';
import { advanceRuns } from './advance-runs';
import { endRuns } from './runs';

type Run = Row<'run'>;

const BATCH = 200;
const MAX_ATTEMPTS = 10;

export function createRunLane(): Lane {
  const claimNext = createFairClaim('run');
  return {
    name: 'runs',
    queue: 'run',
    async work(ctx) {
      const claimed = await claimNext(ctx.db, { now: ctx.clock.now(), limit: BATCH });
      await goOn(ctx, claimed);
      return claimed.length;
    },
  };
}

async function goOn(ctx: Context, claimed: readonly Run[]): Promise<void> {
  const [crashing, sound] = [claimed.filter(isCrashing), claimed.filter((run) => !isCrashing(run))];
  for (const run of crashing) await fail(ctx, run, 'crashed');
  if (sound.length > 0) await advanceAll(ctx, sound);
}

const isCrashing = (run: Run) => run.claims > MAX_CLAIMS;

async function advanceAll(ctx: Context, runs: readonly Run[]): Promise<void> {
  try {
    await advance(ctx, runs);
  } catch (error) {
    if (runs.length === 1 && runs[0]) return await putOff(ctx, runs[0], error);
    for (const run of runs) await advanceAll(ctx, [run]);
  }
}

async function advance(ctx: Context, runs: readonly Run[]): Promise<void> {
  const done = await transact(ctx.db, async (trx) => {
    const kinds: string[] = [];
    for (const own of groupBy(runs, (run) => tenantKey(tenantOf(run))).values())
      kinds.push(...(await advanceRuns(ctx, trx, tenantOf(own[0]), own, ctx.clock.now())));
    return kinds;
  });
  for (const kind of done) ctx.metrics.runSteps.inc({ kind });
}

async function putOff(ctx: Context, run: Run, error: unknown): Promise<void> {
  ctx.log.error({ err: error, run: run.id, attempts: run.attempts }, 'a run could not go on');
  if (run.attempts >= MAX_ATTEMPTS) return fail(ctx, run, 'internal_error');
  ctx.metrics.retries.inc({ queue: 'runs' });
  await ctx.db
    .updateTable('run')
    .set({
      due_at: ctx.clock.now() + backOffMs(run.attempts),
      claims: 0,
      last_error: error instanceof Error ? error.name : 'unknown',
    })
    .where(ofTenant(tenantOf(run)))
    .where('id', '=', run.id)
    .where('due_at', '=', run.due_at)
    .execute();
}

const fail = (ctx: Context, run: Run, reason: string) =>
  transact(ctx.db, (trx) => endRuns(trx, tenantOf(run), [run], { status: 'failed', reason, now: ctx.clock.now() }));
