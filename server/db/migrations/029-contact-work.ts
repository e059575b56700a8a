/** What people do to contacts: notes, work on many at once, filters kept by name; and emails that were sent again. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema.alterTable('contact').addColumn('note', 'text').execute();

  const ofTenant = (name: string) =>
    schema
      .createTable(name)
      .addColumn('account_id', 'text', (c) => c.notNull())
      .addColumn('livemode', 'integer', (c) => c.notNull());
  let job = ofTenant('contact_job')
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('parameters', 'text', (c) => c.notNull())
    .addColumn('place', 'text', (c) => c.notNull())
    .addColumn('total', 'integer', (c) => c.notNull());
  for (const count of ['done', 'added', 'changed', 'unchanged', 'refused'])
    job = job.addColumn(count, 'integer', (c) => c.notNull().defaultTo(0));
  await job
    .addColumn('due_at', 'bigint')
    .addColumn('claims', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('attempts', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('finished_at', 'bigint')
    .addPrimaryKeyConstraint('contact_job_pk', ['account_id', 'livemode', 'id'] as never[])
    .execute();
  for (const [name, columns] of [
    ['contact_job_due', ['due_at']],
    ['contact_job_due_of_install', ['account_id', 'livemode', 'due_at']],
  ] as const)
    await schema
      .createIndex(name)
      .on('contact_job')
      .columns([...columns] as never[])
      .where(sql.ref('due_at'), 'is not', null)
      .execute();

  await ofTenant('contact_job_part')
    .addColumn('job_id', 'text', (c) => c.notNull())
    .addColumn('n', 'integer', (c) => c.notNull())
    .addColumn('lines', 'text', (c) => c.notNull())
    .addColumn('refused', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('contact_job_part_pk', ['account_id', 'livemode', 'job_id', 'n'] as never[])
    .execute();

  await ofTenant('saved_filter')
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('query', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('saved_filter_pk', ['account_id', 'livemode', 'id'] as never[])
    .execute();

  // Not null: unique indexes hold nulls to be different.
  await schema
    .alterTable('email')
    .addColumn('again_of', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  await schema.dropIndex('email_step_address').execute();
  await schema
    .createIndex('email_step_address')
    .on('email')
    .columns(['account_id', 'livemode', 'run_id', 'step_id', 'copy_to', 'again_of'])
    .unique()
    .execute();
}
