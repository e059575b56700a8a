import { sql, type RawBuilder } from 'kysely';
import type { Db } from './schema';
import { isPostgres } from './engine';

/**
 * Whether a text contains a part as typed, % and _ taken as they are. Capitals don't matter as far as the engine knows
 * them: SQLite's `like`, and PostgreSQL's `ilike` under some locales, fold ASCII alone.
 */
export function contains(db: Db, text: RawBuilder<string>, part: string): RawBuilder<boolean> {
  const pattern = `%${part.replace(/[\\%_]/g, '\\$&')}%`;
  return sql<boolean>`${text} ${sql.raw(isPostgres(db) ? 'ilike' : 'like')} ${pattern} escape '\\'`;
}
