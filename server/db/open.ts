/** Opens the database that DATABASE_URL names: a SQLite file, SQLite in memory, or PostgreSQL. */
import { Kysely } from 'kysely';
import type { Pool } from 'pg';
import { shareDatabase } from './alone';
import { createPool, OurPostgresDialect, preparing } from './postgres';
import type { Schema, Db } from './schema';
import { OurSqliteDialect } from './sqlite-dialect';
import { MEMORY } from './sqlite-file';

/**
 * Nothing is touched before the first query. Throws for a URL of another kind. `alone` is for whoever has taken it (alone.ts);
 * on PostgreSQL all others share it, connection by connection.
 */
export function openDatabase(url: string, use: 'shared' | 'alone' = 'shared'): Db {
  if (/^postgres(ql)?:/.test(url)) return openPostgres(url, use);
  if (url.startsWith('sqlite:'))
    return new Kysely<Schema>({ dialect: new OurSqliteDialect(url.slice('sqlite:'.length)) });
  throw new Error('DATABASE_URL must start with sqlite: or postgres://');
}

/** Whether a second connection finds the same database: one in memory has just one. */
export const canShare = (url: string): boolean => url !== `sqlite:${MEMORY}`;

function openPostgres(url: string, use: 'shared' | 'alone'): Db {
  const pool = createPool(url, use === 'shared' ? { verify: shareDatabase } : {});
  const db = new Kysely<Schema>({ dialect: new OurPostgresDialect({ pool: preparing(pool) }) });
  pools.set(db, pool);
  return db;
}

const pools = new WeakMap<Db, Pool>();

/** Connections to PostgreSQL, and how many callers wait for one; undefined on SQLite, which has just one. */
export function readPool(db: Db): { used: number; idle: number; waiting: number } | undefined {
  const pool = pools.get(db);
  return pool && { used: pool.totalCount - pool.idleCount, idle: pool.idleCount, waiting: pool.waitingCount };
}
