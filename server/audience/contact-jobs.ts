/**
 * Work on many contacts that somebody asked for: a file that is imported, or a change of all that a filter matches. Its row
 * says what is to be done and how far it has come; contact-job-queue.ts does it. `now` is in epoch milliseconds throughout.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { sql } from 'kysely';
import { inList } from '../db/bulk';
import { ofClaim } from '../db/claim';
import { newId } from '../db/new-id';
import type { ContactJobKind, ContactJobStatus, Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { AppError } from '../errors';
import { countContacts } from './list-contacts';
import type { ContactFilter, KnownFilter } from './contact-filter';
import type { ImportConsent, ImportLine, RefusedLine, RefusedText } from './import-lines';

export type ContactJob = Row<'contact_job'>;

/** Whom it is about: those that were chosen, or all that the filter matches and that were there when it was confirmed. */
export type ContactTarget = { ids: string[] } | { filter: ContactFilter };

export interface ContactJobParameters {
  consent?: ImportConsent;
  /** The mailing list that those in the file are put on. */
  list?: string;
  /** All columns of the file, those that mean nothing to us, and of them those that may say who wants no marketing. */
  columns?: string[];
  ignored?: string[];
  doubtful?: string[];
  /** Lines that the preview shows. */
  samples?: SampledLine[];
  group?: string | null;
  target?: ContactTarget;
  /** The contact property whose values are taken away. */
  property?: string;
}

/** Where to find a line: contents stay in the part alone, so that they go with the contact. */
export interface SampledLine {
  n: number;
  line: number;
  kind: 'new' | 'changed' | 'unchanged';
}

/** How long an import waits to be confirmed, and an upload to be complete. */
const KEEP_PREVIEW_MS = 24 * 60 * 60_000;
const UPLOAD_MS = 60 * 60_000;

export const parametersOf = (job: ContactJob): ContactJobParameters =>
  JSON.parse(job.parameters) as ContactJobParameters;

export const findContactJob = (db: Db, tenant: Tenant, id: string): Promise<ContactJob | undefined> =>
  db.selectFrom('contact_job').selectAll().where(ofTenant(tenant)).where('id', '=', id).executeTakeFirst();

/** Newest first. */
export const listContactJobs = (db: Db, tenant: Tenant, limit: number): Promise<ContactJob[]> =>
  db
    .selectFrom('contact_job')
    .selectAll()
    .where(ofTenant(tenant))
    .where('status', '!=', 'uploading')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();

export const countTarget = (db: Db, tenant: Tenant, target: ContactTarget): Promise<number> =>
  countContacts(db, tenant, filterOfTarget(target));

export const filterOfTarget = (target: ContactTarget): KnownFilter =>
  'ids' in target ? { ids: target.ids } : target.filter;

/** Due at once. `total` as it was counted and confirmed. Returns its id. */
export async function startContactJob(
  db: Db,
  tenant: Tenant,
  { kind, total, ...parameters }: ContactJobParameters & { kind: Exclude<ContactJobKind, 'import'>; total: number },
  now: number,
): Promise<string> {
  const id = newId('job', now);
  // Ids are in the order of time: contacts that come later are none of its.
  await insertJob(
    db,
    tenant,
    { id, kind, status: 'running', parameters, place: newId('con', now), total, due_at: now },
    now,
  );
  return id;
}

/** An import whose parts are being stored; what remains of one that was never completed goes by itself. */
export async function beginUpload(
  db: Db,
  tenant: Tenant,
  parameters: ContactJobParameters,
  now: number,
): Promise<string> {
  const id = newId('job', now);
  const job = { id, kind: 'import', status: 'uploading', parameters, place: '0', total: 0 } as const;
  await insertJob(db, tenant, { ...job, due_at: now + UPLOAD_MS }, now);
  return id;
}

const insertJob = (
  db: Db,
  tenant: Tenant,
  {
    parameters,
    ...job
  }: Pick<ContactJob, 'id' | 'kind' | 'status' | 'place' | 'total' | 'due_at'> & {
    parameters: ContactJobParameters;
  },
  now: number,
) =>
  db
    .insertInto('contact_job')
    .values({ ...job, parameters: JSON.stringify(parameters), created_at: now, ...tenantColumns(tenant) })
    .execute();

