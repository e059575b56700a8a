/** All rows of a table in the order of its key, as many at a time as memory has room for. */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import type { Db } from '../../db/schema';
import type { Table } from '../../db/tables';
import type { DatabaseRow } from './sum';

export const ROWS_AT_ONCE = 4_000;
/** Of texts; one row alone may have more. */
const BYTES_AT_ONCE = 8 * 1024 * 1024;

export type Key = readonly unknown[];

/** From `after` (not included) to `until` (included); each key is in the database's own order. */
export async function* readPages(
  db: Db,
  table: Table,
  { after, until, atOnce = ROWS_AT_ONCE }: { after?: Key; until?: Key; atOnce?: number },
): AsyncGenerator<readonly DatabaseRow[]> {
  const key = sql.join(table.key.map((column) => sql.ref(column)));
  const columns = sql.join(table.columns.map(({ name }) => sql.ref(name)));
  const texts = table.columns
    .filter(({ type }) => type === 'text')
    .map(({ name }) => sql`coalesce(octet_length(${sql.ref(name)}), 0)`);
  const bytes = texts.length === 0 ? sql`0` : sql.join(texts, sql` + `);
  const until_ = until ? compare(key, '<=', until) : sql<SqlBool>`true`;
  for (let last = after; ;) {
    const range = sql`from ${sql.table(table.name)} where ${last ? compare(key, '>', last) : sql`true`} and ${until_} order by ${key}`;
    // Sizes first: a page of rows that all are large must never be read whole.
    const sizes = (await sql<{ bytes: number }>`select ${bytes} as bytes ${range} limit ${atOnce}`.execute(db)).rows;
    if (sizes.length === 0) return;
    const { rows } = await sql<DatabaseRow>`select ${columns} ${range} limit ${fitting(sizes)}`.execute(db);
    yield rows;
    last = keyOf(table, rows.at(-1));
  }
}

export const keyOf = (table: Table, row: DatabaseRow | undefined): Key => table.key.map((column) => row?.[column]);

const compare = (key: RawBuilder<unknown>, sign: '>' | '<=', value: Key): RawBuilder<SqlBool> =>
  sql<SqlBool>`(${key}) ${sql.raw(sign)} (${sql.join(value)})`;

function fitting(sizes: readonly { bytes: number }[]): number {
  let bytes = 0;
  const end = sizes.findIndex((row) => (bytes += Number(row.bytes)) > BYTES_AT_ONCE);
  return end === -1 ? sizes.length : Math.max(1, end);
}

/** The next page is read while the last one is worked on. */
export async function* ahead<T>(pages: AsyncGenerator<T>): AsyncGenerator<T> {
  for (let next = pages.next(); ;) {
    const page = await next;
    if (page.done) return;
    next = pages.next();
    // Whoever asks for it hears of its error.
    next.catch(() => undefined);
    yield page.value;
  }
}
