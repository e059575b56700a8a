/** Webhook endpoints and forwarding that end part by part, and what waits of a contact found without what has gone. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema.alterTable('webhook_endpoint').addColumn('deleted_at', 'bigint').execute();
  await schema.alterTable('forwarding').addColumn('resume_place', 'text').execute();
  await schema
    .createIndex('webhook_endpoint_deleted')
    .on('webhook_endpoint')
    .columns(['deleted_at'] as never[])
    .where(sql.ref('deleted_at'), 'is not', null)
    .execute();
  await schema
    .createIndex('forward_waiting')
    .on('forward')
    .columns(['account_id', 'livemode', 'contact_id', 'id'] as never[])
    .where(sql.ref('due_at'), 'is not', null)
    .execute();
}
