/** Which links of an email were opened, where the install counts clicks; and when contacts left or came back, and how. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema.alterTable('email').addColumn('clicked_at', 'bigint').execute();
  await schema
    .createTable('email_click')
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('email_id', 'text', (c) => c.notNull())
    .addColumn('url_hash', 'text', (c) => c.notNull())
    .addColumn('url', 'text', (c) => c.notNull())
    .addColumn('first_at', 'bigint')
    .addColumn('clicks', 'integer', (c) => c.notNull())
    .addColumn('automatic', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('email_click_pk', ['account_id', 'livemode', 'email_id', 'url_hash'] as never[])
    .execute();
  await schema
    .createTable('consent_change')
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('contact_id', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('cause', 'text', (c) => c.notNull())
    .addColumn('email_id', 'text')
    .addPrimaryKeyConstraint('consent_change_pk', ['account_id', 'livemode', 'id'] as never[])
    .execute();
  await schema
    .createIndex('consent_change_contact')
    .on('consent_change')
    .columns(['account_id', 'livemode', 'contact_id', 'id'])
    .execute();
}
