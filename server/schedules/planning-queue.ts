/** The queue of plannings: makes all of an install's subscriptions and open invoices due, a part at a time, to be looked at for their dates. */
import { allDone } from '../all-done';
import { DATED } from '../audience/object-states';
import { makeStatesDue } from '../audience/state-dates';
import type { Context } from '../context';
import { PART } from '../db/parts';
import { createQueue, retryLater, type Queue } from '../db/queue';
import type { Trx } from '../db/schema';
import { ofTenant, tenantKey, tenantOf } from '../db/tenant';
import { transact } from '../db/transact';
import { endSchedules, recordPlanning, type PlanningJob } from '../installs/planning-job';
import { findLiveWorkflows } from '../workflows/live-workflows';
import { scheduledOf } from './scheduled';

export const createPlanningQueue = (): Queue =>
  createQueue<'planning_job'>({
    table: 'planning_job',
    // A part each, so that others have their turns in between.
    batch: 10,
    async work(ctx, jobs) {
      for (const { row } of jobs) await transact(ctx.db, (trx) => planPart(trx, row, ctx.clock.now()));
      return [];
    },
    explain(ctx: Context, row, error) {
      ctx.log.error({ err: error, account: row.account_id }, 'dates are looked at later');
      return retryLater<'planning_job'>(row);
    },
  });

async function planPart(trx: Trx, job: PlanningJob, now: number): Promise<void> {
  const tenant = tenantOf(job);
  const [live, states] = await allDone([
    findLiveWorkflows(trx, [tenant]),
    trx
      .selectFrom('object_state')
      .select(['id', 'kind'])
      .where(ofTenant(tenant))
      .where('id', '>', job.place)
      .orderBy('id')
      .limit(PART)
      .execute(),
  ]);
  const isAny = scheduledOf(live.get(tenantKey(tenant)) ?? []).length > 0;
  const last = isAny && states.length === PART ? states.at(-1)!.id : null;
  if (!(await recordPlanning(trx, job, { place: last, now }))) return;
  if (!isAny) return endSchedules(trx, job);
  const dated = states.filter(({ kind }) => DATED.includes(kind));
  await makeStatesDue(
    trx,
    tenant,
    dated.map(({ id }) => id),
    now,
  );
}
