/**
 * What hangs on dates: object states become rows of a queue, an install says whether it has any schedule, what was due and
 * sent when (notice), and the cards that subscriptions are charged to.
 */
import { sql, type Kysely } from 'kysely';

const isDue = [sql.ref('due_at'), 'is not', null] as const;

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  const table = (name: string) =>
    schema
      .createTable(name)
      .addColumn('account_id', 'text', (c) => c.notNull())
      .addColumn('livemode', 'integer', (c) => c.notNull());
  const index = (name: string, on: string, columns: string[]) =>
    schema
      .createIndex(name)
      .on(on)
      .columns(['account_id', 'livemode', ...columns]);
  await makeStatesAQueue(db);
  await schema
    .alterTable('install')
    .addColumn('has_schedules', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await table('planning_job')
    .addColumn('place', 'text', (c) => c.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('claims', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('attempts', 'integer', (c) => c.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('planning_job_pk', ['account_id', 'livemode'] as never[])
    .execute();
  await schema
    .createIndex('planning_job_due')
    .on('planning_job')
    .column('due_at')
    .where(...isDue)
    .execute();

  await table('notice')
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('workflow_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('subject_id', 'text', (c) => c.notNull())
    .addColumn('customer_id', 'text')
    .addColumn('period', 'text', (c) => c.notNull())
    .addColumn('date_at', 'bigint', (c) => c.notNull())
    .addColumn('planned_at', 'bigint', (c) => c.notNull())
    .addColumn('fired_at', 'bigint')
    .addColumn('event_id', 'text')
    .addColumn('missed', 'text')
    .addPrimaryKeyConstraint('notice_pk', ['account_id', 'livemode', 'id'] as never[])
    .execute();
  // No moved date, second process or repetition tells anybody twice of one period.
  await index('notice_period', 'notice', ['workflow_id', 'period']).unique().execute();
  await index('notice_customer', 'notice', ['customer_id']).execute();

  await table('subscription_card')
    .addColumn('subscription_id', 'text', (c) => c.notNull())
    .addColumn('customer_id', 'text')
    .addColumn('payment_method_id', 'text')
    .addColumn('expires', 'text')
    .addColumn('asked_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('subscription_card_pk', ['account_id', 'livemode', 'subscription_id'] as never[])
    .execute();
  await index('subscription_card_customer', 'subscription_card', ['customer_id']).execute();
}

export async function makeStatesAQueue({ schema }: Kysely<never>): Promise<void> {
  await schema.alterTable('object_state').addColumn('due_at', 'bigint').execute();
  for (const column of ['claims', 'attempts'])
    await schema
      .alterTable('object_state')
      .addColumn(column, 'integer', (c) => c.notNull().defaultTo(0))
      .execute();
  await schema
    .createIndex('object_state_due')
    .on('object_state')
    .column('due_at')
    .where(...isDue)
    .execute();
  await schema
    .createIndex('object_state_due_of_install')
    .on('object_state')
    .columns(['account_id', 'livemode', 'due_at'])
    .where(...isDue)
    .execute();
}
