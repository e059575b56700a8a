/** Accounts that ALLOWED_ACCOUNTS shuts out; when a session was used, and by which browser; addresses that may get test emails. */
import { sql, type Kysely } from 'kysely';

const DAY_MS = 24 * 60 * 60_000;

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  for (const column of ['shut_out_at', 'missed_since'])
    await schema.alterTable('install').addColumn(column, 'bigint').execute();

  await schema
    .alterTable('session')
    .addColumn('used_at', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute();
  await schema.alterTable('session').addColumn('browser', 'text').execute();
  // A session ended 30 days after its last use; now also 90 days after its sign-in.
  await sql`update session set used_at = expires_at - ${sql.lit(30 * DAY_MS)}`.execute(db);
  await sql`update session set expires_at = created_at + ${sql.lit(90 * DAY_MS)}
    where expires_at > created_at + ${sql.lit(90 * DAY_MS)}`.execute(db);

  await schema
    .createTable('test_address')
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('address', 'text', (c) => c.notNull())
    .addColumn('email_id', 'text', (c) => c.notNull())
    .addColumn('asked_at', 'bigint', (c) => c.notNull())
    .addColumn('confirmed_at', 'bigint')
    .addPrimaryKeyConstraint('test_address_pk', ['account_id', 'livemode', 'address'] as never[])
    .execute();
  await schema
    .createIndex('email_test')
    .on('email')
    .columns(['account_id', 'livemode', 'created_at'])
    .where(sql<boolean>`is_test = 1`)
    .execute();
}
