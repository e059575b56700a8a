/** Days as ranges of ids, which begin with their time: what is counted day by day is read along an index of ids. */
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { firstIdAt, type IdPrefix } from './new-id';

/** From `since` up to, not including, `until`: epoch milliseconds, left out where there is no such end. */
export interface TimeRange {
  since?: number | undefined;
  until?: number | undefined;
}

/** One day in the reader's time zone. */
export interface DayRange {
  /** YYYY-MM-DD. */
  day: string;
  since: number;
  until: number;
}

/** The condition that a row was made then, by its id: `.where(madeWithin('eml', 'id', range))`. */
export function madeWithin(prefix: IdPrefix, column: string, { since, until }: TimeRange): RawBuilder<SqlBool> {
  const bound = (operator: '>=' | '<', ms: number | undefined) =>
    ms === undefined ? sql`true` : sql`${sql.ref(column)} ${sql.raw(operator)} ${`${prefix}_${firstIdAt(ms)}`}`;
  return sql<SqlBool>`${bound('>=', since)} and ${bound('<', until)}`;
}
