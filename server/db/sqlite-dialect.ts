/** SQLite as Kysely uses it: statements stay prepared, a locked file is waited for, and migrations are transactions. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Database, Statement } from 'better-sqlite3';
import {
  SqliteAdapter,
  SqliteDialect,
  type CompiledQuery,
  type DatabaseConnection,
  type QueryResult,
  type SqliteDatabase,
} from 'kysely';
import { createCache } from '../cache';
import { Sqlite } from './sqlite';
import { createFile, MEMORY } from './sqlite-file';

const MAX_STATEMENTS = 500;
const NOTHING = 'select 1 where false';
/** How long a file that another program is writing to is waited for, and how often it is tried meanwhile. */
const PATIENCE_MS = 3_000;
const TRY_AGAIN_MS = 10;
/** Not of a transaction whose reading is out of date: trying again is in vain. */
const BUSY = /^SQLITE_BUSY(?!_SNAPSHOT)/;

/** Opens the file at the first query. */
export class OurSqliteDialect extends SqliteDialect {
  constructor(file: string) {
    super({
      database: () => Promise.resolve(cachingStatements(openFile(file))),
      onCreateConnection: (connection) => Promise.resolve(waitWhileBusy(connection)),
    });
  }

  override createAdapter(): SqliteAdapter {
    return new OurSqliteAdapter();
  }
}

/** SQLite can undo `create` and `alter` as it can anything else: a process killed while it migrates leaves nothing half done. */
class OurSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

function openFile(file: string): Database {
  if (file !== MEMORY) createFile(file);
  const sqlite = new Sqlite(file);
  sqlite.pragma('journal_mode = WAL');
  // Set after WAL, for this build falls to NORMAL under it: an acknowledged event must survive power loss.
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma('cache_size = -16384');
  // A log of 64 MB: pages that change in every batch are copied to the file less often.
  sqlite.pragma('wal_autocheckpoint = 16000');
  // SQLite's own waiting would keep the whole process from everything else, a signal to stop included.
  sqlite.pragma('busy_timeout = 0');
  return sqlite;
}

/** The connection throws before it returns a promise, so what succeeds costs nothing. */
function waitWhileBusy(connection: DatabaseConnection): void {
  const execute: typeof connection.executeQuery = connection.executeQuery.bind(connection);
  connection.executeQuery = <R>(query: CompiledQuery) => {
    try {
      return execute<R>(query);
    } catch (error) {
      if (!isBusy(error)) throw error;
      return tryAgain(() => execute<R>(query));
    }
  };
}

async function tryAgain<R>(execute: () => Promise<QueryResult<R>>): Promise<QueryResult<R>> {
  for (const giveUpAt = performance.now() + PATIENCE_MS; ;) {
    await wait(TRY_AGAIN_MS);
    try {
      return await execute();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= giveUpAt) throw error;
    }
  }
}

const isBusy = (error: unknown): boolean => error instanceof Error && 'code' in error && BUSY.test(String(error.code));

/** Preparing a statement costs more than running it; Kysely compiles the same texts over and over. */
function cachingStatements(sqlite: Database): SqliteDatabase {
  const statements = createCache<string, Statement>(MAX_STATEMENTS);
  return {
    close: () => {
      statements.clear();
      sqlite.close();
    },
    prepare(text) {
      // SQLite has undone it itself when the disk is full; a rollback would fail, and hide why.
      const sql = text === 'rollback' && !sqlite.inTransaction ? NOTHING : text;
      const cached = statements.remember(sql, () => sqlite.prepare(sql));
      // One whose rows are still being read can't begin again.
      const statement = cached.busy ? sqlite.prepare(sql) : cached;
      return statement;
    },
  };
}
