/**
 * Many rows in few statements, of few texts: each stays prepared. On SQLite the numbers of rows are powers of two; on
 * PostgreSQL the rows are one JSON parameter, whatever their number.
 */
import { CompiledQuery, type Insertable } from 'kysely';
import { createCache } from '../cache';
import { isPostgres } from './engine';
import type { Db, Row, Schema } from './schema';
import { writeTogether } from './together';

const MAX_ROWS = 128;
const MAX_ROWS_POSTGRES = 1_000;

/** For `in (…)`: the values without doubles, filled up to a power of two by repeating the first. */
export function inList<T>(values: Iterable<T>): T[] {
  const list = [...new Set(values)];
  const [first] = list;
  if (first === undefined) return list;
  const size = 2 ** Math.ceil(Math.log2(list.length));
  return list.concat(Array.from({ length: size - list.length }, () => first));
}

function* chunks<T>(db: Db, rows: readonly T[]): Generator<T[]> {
  const powerOfTwo = (left: number) => Math.min(MAX_ROWS, 2 ** Math.floor(Math.log2(left)));
  const sizeOf = isPostgres(db) ? () => MAX_ROWS_POSTGRES : powerOfTwo;
  for (let start = 0; start < rows.length;) {
    const size = sizeOf(rows.length - start);
    yield rows.slice(start, start + size);
    start += size;
  }
}

/** Statements by table, columns, ending and number of rows: making a text anew costs half of running it. */
const texts = createCache<string, string>(2_000);

/** Inserts rows, with what is to follow the values (`on conflict …`); returns what the statement returns. */
async function insertRows(
  db: Db,
  table: keyof Schema,
  rows: readonly object[],
  ending: string,
): Promise<Record<string, unknown>[]> {
  const columns = columnsOf(rows);
  const into = `insert into "${table}" (${quoted(columns)})`;
  if (isPostgres(db)) {
    const from = `select ${quoted(columns)} from json_populate_recordset(null::"${table}", $1)`;
    const statement = `${into} ${from} ${ending}`;
    const parameters = [JSON.stringify(rows)];
    return ending.includes('returning') ? run(db, statement, parameters) : writeTogether(db, statement, parameters);
  }
  const text = texts.remember(`${into} ${rows.length} ${ending}`, () => {
    const one = `(${columns.map(() => '?').join()})`;
    return `${into} values ${rows.map(() => one).join()} ${ending}`;
  });
  const parameters: unknown[] = [];
  for (const row of rows)
    for (const column of columns) parameters.push((row as Record<string, unknown>)[column] ?? null);
  return run(db, text, parameters);
}

/** Of the first row, unless others have more. */
function columnsOf(rows: readonly object[]): string[] {
  const columns = new Set(Object.keys(rows[0] ?? {}));
  for (const row of rows) for (const column in row) columns.add(column);
  return [...columns];
}

const quoted = (columns: readonly string[]) => columns.map((column) => `"${column}"`).join();

const run = async (db: Db, text: string, parameters: unknown[]) =>
  (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text, parameters))).rows;

/** Inserts the rows that aren't there yet, by any unique key; returns the named columns of those that were inserted. */
export async function insertNew<T extends keyof Schema, C extends keyof Row<T> & string = never>(
  db: Db,
  table: T,
  rows: readonly Insertable<Schema[T]>[],
  columns: readonly C[] = [],
): Promise<Pick<Row<T>, C>[]> {
  const ending = `on conflict do nothing${columns.length > 0 ? ` returning ${quoted(columns)}` : ''}`;
  const inserted: unknown[] = [];
  for (const chunk of chunks(db, rows)) inserted.push(...(await insertRows(db, table, chunk, ending)));
  return inserted as Pick<Row<T>, C>[];
}

/**
 * Writes whole rows: inserts those whose key (after the tenant) is new, overwrites the others. `columns` names what to
 * overwrite when it isn't all: SQLite writes every index of a column that is set, changed or not.
 */
export async function upsert<T extends keyof Schema>(
  db: Db,
  table: T,
  key: readonly (keyof Schema[T] & string)[],
  rows: readonly Row<T>[],
  columns?: readonly (keyof Schema[T] & string)[],
): Promise<void> {
  const keys = ['account_id', 'livemode', ...key];
  for (const chunk of chunks(db, rows)) {
    const written = columns ?? Object.keys(chunk[0] ?? {}).filter((column) => !keys.includes(column));
    const set = written.map((column) => `"${column}" = excluded."${column}"`).join();
    await insertRows(db, table, chunk, `on conflict (${quoted(keys)}) do update set ${set}`);
  }
}
