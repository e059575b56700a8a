/** What has happened and somebody wants to be told of, until it is passed on; and who wants what. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema.alterTable('install').addColumn('wants', 'text').execute();
  await schema
    .createTable('outbox')
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('seq', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('object_kind', 'text', (c) => c.notNull())
    .addColumn('object_id', 'text', (c) => c.notNull())
    .addColumn('contact_id', 'text')
    .addColumn('details', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('claims', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('attempts', 'integer', (c) => c.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('outbox_pk', ['account_id', 'livemode', 'seq'] as never[])
    .execute();
  for (const [name, columns] of [
    ['outbox_due', ['due_at']],
    ['outbox_due_of_install', ['account_id', 'livemode', 'due_at']],
  ] as const)
    await schema
      .createIndex(name)
      .on('outbox')
      .columns([...columns] as never[])
      .where(sql.ref('due_at'), 'is not', null)
      .execute();
  for (const column of ['contact_id', 'object_id'])
    await schema
      .createIndex(`outbox_${column === 'contact_id' ? 'contact' : 'object'}`)
      .on('outbox')
      .columns(['account_id', 'livemode', column] as never[])
      .execute();
}
