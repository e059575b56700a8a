/** How far a move into this database has come; the table is there from its first row until all is verified. */
import type { Insertable } from 'kysely';
import { sql } from 'kysely';
import { isPostgres } from './engine';
import type { Db } from './schema';

interface Progress {
  table_name: string;
  /** JSON array of the key of the last row that was written. */
  last_key: string;
  /** Written so far, and their sum (tools/move/sum.ts). */
  rows: number;
  sum: string;
}

type Books = { move_progress: Progress };

export async function isHalfMoved(db: Db): Promise<boolean> {
  const found = isPostgres(db)
    ? sql`select 1 from pg_class where relname = 'move_progress' and relnamespace = current_schema()::regnamespace`
    : sql`select 1 from sqlite_master where type = 'table' and name = 'move_progress'`;
  return (await found.execute(db)).rows.length > 0;
}

/** A server must not go on from a part of its data. */
export async function refuseHalfMoved(db: Db): Promise<void> {
  if (await isHalfMoved(db))
    throw new Error(
      'a move into this database did not end: run the same `npm run move` again, it goes on where it was.',
    );
}

export const createProgress = (db: Db): Promise<void> =>
  db.schema
    .createTable('move_progress')
    .ifNotExists()
    .addColumn('table_name', 'text', (column) => column.primaryKey())
    .addColumn('last_key', 'text', (column) => column.notNull())
    .addColumn('rows', 'bigint', (column) => column.notNull())
    .addColumn('sum', 'text', (column) => column.notNull())
    .execute();

/** By table; empty where no move is under way. */
export async function readProgress(db: Db): Promise<Map<string, Progress>> {
  if (!(await isHalfMoved(db))) return new Map();
  const rows = await db.withTables<Books>().selectFrom('move_progress').selectAll().execute();
  return new Map(rows.map((row) => [row.table_name, row]));
}

export async function saveProgress(db: Db, progress: Insertable<Progress>): Promise<void> {
  const { table_name: _name, ...rest } = progress;
  await db
    .withTables<Books>()
    .insertInto('move_progress')
    .values(progress)
    .onConflict((conflict) => conflict.column('table_name').doUpdateSet(rest))
    .execute();
}

export const forgetProgress = (db: Db): Promise<unknown> =>
  db.withTables<Books>().deleteFrom('move_progress').execute();

export const dropProgress = (db: Db): Promise<void> => db.schema.dropTable('move_progress').execute();
