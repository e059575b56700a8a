/** The one import that an install may have: its row says how far it has come. `now` is in epoch milliseconds throughout. */
import type { ImportProgress } from '../../shared/api';
import { ofClaim } from '../db/claim';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';

export type ImportJob = Row<'import_job'>;

export async function readImport(db: Db, tenant: Tenant): Promise<ImportProgress | null> {
  const job = await findImport(db, tenant);
  return job ? progressOf(job) : null;
}

/** Starts an import, or returns the one under way. A finished one starts over. */
export function startImport(db: Db, tenant: Tenant, now: number): Promise<ImportProgress> {
  return transact(db, async (trx) => {
    const job = await findImport(trx, tenant);
    if (job && (job.status === 'running' || job.status === 'paused')) return progressOf(job);
    const fresh = {
      status: 'running' as const,
      cursor: null,
      done: 0,
      total: null,
      due_at: now,
      claims: 0,
      attempts: 0,
      last_error: null,
      started_at: now,
      finished_at: null,
    };
    const started = await trx
      .insertInto('import_job')
      .values({ ...tenantColumns(tenant), ...fresh })
      .onConflict((conflict) => conflict.columns(['account_id', 'livemode']).doUpdateSet(fresh))
      .returningAll()
      .executeTakeFirstOrThrow();
    return progressOf(started);
  });
}

const findImport = (db: Db, tenant: Tenant): Promise<ImportJob | undefined> =>
  db.selectFrom('import_job').selectAll().where(ofTenant(tenant)).executeTakeFirst();

/** The total is Stripe's estimate until the end. */
const progressOf = ({ status, done, total }: ImportJob): ImportProgress => ({
  status,
  done,
  total: total === null ? null : Math.max(total, done),
});

/** Another process has the job, or the install was disconnected. */
class LostImport extends Error {}

/** Records how far a claimed import has come. Throws LostImport: what its page changed must not stay either. */
export async function recordImport(trx: Trx, job: ImportJob, fields: Partial<ImportJob>): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('import_job')
    .set({ ...fields, claims: 0 })
    .where(ofClaim('import_job', job))
    .where('status', '=', 'running')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new LostImport();
}

/** One that waited for the account to be connected again goes on. */
export const resumeImport = (trx: Trx, tenant: Tenant, now: number) =>
  trx
    .updateTable('import_job')
    .set({ status: 'running', due_at: now, claims: 0, attempts: 0, last_error: null })
    .where(ofTenant(tenant))
    .where('status', '=', 'paused')
    .execute();

export const failImport = (trx: Trx, tenant: Tenant, last_error: string, now: number) =>
  trx
    .updateTable('import_job')
    .set({ status: 'failed', due_at: null, claims: 0, last_error, finished_at: now })
    .where(ofTenant(tenant))
    .where('status', 'in', ['running', 'paused'])
    .execute();
