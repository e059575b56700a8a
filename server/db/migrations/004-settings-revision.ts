/** Settings are saved by revision: who saves what somebody else has changed meanwhile is told. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .alterTable('setting')
    .addColumn('revision', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
}
