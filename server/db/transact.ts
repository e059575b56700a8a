/** Transactions that keep what they read true until they commit, on both engines. */
import { sql } from 'kysely';
import { isPostgres } from './engine';
import type { Db, Row, Trx } from './schema';
import { UNAWAITED } from './together';

const RETRIES = 8;
// serialization_failure, deadlock_detected, unique_violation: another process wrote first, the next try sees its rows.
const CONFLICTS = new Set(['40001', '40P01', '23505']);

/**
 * Runs `work` in a transaction. On PostgreSQL at repeatable read, so a row that another process changed since it was
 * read makes the write fail; the work is then done anew. `work` may run several times: no side effects but through `trx`.
 * Inside it use `trx`, never the outer db: SQLite has one connection and would wait for itself.
 */
export async function transact<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  if (!isPostgres(db)) return db.transaction().execute(work);
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().setIsolationLevel('repeatable read').execute(work);
    } catch (error) {
      if (attempt > RETRIES || !isConflict(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * attempt));
    }
  }
}

/**
 * PostgreSQL plans what this transaction reads once for all values, not anew for each batch's: planning a batch took as long as
 * reading for it. For statements by key alone; no such plan may read a large table whole (whole-tables.test.ts).
 */
export async function planOnce(trx: Trx): Promise<void> {
  if (!isPostgres(trx)) return;
  await sql.raw(`${UNAWAITED}set local plan_cache_mode = force_generic_plan`).execute(trx);
}

/**
 * Keeps contacts as they are until `trx` commits, for rows that name them without changing them: another process that
 * merges or deletes one meanwhile collides with it instead of overlooking those rows. SQLite has one writer anyway.
 */
export async function holdContacts(trx: Trx, contacts: readonly Row<'contact'>[]): Promise<void> {
  if (contacts.length === 0 || !isPostgres(trx)) return;
  const of = (column: 'account_id' | 'id') => [...new Set(contacts.map((contact) => contact[column]))];
  await sql`
    update contact set updated_at = updated_at
    where account_id = any(${of('account_id')}::text[]) and livemode in (0, 1) and id = any(${of('id')}::text[])
  `.execute(trx);
}

const isConflict = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && CONFLICTS.has(String(error.code));
