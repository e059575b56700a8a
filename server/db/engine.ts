/** Which engine a database is on. */
import { PostgresAdapter } from 'kysely';
import type { Db } from './schema';

export const isPostgres = (db: Db): boolean => db.getExecutor().adapter instanceof PostgresAdapter;
