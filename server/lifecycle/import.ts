/**
 * Brings in the customers and subscriptions an account had before it was connected: page by page, the position on the
 * job's row in the same transaction as what the page changed. No workflow starts; what events wrote since stays.
 */
import type { ImportProgress } from '../../shared/api';
import type { Context } from '../context';
import { backOffMs } from '../db/back-off';
import { claim, MAX_CLAIMS } from '../db/claim';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { NeedsReconnect } from '../installs/credentials';
import { redact } from '../log';
import { classifyStripeError } from '../stripe';
import type { Lane } from '../worker';
import { createBackground } from '../db/background';
import { applyPage } from './import-apply';
import { countCustomers, fetchPage, isAtEnd, readCursor, writeCursor } from './import-page';

type Job = Row<'import_job'>;

const AT_ONCE = 3;

export async function readImport(db: Db, tenant: Tenant): Promise<ImportProgress | null> {
  const job = await findJob(db, tenant);
  return job ? progressOf(job) : null;
}

/** Starts an import, or answers the one under way: an install has one at most. A finished one starts over. */
export function startImport(db: Db, tenant: Tenant, now: number): Promise<ImportProgress> {
  return transact(db, async (trx) => {
    const job = await findJob(trx, tenant);
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

const findJob = (db: Db, tenant: Tenant): Promise<Job | undefined> =>
  db.selectFrom('import_job').selectAll().where(ofTenant(tenant)).executeTakeFirst();

/** The total is Stripe's estimate until the end. */
const progressOf = ({ status, done, total }: Job): ImportProgress => ({
  status,
  done,
  total: total === null ? null : Math.max(total, done),
});

export function createImportLane(): Lane {
  const background = createBackground(AT_ONCE);
  return {
    name: 'import',
    queue: 'import_job',
    async work(ctx) {
      const limit = background.free();
      const jobs = limit > 0 ? await claim(ctx.db, 'import_job', { now: ctx.clock.now(), limit }) : [];
      for (const job of jobs) background.start(ctx, () => importOnePage(ctx, job));
      return jobs.length;
    },
    settle: () => background.settle(),
  };
}

async function importOnePage(ctx: Context, job: Job): Promise<void> {
  try {
    if (job.claims > MAX_CLAIMS) throw new Error('this page crashed the process several times');
    const tenant = tenantOf(job);
    const cursor = readCursor(job.cursor);
    const total = job.cursor === null ? await countCustomers(ctx, tenant) : job.total;
    const page = await fetchPage(ctx, tenant, cursor);
    await transact(ctx.db, async (trx) => {
      await applyPage(trx, tenant, page, ctx.clock.now());
      const done = job.done + page.customers.length;
      const isDone = isAtEnd(page.next);
      await release(trx, job, {
        cursor: writeCursor(page.next),
        done,
        attempts: 0,
        last_error: null,
        ...(isDone
          ? { status: 'done', total: done, due_at: null, finished_at: ctx.clock.now() }
          : { total, due_at: ctx.clock.now() }),
      });
    });
  } catch (error) {
    await putOff(ctx, job, error);
  }
}

/** Another process has the job, or the install was disconnected: the page's changes must not stay either. */
class LostClaim extends Error {}

async function release(db: Db | Trx, job: Job, fields: Partial<Job>): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('import_job')
    .set({ ...fields, claims: 0 })
    .where(ofTenant(tenantOf(job)))
    .where('status', '=', 'running')
    .where('attempts', '=', job.attempts)
    .where('claims', '>', 0)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new LostClaim();
}

async function putOff(ctx: Context, job: Job, error: unknown): Promise<void> {
  if (error instanceof LostClaim) return;
  const now = ctx.clock.now();
  const failure = classifyStripeError(error);
  const isHopeless = failure === 'forbidden' || job.claims > MAX_CLAIMS;
  const last_error = redact(error instanceof Error ? error.message : String(error));
  const fields: Partial<Job> =
    error instanceof NeedsReconnect
      ? { status: 'paused', due_at: null, attempts: 0, last_error }
      : isHopeless
        ? { status: 'failed', due_at: null, last_error, finished_at: now }
        : { due_at: now + backOffMs(job.attempts, { longest: 10 * 60_000 }), last_error };
  if (!(error instanceof NeedsReconnect))
    ctx.log.warn({ err: error, account: job.account_id }, 'import is put off or ended');
  ctx.metrics.retries.inc({ queue: 'import' });
  await release(ctx.db, job, fields).catch((lost: unknown) => {
    if (!(lost instanceof LostClaim)) throw lost;
  });
}
