/**
 * That somebody has unsubscribed stands beside a refusal of their address, which would hide it; mailing lists that somebody
 * left outlive the contact.
 */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .alterTable('suppression')
    .addColumn('has_left', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await sql`update suppression set has_left = 1 where scope = 'marketing'`.execute(db);
  await db.schema
    .createTable('list_left')
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('list_id', 'text', (c) => c.notNull())
    .addColumn('address_mac', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('list_left_pk', ['account_id', 'livemode', 'list_id', 'address_mac'] as never[])
    .execute();
}
