/**
 * Transactional emails as merchants keep them: edited as a draft, sent as published. `now` is in epoch milliseconds
 * throughout.
 */
import {
  MOST_TRANSACTIONAL_EMAILS,
  transactionalContentSchema,
  transactionalNameSchema,
  type TransactionalContent,
  type TransactionalView,
} from '../../shared/transactional';
import { isoTime, isoTimeOrNull } from '../db/columns';
import { newId } from '../db/new-id';
import type { Db, Row, Trx } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { AppError, invalid } from '../errors';
import { dataVariables, findTransactionalProblems } from './data-variables';

type Transactional = Row<'transactional_email'>;

const EMPTY: TransactionalContent = { subject: '', preview_text: '', body: '' };

/** What goes out; null until it is published. */
export const publishedOf = ({ published }: Pick<Transactional, 'published'>): TransactionalContent | null =>
  published === null ? null : (JSON.parse(published) as TransactionalContent);

const viewTransactional = (row: Transactional): TransactionalView => {
  const published = publishedOf(row);
  return {
    id: row.id,
    object: 'transactional_email',
    name: row.name,
    draft: JSON.parse(row.draft) as TransactionalContent,
    is_published: published !== null,
    has_changes: row.draft !== row.published,
    variables: published === null ? [] : dataVariables(published).all,
    revision: row.revision,
    published_at: isoTimeOrNull(row.published_at),
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
  };
};

const select = (db: Db, tenant: Tenant) => db.selectFrom('transactional_email').where(ofTenant(tenant));

/** Newest first, at most `limit` of those before `before`; all, or those that are published. */
export async function listTransactional(
  db: Db,
  tenant: Tenant,
  {
    limit = MOST_TRANSACTIONAL_EMAILS,
    before,
    isPublished = false,
  }: { limit?: number; before?: string | undefined; isPublished?: boolean } = {},
): Promise<TransactionalView[]> {
  const rows = await select(db, tenant)
    .selectAll()
    .$if(isPublished, (query) => query.where('published', 'is not', null))
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? ''))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(viewTransactional);
}

export async function countTransactional(db: Db, tenant: Tenant, isPublished = false): Promise<number> {
  const { count } = await select(db, tenant)
    .$if(isPublished, (query) => query.where('published', 'is not', null))
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

export const findTransactional = (db: Db, tenant: Tenant, id: string): Promise<Transactional | undefined> =>
  select(db, tenant).selectAll().where('id', '=', id).executeTakeFirst();

export async function readTransactional(db: Db, tenant: Tenant, id: string): Promise<TransactionalView | undefined> {
  const row = await findTransactional(db, tenant, id);
  return row && viewTransactional(row);
}

/** An empty draft. Throws invalid_request naming the field. Returns its id. */
export async function createTransactional(trx: Trx, tenant: Tenant, name: string, now: number): Promise<string> {
  const row = {
    ...tenantColumns(tenant),
    id: newId('tem', now),
    name: parseName(name),
    draft: JSON.stringify(EMPTY),
    revision: 1,
    created_at: now,
    updated_at: now,
  };
  if ((await countTransactional(trx, tenant)) >= MOST_TRANSACTIONAL_EMAILS)
    throw new AppError('invalid_request', `name: there may be at most ${MOST_TRANSACTIONAL_EMAILS} of them`, 'name');
  await trx.insertInto('transactional_email').values(row).execute();
  return row.id;
}

function parseName(name: string): string {
  const parsed = transactionalNameSchema.safeParse(name);
  if (!parsed.success) throw invalid(parsed.error, 'name');
  return parsed.data;
}

export interface TransactionalChange {
  name: string;
  content: TransactionalContent;
  /** The one that was edited. */
  revision: number;
}

/**
 * Saves the draft, and publishes it where asked. Throws not_found, conflict when it was saved meanwhile, and invalid_request
 * naming the field for what can't go out.
 */
export async function saveTransactional(
  trx: Trx,
  tenant: Tenant,
  id: string,
  { name, content, revision }: TransactionalChange,
  { publishes, now }: { publishes: boolean; now: number },
): Promise<void> {
  const before = await findTransactional(trx, tenant, id);
  if (!before) throw new AppError('not_found', 'There is no such transactional email.', 'id');
  if (before.revision !== revision)
    throw new AppError('conflict', 'This email was changed meanwhile. Load it again to see the changes.', 'revision');
  const draft = JSON.stringify(checkContent(content, publishes));
  await trx
    .updateTable('transactional_email')
    .set({
      name: parseName(name),
      draft,
      ...(publishes ? { published: draft, published_at: now } : {}),
      revision: revision + 1,
      updated_at: now,
    })
    .where(ofTenant(tenant))
    .where('id', '=', id)
    .execute();
}

/** A draft may be empty; faulty it may not be. Throws invalid_request naming the field. */
export function checkContent(content: TransactionalContent, isWhole: boolean): TransactionalContent {
  const filled = { ...content, ...(isWhole ? {} : { subject: content.subject || '-', body: content.body || '-' }) };
  const parsed = transactionalContentSchema.safeParse(filled);
  if (!parsed.success) throw invalid(parsed.error);
  const [problem] = findTransactionalProblems(content);
  if (!problem) return { subject: content.subject, preview_text: content.preview_text, body: content.body };
  const { field, message, line, column } = problem;
  throw new AppError('invalid_request', `${field}: ${message} (line ${line}, column ${column})`, field);
}

/** One that was never published. Throws invalid_request for others: programs send them. */
export async function deleteTransactional(trx: Trx, tenant: Tenant, id: string): Promise<void> {
  const before = await findTransactional(trx, tenant, id);
  if (!before) throw new AppError('not_found', 'There is no such transactional email.', 'id');
  if (before.published !== null)
    throw new AppError('invalid_request', 'An email that was published can’t be deleted: programs may send it.', 'id');
  await trx.deleteFrom('transactional_email').where(ofTenant(tenant)).where('id', '=', id).execute();
}
