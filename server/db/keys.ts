/** Rows of many accounts by their keys, in one statement. */
import { CompiledQuery } from 'kysely';
import { createCache } from '../cache';
import { groupBy } from '../group-by';
import { inList } from './bulk';
import { isPostgres } from './engine';
import type { Db, Flag, Row, Schema } from './schema';
import { tenantColumns, type Tenant } from './tenant';
import { readTogether } from './together';

/** A value of a column of one install's rows. */
export interface TenantKey {
  account_id: string;
  livemode: Flag;
  value: string;
}

type TenantRow = Pick<TenantKey, 'account_id' | 'livemode'>;

/** The key with this value in the install that the row belongs to. */
export const keyFor = ({ account_id, livemode }: TenantRow, value: string): TenantKey => ({
  account_id,
  livemode,
  value,
});

/** The same as text, for maps and sets of several installs' rows. */
export const keyText = ({ account_id, livemode }: TenantRow, value: string): string =>
  `${account_id} ${livemode} ${value}`;

/** Rows of several installs, by the keyText of their ids. */
export const byId = <R extends TenantRow & { id: string }>(rows: readonly R[]): Map<string, R> =>
  new Map(rows.map((row) => [keyText(row, row.id), row]));

/** SQLite takes 32,766 parameters, three a key. */
const MAX_KEYS = 8_192;

interface Select {
  /** Keeps the rows for this transaction on PostgreSQL; `nowait` throws where another keeps one. */
  lock?: keyof typeof LOCKS;
  /** SQL of one more column. */
  also?: string;
  /** SQL of one more condition. */
  where?: string;
}

const LOCKS = { share: 'for share', wait: 'for update', nowait: 'for update nowait' };

/** The rows whose `column` is one of the keys. */
export async function selectByKeys<T extends keyof Schema, Also = unknown>(
  db: Db,
  table: T,
  column: keyof Row<T> & string,
  keys: readonly TenantKey[],
  { also, ...options }: Select = {},
): Promise<(Row<T> & Also)[]> {
  const columns = also === undefined ? '*' : `*, ${also}`;
  return (await select(db, { table, column, columns, keys, ...options })) as (Row<T> & Also)[];
}

/** Those of the keys that a row has as its `column`, by keyText; of the rows nothing else is read. */
export async function findPresentKeys<T extends keyof Schema>(
  db: Db,
  table: T,
  column: keyof Row<T> & string,
  keys: readonly TenantKey[],
): Promise<Set<string>> {
  const columns = `account_id, livemode, "${column}"`;
  const rows = await select(db, { table, column, columns, keys, group: columns });
  return new Set((rows as (TenantRow & Record<string, unknown>)[]).map((row) => keyText(row, String(row[column]))));
}

/** The keys of the rows, each with the bytes of one of its texts, which is not read. */
export async function findSizes<T extends keyof Schema>(
  db: Db,
  table: T,
  column: keyof Row<T> & string,
  text: keyof Row<T> & string,
  keys: readonly TenantKey[],
): Promise<(TenantKey & { bytes: number })[]> {
  const columns = `account_id, livemode, "${column}", octet_length("${text}") as bytes`;
  const rows = await select(db, { table, column, columns, keys });
  return (rows as (TenantRow & { bytes: number } & Record<string, unknown>)[]).map((row) => ({
    ...keyFor(row, String(row[column])),
    bytes: Number(row.bytes),
  }));
}

/** All rows of the installs, or these columns of them. */
export async function selectByTenants<T extends keyof Schema, C extends keyof Row<T> & string = keyof Row<T> & string>(
  db: Db,
  table: T,
  tenants: readonly Tenant[],
  { columns, ...options }: Omit<Select, 'also'> & { columns?: readonly C[] } = {},
): Promise<(TenantRow & Pick<Row<T>, C>)[]> {
  const keys = tenants.map((tenant) => keyFor(tenantColumns(tenant), ''));
  const named = columns === undefined ? '*' : ['account_id', 'livemode', ...columns].map((one) => `"${one}"`).join();
  return (await select(db, { table, columns: named, keys, ...options })) as (TenantRow & Pick<Row<T>, C>)[];
}

