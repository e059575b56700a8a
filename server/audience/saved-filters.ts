/** Filters of the audience that somebody keeps by name. */
import { FILTER_NAME_LENGTH, MOST_FILTERS } from '../../shared/limits';
import { newId } from '../db/new-id';
import type { Db } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { AppError } from '../errors';

export interface SavedFilter {
  id: string;
  name: string;
  /** The list's query parameters. */
  query: Record<string, string>;
}

/** By name. */
export async function listFilters(db: Db, tenant: Tenant): Promise<SavedFilter[]> {
  const rows = await db.selectFrom('saved_filter').select(['id', 'name', 'query']).where(ofTenant(tenant)).execute();
  return rows
    .map(({ id, name, query }) => ({ id, name, query: JSON.parse(query) as Record<string, string> }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** One of the same name is replaced. Throws invalid_request naming the field. `now` in epoch milliseconds. */
export function saveFilter(
  db: Db,
  tenant: Tenant,
  { name: typed, query }: Omit<SavedFilter, 'id'>,
  now: number,
): Promise<void> {
  const name = typed.replace(/\p{C}/gu, '').trim();
  const refuse = (words: string) => new AppError('invalid_request', `name: ${words}`, 'name');
  if (name === '') throw refuse('give the filter a name');
  if (name.length > FILTER_NAME_LENGTH) throw refuse(`must have at most ${FILTER_NAME_LENGTH} characters`);
  if (Object.keys(query).length === 0) throw refuse('filter the list first');
  return transact(db, async (trx) => {
    const known = await listFilters(trx, tenant);
    const isKnown = known.some((one) => one.name === name);
    if (!isKnown && known.length >= MOST_FILTERS) throw refuse(`at most ${MOST_FILTERS} filters can be saved`);
    const values = { query: JSON.stringify(query), created_at: now };
    await trx
      .insertInto('saved_filter')
      .values({ id: newId('flt', now), name, ...values, ...tenantColumns(tenant) })
      .onConflict((oc) => oc.columns(['account_id', 'livemode', 'name']).doUpdateSet(values))
      .execute();
  });
}

/** Whether it was there. */
export async function deleteFilter(db: Db, tenant: Tenant, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('saved_filter')
    .where(ofTenant(tenant))
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
