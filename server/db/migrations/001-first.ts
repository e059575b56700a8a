/** Every table of the first release. Queues have partial indexes on due_at, those that an install can fill one more by install; all other indexes begin with the tenant. */
import { sql, type CreateTableBuilder, type Kysely } from 'kysely';

const tenant = <T extends string>(table: CreateTableBuilder<T, never>) =>
  table.addColumn('account_id', 'text', (c) => c.notNull()).addColumn('livemode', 'integer', (c) => c.notNull());

const queue = <T extends string, C extends string>(table: CreateTableBuilder<T, C>) =>
  table
    .addColumn('due_at', 'bigint')
    .addColumn('claims', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('attempts', 'integer', (c) => c.notNull().defaultTo(0));

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  const table = (name: string) => tenant(schema.createTable(name));
  const key = (name: string, columns: string[]) =>
    [`${name}_pk`, ['account_id', 'livemode', ...columns]] as [string, never[]];
  const index = (name: string, on: string, columns: string[]) =>
    schema
      .createIndex(name)
      .on(on)
      .columns(['account_id', 'livemode', ...columns]);
  const dueIndex = (on: string) =>
    schema.createIndex(`${on}_due`).on(on).column('due_at').where(sql.ref('due_at'), 'is not', null).execute();
  const dueOfInstallIndex = (on: string) =>
    index(`${on}_due_of_install`, on, ['due_at']).where(sql.ref('due_at'), 'is not', null).execute();

  await queue(table('install'))
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('account_name', 'text')
    .addColumn('account_email', 'text')
    .addColumn('access_token', 'text')
    .addColumn('refresh_token', 'text')
    .addColumn('token_expires_at', 'bigint')
    .addColumn('token_lease_until', 'bigint')
    .addColumn('webhook_endpoint_id', 'text')
    .addColumn('webhook_secret', 'text')
    .addColumn('connected_at', 'bigint', (c) => c.notNull())
    .addColumn('removed_at', 'bigint')
    .addColumn('needs_reconnect_at', 'bigint')
    .addColumn('reconnect_notified_at', 'bigint')
    .addColumn('last_error', 'text')
    .addColumn('catch_up_from', 'bigint')
    .addPrimaryKeyConstraint(...key('install', []))
    .execute();

  await table('setting')
    .addColumn('settings', 'text', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint(...key('setting', []))
    .execute();

  await queue(table('event'))
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('seq', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('created', 'bigint', (c) => c.notNull())
    .addColumn('received_at', 'bigint', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('reason', 'text')
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('customer_id', 'text')
    .addColumn('contact_id', 'text')
    .addColumn('give_up_at', 'bigint')
    .addColumn('last_error', 'text')
    .addColumn('replayed', 'integer', (c) => c.notNull().defaultTo(0))
    .addPrimaryKeyConstraint(...key('event', ['id']))
    .execute();
  await index('event_seq', 'event', ['seq']).unique().execute();
  await index('event_type', 'event', ['type', 'seq']).execute();
  await index('event_contact', 'event', ['contact_id', 'seq']).where(sql.ref('contact_id'), 'is not', null).execute();
  await index('event_customer', 'event', ['customer_id', 'seq'])
    .where(sql.ref('customer_id'), 'is not', null)
    .execute();
  await index('event_status', 'event', ['status', 'seq'])
    // Spelt with `or`: SQLite doesn't see that `status = 'failed'` implies an `in` list.
    .where(sql<boolean>`(status = 'waiting' or status = 'ignored' or status = 'skipped' or status = 'failed')`)
    .execute();
  await dueIndex('event');
  await dueOfInstallIndex('event');

  await table('event_payload')
    .addColumn('seq', 'text', (c) => c.notNull())
    .addColumn('payload', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint(...key('event_payload', ['seq']))
    .execute();

  await table('contact')
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('email', 'text', (c) => c.notNull())
    .addColumn('first_name', 'text')
    .addColumn('last_name', 'text')
    .addColumn('name_stamp', 'bigint', (c) => c.notNull())
    .addColumn('user_group', 'text')
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('subscription_status', 'text')
    .addColumn('plan', 'text')
    .addColumn('mrr', 'bigint')
    .addColumn('currency', 'text')
    .addColumn('renews_at', 'bigint')
    .addColumn('trial_ends_at', 'bigint')
    .addColumn('delinquent', 'integer')
    .addColumn('customer_since', 'bigint')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint(...key('contact', ['id']))
    .execute();
  await index('contact_email', 'contact', ['email']).unique().execute();

  await queue(table('customer_link'))
    .addColumn('customer_id', 'text', (c) => c.notNull())
    .addColumn('contact_id', 'text')
    .addColumn('stamp', 'bigint', (c) => c.notNull())
    .addColumn('deleted', 'integer', (c) => c.notNull())
    .addColumn('delinquent', 'integer')
    .addColumn('customer_since', 'bigint')
    .addPrimaryKeyConstraint(...key('customer_link', ['customer_id']))
    .execute();
  await index('customer_link_contact', 'customer_link', ['contact_id']).execute();
  await dueIndex('customer_link');

  await table('subscription_state')
    .addColumn('subscription_id', 'text', (c) => c.notNull())
    .addColumn('customer_id', 'text', (c) => c.notNull())
    .addColumn('status', 'text')
    .addColumn('plan', 'text')
    .addColumn('mrr', 'bigint', (c) => c.notNull())
    .addColumn('currency', 'text')
    .addColumn('renews_at', 'bigint')
    .addColumn('trial_ends_at', 'bigint')
    .addColumn('stamp', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint(...key('subscription_state', ['subscription_id']))
    .execute();
  await index('subscription_state_customer', 'subscription_state', ['customer_id']).execute();

  await table('workflow')
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('revision', 'integer', (c) => c.notNull())
    .addColumn('trigger_type', 'text', (c) => c.notNull())
    .addColumn('definition', 'text', (c) => c.notNull())
    .addColumn('activated_at', 'bigint')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint(...key('workflow', ['id']))
    .execute();

  await queue(table('run'))
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('workflow_id', 'text', (c) => c.notNull())
    .addColumn('contact_id', 'text', (c) => c.notNull())
    .addColumn('event_id', 'text', (c) => c.notNull())
    .addColumn('run_key', 'text', (c) => c.notNull())
    .addColumn('slot', 'text')
    .addColumn('invoice_id', 'text')
    .addColumn('subscription_id', 'text')
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('reason', 'text')
    .addColumn('step_id', 'text')
    .addColumn('parked_due_at', 'bigint')
    .addColumn('last_error', 'text')
    .addColumn('started_at', 'bigint', (c) => c.notNull())
    .addColumn('finished_at', 'bigint')
    .addPrimaryKeyConstraint(...key('run', ['id']))
    .execute();
  await index('run_key', 'run', ['workflow_id', 'run_key']).unique().execute();
  await index('run_slot', 'run', ['workflow_id', 'slot']).unique().where(sql.ref('slot'), 'is not', null).execute();
  await index('run_workflow', 'run', ['workflow_id', 'status', 'id']).execute();
  await index('run_contact', 'run', ['contact_id', 'id']).execute();
  await index('run_event', 'run', ['event_id']).where(sql.ref('status'), '=', sql.lit('running')).execute();
  await dueIndex('run');
  await dueOfInstallIndex('run');

  await table('run_step')
    .addColumn('run_id', 'text', (c) => c.notNull())
    .addColumn('n', 'integer', (c) => c.notNull())
    .addColumn('step_id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('result', 'text', (c) => c.notNull())
    .addColumn('email_id', 'text')
    .addPrimaryKeyConstraint(...key('run_step', ['run_id', 'n']))
    .execute();

  await queue(table('email'))
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('run_id', 'text')
    .addColumn('step_id', 'text')
    .addColumn('workflow_id', 'text')
    .addColumn('contact_id', 'text')
    .addColumn('event_id', 'text')
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('to_address', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('reason', 'text')
    .addColumn('message_id', 'text', (c) => c.notNull())
    .addColumn('is_test', 'integer', (c) => c.notNull())
    .addColumn('give_up_at', 'bigint')
    .addColumn('last_error', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('sent_at', 'bigint')
    .addPrimaryKeyConstraint(...key('email', ['id']))
    .execute();
  await index('email_step', 'email', ['run_id', 'step_id']).unique().execute();
  await index('email_contact', 'email', ['contact_id', 'id']).execute();
  await index('email_event', 'email', ['event_id']).execute();
  await index('email_status', 'email', ['status', 'id']).execute();
  await index('email_workflow', 'email', ['workflow_id', 'status']).execute();
  await dueIndex('email');
  await dueOfInstallIndex('email');

  await table('email_body')
    .addColumn('email_id', 'text', (c) => c.notNull())
    .addColumn('html', 'text', (c) => c.notNull())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('headers', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint(...key('email_body', ['email_id']))
    .execute();

  await table('suppression')
    .addColumn('address_hash', 'text', (c) => c.notNull())
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint(...key('suppression', ['address_hash']))
    .execute();

  await queue(table('import_job'))
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('cursor', 'text')
    .addColumn('done', 'integer', (c) => c.notNull())
    .addColumn('total', 'integer')
    .addColumn('last_error', 'text')
    .addColumn('started_at', 'bigint', (c) => c.notNull())
    .addColumn('finished_at', 'bigint')
    .addPrimaryKeyConstraint(...key('import_job', []))
    .execute();

  await schema
    .createTable('session')
    .addColumn('id_hash', 'text', (c) => c.primaryKey())
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('session_install')
    .addColumn('id_hash', 'text', (c) => c.notNull().references('session.id_hash').onDelete('cascade'))
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('session_install_pk', ['id_hash', 'account_id', 'livemode'] as never[])
    .execute();
  await schema
    .createTable('oauth_state')
    .addColumn('state_hash', 'text', (c) => c.primaryKey())
    .addColumn('browser_hash', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute();
  await schema
    .createTable('link_token')
    .addColumn('token_hash', 'text', (c) => c.primaryKey())
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('user_id', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute();
}
