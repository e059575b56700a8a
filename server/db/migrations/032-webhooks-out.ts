/** Webhook endpoints of an install and what is delivered to them; and what an install's people should know of at once. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema.alterTable('install').addColumn('troubles', 'text').execute();
  const ofTenant = (name: string) =>
    schema
      .createTable(name)
      .addColumn('account_id', 'text', (c) => c.notNull())
      .addColumn('livemode', 'integer', (c) => c.notNull())
      .addColumn('id', 'text', (c) => c.notNull());
  await ofTenant('webhook_endpoint')
    .addColumn('url', 'text', (c) => c.notNull())
    .addColumn('description', 'text')
    .addColumn('types', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('secret', 'text', (c) => c.notNull())
    .addColumn('old_secret', 'text')
    .addColumn('old_secret_until', 'bigint')
    .addColumn('failing_since', 'bigint')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('webhook_endpoint_pk', ['account_id', 'livemode', 'id'] as never[])
    .execute();
  await ofTenant('webhook_delivery')
    .addColumn('endpoint_id', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('object_id', 'text', (c) => c.notNull())
    .addColumn('contact_id', 'text')
    .addColumn('payload', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('response_status', 'integer')
    .addColumn('outcome', 'text')
    .addColumn('response', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('tried_at', 'bigint')
    .addColumn('due_at', 'bigint')
    .addColumn('claims', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('attempts', 'integer', (c) => c.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('webhook_delivery_pk', ['account_id', 'livemode', 'id'] as never[])
    .execute();
  for (const [name, columns] of [
    ['webhook_delivery_due', ['due_at']],
    ['webhook_delivery_due_of_install', ['account_id', 'livemode', 'due_at']],
  ] as const)
    await schema
      .createIndex(name)
      .on('webhook_delivery')
      .columns([...columns] as never[])
      .where(sql.ref('due_at'), 'is not', null)
      .execute();
  for (const [name, columns] of [
    ['webhook_delivery_endpoint', ['endpoint_id', 'id']],
    ['webhook_delivery_status', ['endpoint_id', 'status', 'id']],
    ['webhook_delivery_contact', ['contact_id']],
    ['webhook_delivery_object', ['object_id']],
  ] as const)
    await schema
      .createIndex(name)
      .on('webhook_delivery')
      .columns(['account_id', 'livemode', ...columns] as never[])
      .execute();
}
