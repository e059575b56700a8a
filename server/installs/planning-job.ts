/**
 * The planning that an install may have under way: all its subscriptions and open invoices are to be looked at for their
 * dates anew. `now` is in epoch milliseconds throughout.
 */
import { ofClaim } from '../db/claim';
import type { Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';

export type PlanningJob = Row<'planning_job'>;

/**
 * Asks for it, from the beginning. What is saved from now on is due besides: transactions that have read the install
 * otherwise collide with this.
 */
export async function askForPlanning(trx: Trx, tenant: Tenant, now: number): Promise<void> {
  await setHasSchedules(trx, tenant, true);
  const fresh = { place: '', due_at: now, claims: 0, attempts: 0 };
  await trx
    .insertInto('planning_job')
    .values({ ...tenantColumns(tenant), ...fresh })
    .onConflict((conflict) => conflict.columns(['account_id', 'livemode']).doUpdateSet(fresh))
    .execute();
}

/** The same where anything hangs on dates at all: the time zone was changed, or the account connected again. */
export async function askToPlanAnew(trx: Trx, tenant: Tenant, now: number): Promise<void> {
  const install = await trx.selectFrom('install').select('has_schedules').where(ofTenant(tenant)).executeTakeFirst();
  if (install?.has_schedules === 1) await askForPlanning(trx, tenant, now);
}

/** How far a claimed one has come; null: to the end. False when it was asked for anew meanwhile, or another process has it. */
export async function recordPlanning(
  trx: Trx,
  job: PlanningJob,
  { place, now }: { place: string | null; now: number },
): Promise<boolean> {
  const next = place === null ? { place: '', due_at: null } : { place, due_at: now };
  const { numUpdatedRows } = await trx
    .updateTable('planning_job')
    .set({ ...next, claims: 0, attempts: 0 })
    .where(ofClaim('planning_job', job))
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** No active workflow hangs on dates any more. */
export const endSchedules = (trx: Trx, job: PlanningJob): Promise<void> => setHasSchedules(trx, tenantOf(job), false);

async function setHasSchedules(trx: Trx, tenant: Tenant, value: boolean): Promise<void> {
  await trx
    .updateTable('install')
    .set({ has_schedules: value ? 1 : 0 })
    .where(ofTenant(tenant))
    .execute();
}