export interface ImportPart {
  n: number;
  lines: readonly ImportLine[];
  refused: readonly RefusedLine[];
  refusedTexts: readonly RefusedText[];
}

export const insertPart = (db: Db, tenant: Tenant, jobId: string, { n, lines, refused, refusedTexts }: ImportPart) =>
  db
    .insertInto('contact_job_part')
    .values({
      job_id: jobId,
      n,
      lines: JSON.stringify(lines),
      refused: JSON.stringify(refused),
      refused_lines: JSON.stringify(refusedTexts),
      ...tenantColumns(tenant),
    })
    .execute();

/** All parts are stored: it is compared from now on. */
export async function completeUpload(
  db: Db,
  tenant: Tenant,
  id: string,
  { total, refused, ...chosen }: { total: number; refused: number } & ContactJobParameters,
  now: number,
): Promise<void> {
  const parameters = JSON.stringify(chosen);
  await changeJob(db, tenant, id, ['uploading'], { status: 'checking', total, refused, parameters, due_at: now });
}

/**
 * An import is carried out. Throws not_found, and invalid_request for one that doesn't wait for it, or that has columns which may
 * say who wants no marketing, unless `isAboutElse`.
 */
export async function confirmImport(
  db: Db,
  tenant: Tenant,
  id: string,
  now: number,
  { isAboutElse = false } = {},
): Promise<void> {
  const job = await findContactJob(db, tenant, id);
  if (job?.status === 'preview' && parametersOf(job).doubtful?.length && !isAboutElse)
    throw new AppError('invalid_request', 'columns: say that these columns are about something else', 'columns');
  await changeJob(db, tenant, id, ['preview'], {
    ...{ status: 'running', place: '0', done: 0, added: 0, changed: 0, unchanged: 0 },
    ...{ due_at: now, claims: 0, attempts: 0 },
  });
}

/** What was done stays. Throws not_found, and invalid_request for one that has ended. */
export const cancelContactJob = (db: Db, tenant: Tenant, id: string, now: number): Promise<void> =>
  transact(db, async (trx) => {
    await changeJob(trx, tenant, id, ['checking', 'preview', 'running'], ending('canceled', now));
    await forget(trx, tenant, id);
  });

async function changeJob(
  db: Db,
  tenant: Tenant,
  id: string,
  from: readonly ContactJobStatus[],
  fields: Partial<ContactJob>,
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('contact_job')
    .set(fields)
    .where(ofTenant(tenant))
    .where('id', '=', id)
    .where('status', 'in', from)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return;
  if (!(await findContactJob(db, tenant, id))) throw new AppError('not_found', 'There is no such page.');
  throw new AppError('invalid_request', 'This has been started, finished or canceled already.', 'id');
}

export const ending = (status: 'finished' | 'failed' | 'canceled', now: number) =>
  ({ status, due_at: null, claims: 0, finished_at: now }) as const;

/** It waits to be confirmed, and is given up after a day. */
export const waiting = (now: number) => ({ status: 'preview', due_at: now + KEEP_PREVIEW_MS }) as const;

/** Another process has it, or it was canceled. */
class LostJob extends Error {}

/** Records how far a claimed one has come. Throws LostJob: what its part changed must not stay either. */
export async function recordContactJob(trx: Trx, job: ContactJob, fields: Partial<ContactJob>): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('contact_job')
    .set({ ...fields, claims: 0, attempts: 0 })
    .where(ofClaim('contact_job', job))
    .where('status', '=', job.status)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new LostJob();
  if (fields.finished_at) await forget(trx, tenantOf(job), job.id);
}

/** Whom it was about; of an import what isn't personal stays: how many, and which lines were refused. */
async function forget(trx: Trx, tenant: Tenant, id: string): Promise<void> {
  const own = () => trx.updateTable('contact_job_part').where(ofTenant(tenant)).where('job_id', '=', id);
  await own().set({ lines: '[]', refused_lines: '[]' }).execute();
  const job = await findContactJob(trx, tenant, id);
  if (!job) return;
  const { target: _, columns: _columns, samples: _samples, ...parameters } = parametersOf(job);
  await trx
    .updateTable('contact_job')
    .set({ parameters: JSON.stringify(parameters) })
    .where(ofTenant(tenant))
    .where('id', '=', id)
    .execute();
}

