/** Test emails of the last day, by what limits them, which outlives their install's data and their contacts. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('test_send')
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('sent_at', 'bigint', (c) => c.notNull())
    .addColumn('email_id', 'text', (c) => c.notNull())
    .addColumn('address_mac', 'text')
    .addPrimaryKeyConstraint('test_send_pk', ['account_id', 'livemode', 'sent_at', 'email_id'] as never[])
    .execute();
  // An hour's count goes on; older ones go at the next housekeeping. Who was asked can't be hashed here: once more is no harm.
  await sql`insert into test_send (account_id, livemode, sent_at, email_id)
    select account_id, livemode, created_at, id from email where is_test = 1`.execute(db);
}
