/**
 * The queue of imports. Brings in the customers, subscriptions, open and paid invoices an account had before it was connected, page by page;
 * the position stands on the job's row, written in the same transaction as what the page changed. No workflow starts, and
 * what events wrote since stays.
 */
import type { Context } from '../context';
import { CrashedTooOften, createQueue, retryLater, type JobFailure, type Job, type Queue } from '../db/queue';
import { tenantOf } from '../db/tenant';
import { transact } from '../db/transact';
import { NeedsReconnect } from '../installs/credentials';
import { recordImport, type ImportJob } from '../installs/import-job';
import { redact } from '../log';
import { classifyStripeError } from '../stripe';
import { applyPage } from './import-apply';
import { countCustomers, fetchPage, isAtEnd, readCursor, writeCursor, type ImportPage } from './import-page';

interface Fetched {
  page: ImportPage;
  total: number | null;
}

const BACK_OFF = { longest: 10 * 60_000 };

export const createImportQueue = (): Queue =>
  createQueue<'import_job', Fetched>({
    table: 'import_job',
    concurrency: 3,
    async work(ctx, jobs) {
      for (const job of jobs) if (job.result) await apply(ctx, job.row, job.result);
      return jobs.filter((job) => !job.result);
    },
    background: readNextPage,
    explain,
  });

async function readNextPage(ctx: Context, { row }: Job<'import_job', Fetched>): Promise<Fetched> {
  const tenant = tenantOf(row);
  const total = row.cursor === null ? await countCustomers(ctx, tenant) : row.total;
  return { page: await fetchPage(ctx, tenant, readCursor(row.cursor)), total };
}

const apply = (ctx: Context, job: ImportJob, { page, total }: Fetched): Promise<void> =>
  transact(ctx.db, async (trx) => {
    const now = ctx.clock.now();
    await applyPage(trx, tenantOf(job), page, now);
    const done = job.done + page.customers.length;
    await recordImport(trx, job, {
      cursor: writeCursor(page.next),
      done,
      attempts: 0,
      last_error: null,
      ...(isAtEnd(page.next)
        ? { status: 'done', total: done, due_at: null, finished_at: now }
        : { total, due_at: now }),
    });
  });

function explain(ctx: Context, job: ImportJob, error: unknown): JobFailure<'import_job'> {
  const last_error = redact(error instanceof Error ? error.message : String(error));
  if (error instanceof NeedsReconnect) return { againIn: null, fields: { status: 'paused', attempts: 0, last_error } };
  ctx.log.warn({ err: error, account: job.account_id }, 'an import is put off or ended');
  if (error instanceof CrashedTooOften || classifyStripeError(error) === 'forbidden')
    return { againIn: null, fields: { status: 'failed', last_error, finished_at: ctx.clock.now() } };
  return retryLater<'import_job'>(job, { last_error }, BACK_OFF);
}
