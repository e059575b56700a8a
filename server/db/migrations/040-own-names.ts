/** When an event of a program was last seen, and the contacts that have properties of their own, to be counted and cleared. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema
    .alterTable('api_event')
    .addColumn('last_seen_at', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute();
  // Of those that came before it isn't known; they have come, at least, when they were learned.
  await sql`update api_event set last_seen_at = created_at`.execute(db);
  await schema
    .createIndex('contact_with_properties')
    .on('contact')
    .columns(['account_id', 'livemode', 'id'] as never[])
    .where(sql.ref('properties'), 'is not', null)
    .execute();
}
