/** A webhook endpoint that is turned off for its failures is due, so that people are told by mail. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema.alterTable('webhook_endpoint').addColumn('due_at', 'bigint').execute();
  for (const name of ['claims', 'attempts'])
    await schema
      .alterTable('webhook_endpoint')
      .addColumn(name, 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  await schema
    .createIndex('webhook_endpoint_due')
    .on('webhook_endpoint')
    .columns(['due_at'] as never[])
    .where(sql.ref('due_at'), 'is not', null)
    .execute();
}
