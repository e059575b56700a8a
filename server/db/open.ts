/** Opens the database that DATABASE_URL names: a SQLite file, SQLite in memory, or PostgreSQL. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database, Statement } from 'better-sqlite3';
import { Kysely, PostgresDialect, SqliteDialect, type SqliteDatabase } from 'kysely';
import type { Pool } from 'pg';
import { createCache } from '../cache';
import type { Schema, Db } from './schema';
import { createPool, preparing } from './postgres';
import { Sqlite } from './sqlite';

const MAX_STATEMENTS = 500;
const NOTHING = 'select 1 where false';

/** Throws for a URL of another kind. */
export function openDatabase(url: string): Db {
  if (/^postgres(ql)?:/.test(url)) return openPostgres(url);
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length));
  throw new Error('DATABASE_URL must start with sqlite: or postgres://');
}

function openSqlite(file: string): Db {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  const sqlite = new Sqlite(file);
  sqlite.pragma('journal_mode = WAL');
  // Set after WAL, for this build falls to NORMAL under it: an acknowledged event must survive power loss.
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma('busy_timeout = 3000');
  sqlite.pragma('cache_size = -16384');
  // A log of 64 MB: pages that change in every batch are copied to the file less often.
  sqlite.pragma('wal_autocheckpoint = 16000');
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database: cachingStatements(sqlite) }) });
}

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

function openPostgres(url: string): Db {
  const pool = createPool(url);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: preparing(pool) }) });
  pools.set(db, pool);
  return db;
}

const pools = new WeakMap<Db, Pool>();

/** Connections to PostgreSQL, and how many callers wait for one; undefined on SQLite, which has just one. */
export function readPool(db: Db): { used: number; idle: number; waiting: number } | undefined {
  const pool = pools.get(db);
  return pool && { used: pool.totalCount - pool.idleCount, idle: pool.idleCount, waiting: pool.waitingCount };
}
