/**
 * Many rows in few statements. On SQLite their sizes are powers of two, so that few statement texts exist and stay
 * prepared; PostgreSQL parses each anew, and there a statement is a round trip.
 */
import { CompiledQuery, type Compilable, type Insertable } from 'kysely';
import { createCache } from '../cache';
import { isPostgres } from './engine';
import type { Db, Row, Schema } from './schema';

const MAX_ROWS = 128;
/** PostgreSQL takes 65,535 parameters, and no table has 60 columns. */
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

/** Statements by their kind, columns and number of rows. On SQLite making a text anew costs half of running it. */
const texts = createCache<string, string>(2_000);

/** Runs the statement that `build` makes of rows; `kind` and the rows' shape say all that its text depends on. */
async function write<T extends object>(
  db: Db,
  kind: string,
  rows: readonly T[],
  build: (rows: readonly T[]) => Compilable,
): Promise<unknown[]> {
  const columns = Object.keys(rows[0] ?? {}) as (keyof T)[];
  const isUniform = rows.every((row) => Object.keys(row).length === columns.length);
  if (isPostgres(db) || !isUniform) return (await db.executeQuery(build(rows).compile())).rows;
  const key = [kind, rows.length, ...columns].join();
  const text = texts.remember(key, () => build(rows).compile().sql);
  const parameters = rows.flatMap((row) => columns.map((column) => row[column]));
  return (await db.executeQuery(CompiledQuery.raw(text, parameters))).rows;
}

/** Inserts the rows that aren't there yet, by any unique key; returns the named columns of those that were inserted. */
export async function insertNew<T extends keyof Schema, C extends keyof Row<T> & string = never>(
  db: Db,
  table: T,
  rows: readonly Insertable<Schema[T]>[],
  columns: readonly C[] = [],
): Promise<Pick<Row<T>, C>[]> {
  const inserted: Pick<Row<T>, C>[] = [];
  for (const chunk of chunks(db, rows)) {
    const result = await write(db, `new ${table} ${columns.join()}`, chunk, (values) =>
      db
        .insertInto(table as 'setting')
        .values(values as never[])
        .onConflict((oc) => oc.doNothing())
        .$if(columns.length > 0, (query) => query.returning(columns as never)),
    );
    if (columns.length > 0) inserted.push(...(result as Pick<Row<T>, C>[]));
  }
  return inserted;
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
    await write(db, `all ${table} ${key.join()} ${written.join()}`, chunk, (values) =>
      db
        .insertInto(table as 'setting')
        .values(values as never[])
        .onConflict((oc) =>
          oc
            .columns(keys as never[])
            .doUpdateSet((eb) =>
              Object.fromEntries(written.map((column) => [column, eb.ref(`excluded.${column}` as never)])),
            ),
        ),
    );
  }
}
