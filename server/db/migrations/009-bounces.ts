/** What became of an email after it was sent, and the id by which the mail server took it. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  for (const column of ['delivered_at', 'bounced_at', 'complained_at'])
    await schema.alterTable('email').addColumn(column, 'bigint').execute();
  await schema.alterTable('email').addColumn('remote_id', 'text').execute();
  // Not by tenant: a provider that knows the email by this alone doesn't know whose it is.
  await schema
    .createIndex('email_remote_id')
    .on('email')
    .column('remote_id')
    .where(sql.ref('remote_id'), 'is not', null)
    .execute();
}
