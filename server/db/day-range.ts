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

/**
 * Days as a table of `day`, `since` and `until`, each a bound of `ids`: all days are counted by one statement, which looks
 * into an index once a day. `idAt` makes the bound of a time.
 */
export function daysTable(days: readonly DayRange[], idAt: (ms: number) => string) {
  const rows = days.map(({ day, since, until }) => sql`(${day}, ${idAt(since)}, ${idAt(until)})`);
  // Both engines name the columns of `values` so; SQLite knows no other names for them.
  return sql<{ column1: string; column2: string; column3: string }>`(values ${sql.join(rows)})`.as<'days'>('days');
}

/** The bound of a time among ids with a prefix. */
export const idAtOf = (prefix: IdPrefix) => (ms: number) => `${prefix}_${firstIdAt(ms)}`;

/** That `column` is of the day, of daysTable. */
export const onDay = (column: string): RawBuilder<SqlBool> =>
  sql<SqlBool>`${sql.ref(column)} >= days.column2 and ${sql.ref(column)} < days.column3`;

/** The condition that a row was made then, by its id: `.where(madeWithin('eml', 'id', range))`. */
export function madeWithin(prefix: IdPrefix, column: string, { since, until }: TimeRange): RawBuilder<SqlBool> {
  const bound = (operator: '>=' | '<', ms: number | undefined) =>
    ms === undefined ? sql`true` : sql`${sql.ref(column)} ${sql.raw(operator)} ${idAtOf(prefix)(ms)}`;
  return sql<SqlBool>`${bound('>=', since)} and ${bound('<', until)}`;
}