/** Sums over the rows that have one of the keys as their `column`, by it and by one more column; `sums` is SQL. */
export async function sumByKeys<
  T extends keyof Schema,
  C extends keyof Row<T> & string,
  B extends keyof Row<T> & string,
  S,
>(
  db: Db,
  table: T,
  column: C,
  keys: readonly TenantKey[],
  { by, sums, where }: { by: B; sums: string; where?: string },
): Promise<(TenantRow & Pick<Row<T>, C | B> & S)[]> {
  const columns = `account_id, livemode, "${column}", "${by}"`;
  const rows = await select(db, { table, column, columns: `${columns}, ${sums}`, keys, where, group: columns });
  return rows as (TenantRow & Pick<Row<T>, C | B> & S)[];
}

interface Query {
  table: string;
  /** Left out: of the keys only the install counts. */
  column?: string;
  columns: string;
  keys: readonly TenantKey[];
  lock?: keyof typeof LOCKS;
  where?: string;
  /** Columns by which rows are put together. */
  group?: string;
}

async function select(db: Db, { keys, ...query }: Query): Promise<unknown[]> {
  const wanted = [...new Map(keys.map((key) => [keyText(key, key.value), key])).values()];
  const rows: unknown[] = [];
  for (let start = 0; start < wanted.length; start += MAX_KEYS) {
    const part = { ...query, keys: wanted.slice(start, start + MAX_KEYS) };
    rows.push(...(isPostgres(db) ? await fromPostgres(db, part) : await fromSqlite(db, part)));
  }
  return rows;
}

const texts = createCache<string, string>(500);

/** Lists are filled up to a power of two, so that few statement texts exist and stay prepared. */
async function fromSqlite(db: Db, { table, column, columns, keys, where = 'true', group }: Query): Promise<unknown[]> {
  const list = inList(keys);
  const name = `${table} ${column} ${columns} ${where} ${group} ${list.length}`;
  const text = texts.remember(name, () => {
    const values = list.map(() => (column ? '(?, ?, ?)' : '(?, ?)')).join();
    const names = `account_id, livemode${column ? `, "${column}"` : ''}`;
    // Said once more, or an index of what is not null would not be used.
    const isThere = column ? `"${column}" is not null and ` : '';
    const together = group === undefined ? '' : ` group by ${group}`;
    return `select ${columns} from "${table}" where (${names}) in (values ${values}) and ${isThere}${where}${together}`;
  });
  const parameters = list.flatMap(({ account_id, livemode, value }) =>
    column ? [account_id, livemode, value] : [account_id, livemode],
  );
  return (await db.executeQuery(CompiledQuery.raw(text, parameters))).rows;
}

/**
 * By arrays, each compared with its own column: joined with `unnest`, the planner takes the wrong index on tables that were
 * not analyzed yet. What the arrays match crosswise, another account's row with the same value, is left out.
 */
async function fromPostgres(
  db: Db,
  { table, column, columns, keys, where = 'true', group, lock }: Query,
): Promise<unknown[]> {
  const of = <V>(pick: (key: TenantKey) => V) => [...new Set(keys.map(pick))];
  const text = `select ${columns} from "${table}"
    where account_id = any($1::text[]) and livemode = any($2::integer[])
    ${column ? `and "${column}" = any($3::text[])` : ''} and ${where} ${group === undefined ? '' : `group by ${group}`} ${lock ? LOCKS[lock] : ''}`;
  const arrays = [of((key) => key.account_id), of((key) => key.livemode)];
  const rows = await readTogether(db, text, column ? [...arrays, of((key) => key.value)] : arrays);
  const wanted = new Set(keys.map((key) => keyText(key, key.value)));
  return rows.filter((row) => wanted.has(keyText(row as unknown as TenantRow, column ? String(row[column]) : '')));
}

/** Deletes them. */
export async function deleteByKeys<T extends keyof Schema>(
  db: Db,
  table: T,
  column: keyof Row<T> & string,
  keys: readonly TenantKey[],
): Promise<void> {
  for (const own of groupBy(keys, ({ account_id, livemode }) => `${account_id} ${livemode}`).values())
    await db
      .deleteFrom(table as 'event')
      .where('account_id', '=', own[0].account_id)
      .where('livemode', '=', own[0].livemode)
      .where(column as 'seq', 'in', inList(own.map(({ value }) => value)))
      .execute();
}
