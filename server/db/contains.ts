import { sql, type RawBuilder } from 'kysely';
import type { Db } from './schema';
import { isPostgres } from './engine';

/**
 * Whether a text contains a part as typed, % and _ taken as they are. Capitals don't matter as far as the engine knows
 * them: SQLite's `like`, and PostgreSQL's `ilike` under some locales, fold ASCII alone.
 */
export function contains(db: Db, text: RawBuilder<string>, part: string): RawBuilder<boolean> {
  return sql<boolean>`${text} ${sql.raw(isPostgres(db) ? 'ilike' : 'like')} ${patternOf(part)} escape '\\'`;
}

/** The same where text and part were folded alike: PostgreSQL compares them as they are in two thirds of the time. */
export const containsFolded = (text: RawBuilder<string>, part: string): RawBuilder<boolean> =>
  sql<boolean>`${text} like ${patternOf(part)} escape '\\'`;

const patternOf = (part: string): string => `%${part.replace(/[\\%_]/g, '\\$&')}%`;
