/** Forwarding to a mail tool: what goes there by which key, and each thing that goes or went. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  const ofTenant = (name: string) =>
    schema
      .createTable(name)
      .addColumn('account_id', 'text', (c) => c.notNull())
      .addColumn('livemode', 'integer', (c) => c.notNull());

  await ofTenant('forwarding')
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('api_key', 'text', (c) => c.notNull())
    .addColumn('key_hint', 'text', (c) => c.notNull())
    .addColumn('team_name', 'text')
    .addColumn('contacts', 'integer', (c) => c.notNull())
    .addColumn('events', 'text', (c) => c.notNull())
    .addColumn('known', 'text', (c) => c.notNull())
    .addColumn('outcome', 'text')
    .addColumn('backfill_place', 'text')
    .addColumn('backfill_done', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('backfill_total', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('backfill_ended_at', 'bigint')
    .addColumn('due_at', 'bigint')
    .addColumn('claims', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('attempts', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('forwarding_pk', ['account_id', 'livemode'] as never[])
    .execute();

  await ofTenant('forward')
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('object_id', 'text', (c) => c.notNull())
    .addColumn('contact_id', 'text')
    .addColumn('event_type', 'text')
    .addColumn('slot', 'text')
    .addColumn('address', 'text')
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('claims', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('attempts', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('give_up_at', 'bigint')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('decided_at', 'bigint')
    .addPrimaryKeyConstraint('forward_pk', ['account_id', 'livemode', 'id'] as never[])
    .execute();
  for (const table of ['forwarding', 'forward'])
    for (const [name, columns] of [
      ['due', ['due_at']],
      ['due_of_install', ['account_id', 'livemode', 'due_at']],
    ] as const)
      await schema
        .createIndex(`${table}_${name}`)
        .on(table)
        .columns([...columns] as never[])
        .where(sql.ref('due_at'), 'is not', null)
        .execute();
  await schema
    .createIndex('forward_slot')
    .on('forward')
    .columns(['account_id', 'livemode', 'slot'] as never[])
    .unique()
    .where(sql.ref('slot'), 'is not', null)
    .execute();
  for (const columns of [['status', 'id'], ['contact_id', 'id'], ['object_id']])
    await schema
      .createIndex(`forward_${columns[0]!.replace('_id', '')}`)
      .on('forward')
      .columns(['account_id', 'livemode', ...columns] as never[])
      .execute();
}
