/** Addresses beside a contact's own that get its transactional emails too, and the emails to them: several of one run and step. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema.alterTable('contact').addColumn('billing_emails', 'text').execute();
  await schema.alterTable('customer_link').addColumn('billing_emails', 'text').execute();
  // Not null: unique indexes hold nulls to be different.
  await schema
    .alterTable('email')
    .addColumn('copy_to', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  await schema
    .createIndex('email_step_address')
    .on('email')
    .columns(['account_id', 'livemode', 'run_id', 'step_id', 'copy_to'])
    .unique()
    .execute();
  await schema.dropIndex('email_step').execute();
  // As 011-results made it, with what tells copies apart.
  await schema.dropIndex('email_workflow').execute();
  await schema
    .createIndex('email_workflow')
    .on('email')
    .columns([
      'account_id',
      'livemode',
      'workflow_id',
      'id',
      'step_id',
      'status',
      'reason',
      'delivered_at',
      'bounced_at',
      'complained_at',
      'clicked_at',
      'unsubscribed_at',
      'copy_to',
    ])
    .execute();
}
