/** Which engine a database is on. */
import { PostgresAdapter } from 'kysely';
import type { Db } from './schema';

export const isPostgres = (db: Db): boolean => db.getExecutor().adapter instanceof PostgresAdapter;

/** What a database and its transactions have in common: the key of what is kept in memory for one database. */
export const databaseOf = (db: Db): object => db.getExecutor().adapter;

// PostgreSQL: data exception, integrity constraint, program limit.
const REFUSED_ROW = /^(?:SQLITE_(?:CONSTRAINT|TOOBIG|MISMATCH|RANGE)|(?:22|23|54)\w{3}$)/;

/** Whether the database found fault with a row. Otherwise it is away, busy or full, and would refuse any other as well. */
export const isRowRefused = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && REFUSED_ROW.test(String(error.code));

// SQLite: busy, locked, full, unreadable. PostgreSQL: connection, resources, intervention; Node's own codes of sockets.
const AWAY = /^(?:SQLITE_(?:BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOTADB|CORRUPT)|(?:08|53|57)\w{3}$|E[A-Z]+$)/;

/** Whether the database can't be written to at all for now. */
export const isAway = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && AWAY.test(String(error.code));

/** Whether a row asked for with `nowait` is another transaction's (PostgreSQL's lock_not_available). */
export const isLocked = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '55P03';
