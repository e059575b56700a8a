/** Since when an event that is forwarded may be in the mail tool already: its key is known there for a day. */
import { sql, type Kysely } from 'kysely';

const GAVE_UP_MS = 3 * 24 * 3_600_000;

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.alterTable('forward').addColumn('sent_since', 'bigint').execute();
  // Those that were tried before may have arrived with their first try.
  await sql`update forward set sent_since = give_up_at - ${sql.lit(GAVE_UP_MS)}
    where kind = 'event' and due_at is not null and give_up_at is not null`.execute(db);
}