/** It was given up before it began, or could not be read. */
export async function deleteContactJob(trx: Trx, tenant: Tenant, id: string): Promise<void> {
  await trx.deleteFrom('contact_job_part').where(ofTenant(tenant)).where('job_id', '=', id).execute();
  await trx.deleteFrom('contact_job').where(ofTenant(tenant)).where('id', '=', id).execute();
}

/** Deletes one that nobody confirmed; throws LostJob where somebody did meanwhile. */
export async function expireContactJob(trx: Trx, job: ContactJob): Promise<void> {
  const { numDeletedRows } = await trx
    .deleteFrom('contact_job')
    .where(ofClaim('contact_job', job))
    .where('status', '=', job.status)
    .executeTakeFirst();
  if (numDeletedRows === 0n) throw new LostJob();
  await deleteContactJob(trx, tenantOf(job), job.id);
}

export async function readLines(db: Db, tenant: Tenant, jobId: string, n: number): Promise<ImportLine[] | undefined> {
  const part = await db
    .selectFrom('contact_job_part')
    .select('lines')
    .where(ofTenant(tenant))
    .where('job_id', '=', jobId)
    .where('n', '=', n)
    .executeTakeFirst();
  return part && (JSON.parse(part.lines) as ImportLine[]);
}

export const forgetLines = (trx: Trx, tenant: Tenant, jobId: string, n: number) =>
  trx
    .updateTable('contact_job_part')
    .set({ lines: '[]' })
    .where(ofTenant(tenant))
    .where('job_id', '=', jobId)
    .where('n', '=', n)
    .execute();

/** In the order of the file, a part at a time; what the lines say by their numbers, as long as it is kept. */
export async function* refusedParts(
  db: Db,
  tenant: Tenant,
  jobId: string,
): AsyncGenerator<{ refused: RefusedLine[]; texts: ReadonlyMap<number, RefusedText['fields']> }> {
  for (let last = -1; ; await breathe()) {
    const part = await db
      .selectFrom('contact_job_part')
      .select(['n', 'refused', 'refused_lines'])
      .where(ofTenant(tenant))
      .where('job_id', '=', jobId)
      .where('refused', '!=', '[]')
      .where('n', '>', last)
      .orderBy('n')
      .limit(1)
      .executeTakeFirst();
    if (!part) return;
    const texts = (JSON.parse(part.refused_lines) as RefusedText[]).map(({ line, fields }) => [line, fields] as const);
    yield { refused: JSON.parse(part.refused) as RefusedLine[], texts: new Map(texts) };
    last = part.n;
  }
}

/** The first of them, in the order of the file. */
export async function listRefused(db: Db, tenant: Tenant, jobId: string, limit: number): Promise<RefusedLine[]> {
  const first: RefusedLine[] = [];
  for await (const { refused } of refusedParts(db, tenant, jobId)) {
    first.push(...refused);
    if (first.length >= limit) break;
  }
  return first.slice(0, limit);
}

/** Those that a preview shows; a line whose contact was deleted since is missing. */
export async function readSamples(db: Db, tenant: Tenant, job: ContactJob): Promise<ImportLine[]> {
  const { samples = [] } = parametersOf(job);
  const found: ImportLine[] = [];
  for (const n of new Set(samples.map((one) => one.n))) {
    const wanted = new Set(samples.filter((one) => one.n === n).map(({ line }) => line));
    found.push(...((await readLines(db, tenant, job.id, n)) ?? []).filter(({ line }) => wanted.has(line)));
  }
  return found;
}

/** Those of the ids that contacts of the install have. */
export async function knownIds(db: Db, tenant: Tenant, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('contact')
    .select('id')
    .where(ofTenant(tenant))
    .where('id', 'in', inList(ids))
    .execute();
  return rows.map(({ id }) => id);
}

/** How many of an install go on; an install has few. */
export const countUnderWay = async (db: Db, tenant: Tenant): Promise<number> => {
  const { count } = await db
    .selectFrom('contact_job')
    .select(sql<number>`count(*)`.as('count'))
    .where(ofTenant(tenant))
    .where('status', 'in', ['uploading', 'checking', 'preview', 'running'])
    .executeTakeFirstOrThrow();
  return Number(count);
};
