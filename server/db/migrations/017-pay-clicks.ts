/** When a person first went on from the pay page of an email. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('email').addColumn('pay_clicked_at', 'bigint').execute();
}
