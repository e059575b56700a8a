/** What a workflow that runs is edited into before it is published. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('workflow').addColumn('draft', 'text').execute();
  await db.schema.alterTable('workflow').addColumn('draft_at', 'bigint').execute();
}
