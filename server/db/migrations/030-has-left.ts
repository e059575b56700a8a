/** That somebody has unsubscribed stands beside a refusal of their address, which would hide it. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .alterTable('suppression')
    .addColumn('has_left', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await sql`update suppression set has_left = 1 where scope = 'marketing'`.execute(db);
}
