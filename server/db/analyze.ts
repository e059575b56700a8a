/** Keeps PostgreSQL's statistics near the truth while a database is young. */
import { sql } from 'kysely';
import { isPostgres } from './engine';
import type { Db } from './schema';

const FIRST = 200;
const GROWTH = 10;

/**
 * Returns a function to be told how many rows were written. Until a table is analyzed the planner takes every account for
 * one of 200, finds all indexes that begin with it equally good, and may read an account's whole table for each batch;
 * autovacuum analyzes a minute later, when a large import or a burst is over.
 */
export function createAnalyzer(db: Db): (rows: number) => Promise<void> {
  let written = 0;
  let next = isPostgres(db) ? FIRST : Infinity;
  return async (rows) => {
    written += rows;
    if (written < next) return;
    next *= GROWTH;
    await sql`analyze event, event_payload, contact, customer_link, subscription_state, payment, run, run_step, email`.execute(
      db,
    );
  };
}
