/**
 * The queue of work on many contacts: a part each turn, in one transaction with how far it has come, so that others have
 * their turns in between and a process that dies repeats nothing.
 */
import { inList, insertNew } from '../db/bulk';
import { newId } from '../db/new-id';
import { CrashedTooOften, createQueue, retryLater, type Queue } from '../db/queue';
import type { Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, tenantOf, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import {
  expireContactJob,
  ending,
  forgetLines,
  filterOfTarget,
  parametersOf,
  readLines,
  recordContactJob,
  waiting,
  type ContactJob,
  type ContactTarget,
  type SampledLine,
} from './contact-jobs';
import { recordContactChanges } from './contact-changes';
import { listContactRows } from './list-contacts';
import { clearProperty } from './delete-property';
import { compareLines, importLines, type ComparedLine } from './import-contacts';
import { deleteContact } from './save';

const PART = 500;
/** Deleting one goes through all that is about it. */
const DELETED_AT_ONCE = 5;
const MAX_ATTEMPTS = 10;
const SHOWN_OF_EACH = 10;

export const createContactJobQueue = (): Queue =>
  createQueue<'contact_job'>({
    table: 'contact_job',
    batch: 4,
    async work(ctx, jobs) {
      for (const { row } of jobs) await transact(ctx.db, (trx) => doPart(trx, row, ctx.clock.now()));
      return [];
    },
    explain(ctx, row, error) {
      ctx.log.error({ err: error, account: row.account_id, job: row.id }, 'a part of work on contacts failed');
      const isFinal = error instanceof CrashedTooOften || row.attempts >= MAX_ATTEMPTS;
      // Once more, to forget whom it was about.
      return isFinal ? { againIn: 0, fields: { status: 'failed', attempts: 0 } } : retryLater<'contact_job'>(row);
    },
  });

async function doPart(trx: Trx, job: ContactJob, now: number): Promise<void> {
  switch (job.status) {
    case 'checking':
      return checkPart(trx, job, now);
    case 'running':
      if (job.kind === 'import') return importPart(trx, job, now);
      return job.kind === 'property' ? clearPart(trx, job, now) : changePart(trx, job, now);
    case 'failed':
      return recordContactJob(trx, job, ending('failed', now));
    default:
      // Never confirmed, or never complete.
      return expireContactJob(trx, job);
  }
}

async function checkPart(trx: Trx, job: ContactJob, now: number): Promise<void> {
  const tenant = tenantOf(job);
  const n = Number(job.place);
  const lines = await readLines(trx, tenant, job.id, n);
  if (!lines) return recordContactJob(trx, job, waiting(now));
  const parameters = parametersOf(job);
  const compared = await compareLines(trx, tenant, lines, parameters);
  const count = (kind: ComparedLine['kind']) => compared.filter((one) => one.kind === kind).length;
  const samples = withSamples(parameters.samples, n, compared);
  await recordContactJob(trx, job, {
    ...nextPart(job, lines.length, now),
    ...addTo(job, { added: count('new'), changed: count('changed'), unchanged: count('unchanged') }),
    parameters: JSON.stringify({ ...parameters, samples }),
  });
}

/** Of each kind the first lines of the file, wherever they stand in it. */
function withSamples(known: SampledLine[] = [], n: number, compared: readonly ComparedLine[]): SampledLine[] {
  const samples = [...known];
  for (const { kind, line } of compared)
    if (samples.filter((one) => one.kind === kind).length < SHOWN_OF_EACH) samples.push({ n, line: line.line, kind });
  return samples;
}

async function importPart(trx: Trx, job: ContactJob, now: number): Promise<void> {
  const tenant = tenantOf(job);
  const lines = await readLines(trx, tenant, job.id, Number(job.place));
  if (!lines) return recordContactJob(trx, job, ending('finished', now));
  const chosen = { ...parametersOf(job), source: 'Import' };
  const counts = await importLines(trx, tenant, lines, chosen, { cause: 'import', now });
  // A contact that is deleted meanwhile collides with this, and isn't made anew.
  await forgetLines(trx, tenant, job.id, Number(job.place));
  await recordContactJob(trx, job, {
    ...nextPart(job, lines.length, now),
    ...addTo(job, { added: counts.new, changed: counts.changed, unchanged: counts.unchanged }),
  });
}

const nextPart = (job: ContactJob, lines: number, now: number) => ({
  place: String(Number(job.place) + 1),
  done: job.done + lines,
  due_at: now,
});

const addTo = (job: ContactJob, counts: Pick<ContactJob, 'added' | 'changed' | 'unchanged'>) => ({
  added: job.added + counts.added,
  changed: job.changed + counts.changed,
  unchanged: job.unchanged + counts.unchanged,
});

async function changePart(trx: Trx, job: ContactJob, now: number): Promise<void> {
  const tenant = tenantOf(job);
  const { target = { ids: [] }, group = null } = parametersOf(job);
  const limit = job.kind === 'delete' ? DELETED_AT_ONCE : PART;
  const filter = { ...filterOfTarget(target), ...(job.kind === 'delete' ? untouchedSince(target, job) : {}) };
  const contacts = await listContactRows(trx, tenant, { ...filter, limit, starting_after: job.place });
  const last = contacts.at(-1);
  if (!last) return recordContactJob(trx, job, ending('finished', now));
  const changed = await change(trx, tenant, job.kind, { contacts, group, now });
  await recordContactJob(trx, job, {
    ...{ place: last.id, done: job.done + contacts.length, due_at: now },
    ...addTo(job, { added: 0, changed, unchanged: contacts.length - changed }),
  });
}

/** Takes the values of a property that was deleted. */
async function clearPart(trx: Trx, job: ContactJob, now: number): Promise<void> {
  const { property = '' } = parametersOf(job);
  const { last, seen, cleared } = await clearProperty(trx, tenantOf(job), property, job.place, now);
  if (last === undefined) return recordContactJob(trx, job, ending('finished', now));
  await recordContactJob(trx, job, {
    ...{ place: last, done: job.done + seen, due_at: now },
    ...addTo(job, { added: 0, changed: cleared, unchanged: seen - cleared }),
  });
}
/** Who came under the filter after the number was confirmed is left: what is deleted can't be brought back. */
const untouchedSince = (target: ContactTarget, { created_at }: ContactJob) =>
  'filter' in target ? { untouched_since: created_at } : {};

interface Change {
  contacts: readonly Row<'contact'>[];
  group: string | null;
  now: number;
}

/** Returns how many were not so already. */
async function change(trx: Trx, tenant: Tenant, kind: ContactJob['kind'], { contacts, group, now }: Change) {
  if (kind === 'delete') {
    for (const contact of contacts) await deleteContact(trx, contact, now);
    return contacts.length;
  }
  const fields = kind === 'group' ? { user_group: group } : { status: 'unsubscribed' as const };
  const isSo = (contact: Row<'contact'>) =>
    kind === 'group' ? contact.user_group === group : contact.status === 'unsubscribed';
  const others = contacts.filter((contact) => !isSo(contact));
  if (others.length === 0) return 0;
  const ids = others.map(({ id }) => id);
  await trx
    .updateTable('contact')
    .set({ ...fields, updated_at: now })
    .where(ofTenant(tenant))
    .where('id', 'in', inList(ids))
    .execute();
  const changed = others.map((before) => ({ before, after: { ...before, ...fields } }));
  await recordContactChanges(trx, changed, { cause: 'bulk', now });
  if (kind === 'unsubscribe')
    await insertNew(
      trx,
      'consent_change',
      ids.map((contact_id) => ({
        ...{ id: newId('cns', now), contact_id, at: now, email_id: null },
        ...{ status: 'unsubscribed' as const, cause: 'merchant' as const },
        ...tenantColumns(tenant),
      })),
    );
  return others.length;
}
