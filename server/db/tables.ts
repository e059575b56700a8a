/** The tables as the database itself has them: what is done to all of them can't forget a new one. */
import { sql } from 'kysely';
import { groupBy } from '../group-by';
import { isPostgres } from './engine';
import type { Db, Schema } from './schema';

export interface Table {
  name: keyof Schema;
  columns: { name: string; type: string }[];
  /** Columns of the primary key, in its order. */
  key: string[];
}

/** Books that are kept about the database, not in it. */
const BOOKS = new Set(['kysely_migration', 'kysely_migration_lock', 'move_progress']);

/** Those that others refer to come first; none in a new database. */
export async function readTables(db: Db): Promise<Table[]> {
  const columns = isPostgres(db) ? OF_POSTGRES : OF_SQLITE;
  const { rows } = await columns.execute(db);
  const tables = [...groupBy(rows, ({ table }) => table)]
    .filter(([name]) => !BOOKS.has(name))
    .map(([name, own]) => ({
      name: name as keyof Schema,
      columns: own.map(({ column, type }) => ({ name: column, type: type.toLowerCase() })),
      key: own
        .filter((column): column is ColumnRow & { place: number } => column.place !== null)
        .toSorted((a, b) => a.place - b.place)
        .map(({ column }) => column),
    }));
  return inOrder(tables, (await (isPostgres(db) ? REFERENCES_OF_POSTGRES : REFERENCES_OF_SQLITE).execute(db)).rows);
}

interface ColumnRow {
  table: string;
  column: string;
  type: string;
  /** In the primary key; null for other columns. */
  place: number | null;
}

interface Reference {
  table: string;
  other: string;
}

const OF_SQLITE = sql<ColumnRow>`
  select t.name as "table", c.name as "column", c.type as type, nullif(c.pk, 0) as place
  from sqlite_master t join pragma_table_info(t.name) c
  where t.type = 'table' and t.name not like 'sqlite\\_%' escape '\\'
  order by t.name, c.name
`;

const OF_POSTGRES = sql<ColumnRow>`
  select t.relname as "table", c.attname as "column", format_type(c.atttypid, null) as type,
    array_position(k.indkey::int2[], c.attnum) as place
  from pg_class t
  join pg_attribute c on c.attrelid = t.oid and c.attnum > 0 and not c.attisdropped
  left join pg_index k on k.indrelid = t.oid and k.indisprimary
  where t.relnamespace = current_schema()::regnamespace and t.relkind in ('r', 'p')
  order by t.relname collate "C", c.attname collate "C"
`;

const REFERENCES_OF_SQLITE = sql<Reference>`
  select t.name as "table", r."table" as other
  from sqlite_master t join pragma_foreign_key_list(t.name) r where t.type = 'table'
`;

const REFERENCES_OF_POSTGRES = sql<Reference>`
  select t.relname as "table", o.relname as other
  from pg_constraint r join pg_class t on t.oid = r.conrelid join pg_class o on o.oid = r.confrelid
  where r.contype = 'f' and t.relnamespace = current_schema()::regnamespace
`;

function inOrder(tables: readonly Table[], references: readonly Reference[]): Table[] {
  const ordered: Table[] = [];
  for (let left = tables; left.length > 0;) {
    const waits = ({ name }: Table) =>
      references.some(({ table, other }) => table === name && left.some((one) => one.name === other));
    const ready = left.filter((table) => !waits(table));
    if (ready.length === 0) throw new Error(`tables refer to each other: ${left.map(({ name }) => name).join(', ')}`);
    ordered.push(...ready);
    left = left.filter(waits);
  }
  return ordered;
}
