/**
 * What is known of invoices, subscriptions, checkout sessions and quotes; what runs and emails are about; why an email was
 * not sent as a code beside its sentence.
 */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('object_state')
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('customer_id', 'text')
    .addColumn('status', 'text')
    .addColumn('properties', 'text', (c) => c.notNull())
    .addColumn('stamp', 'bigint', (c) => c.notNull())
    .addColumn('known_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('object_state_pk', ['account_id', 'livemode', 'id'] as never[])
    .execute();
  await schema
    .createIndex('object_state_customer')
    .on('object_state')
    .columns(['account_id', 'livemode', 'customer_id'])
    .where(sql.ref('customer_id'), 'is not', null)
    .execute();

  for (const table of ['run', 'email']) {
    for (const column of ['subject_kind', 'subject_id', 'customer_id', 'outcome'])
      await schema.alterTable(table).addColumn(column, 'text').execute();
    const isWaiting = table === 'run' ? sql<boolean>`status = 'running'` : sql<boolean>`status = 'queued'`;
    await schema
      .createIndex(`${table}_subject`)
      .on(table)
      .columns(['account_id', 'livemode', 'subject_id'])
      .where(isWaiting)
      .execute();
  }
  // Runs of the release before kept the invoice or subscription their event names; their keys, the object it was of.
  await sql`update run set
    subject_kind = case
      when run_key like 'checkout.session.% %' then 'checkout_session'
      when run_key like 'quote.% %' then 'quote'
      when run_key like 'charge.dispute.% %' then 'dispute'
      when invoice_id is not null then 'invoice'
      when subscription_id is not null then 'subscription'
      when run_key like 'customer.% %' then 'customer'
    end,
    customer_id = (select e.customer_id from event e
      where e.account_id = run.account_id and e.livemode = run.livemode and e.id = run.event_id)`.execute(db);
  await sql`update run set subject_id = case subject_kind
      when 'invoice' then invoice_id
      when 'subscription' then subscription_id
      when 'customer' then customer_id
      else (select trim(substr(run.run_key, length(e.type) + 2)) from event e
        where e.account_id = run.account_id and e.livemode = run.livemode and e.id = run.event_id)
    end where subject_kind is not null`.execute(db);
  await sql`update email set
    subject_kind = (select r.subject_kind from run r
      where r.account_id = email.account_id and r.livemode = email.livemode and r.id = email.run_id),
    subject_id = (select r.subject_id from run r
      where r.account_id = email.account_id and r.livemode = email.livemode and r.id = email.run_id),
    customer_id = (select r.customer_id from run r
      where r.account_id = email.account_id and r.livemode = email.livemode and r.id = email.run_id)
    where run_id is not null`.execute(db);

  await sql`update email set outcome = reason where reason is not null`.execute(db);
  await sql`update email set reason = case
      when reason = 'The account was disconnected' or reason = 'disconnected' then 'disconnected'
      when reason = 'No mail server is configured' then 'no_mail_server'
      when reason like 'Test mode mails only%' then 'test_mode'
      when reason = 'The contact was deleted' then 'contact_deleted'
      when reason like 'The workflow ended for this contact%' then 'run_ended'
      when reason = 'The contact has unsubscribed' then 'unsubscribed'
      when reason = 'The contact gets transactional email only' then 'transactional_only'
      when reason like 'The address takes no mail:%' then 'address_suppressed'
      when reason like 'The mail server refused the address:%' then 'refused'
      when reason like 'Will be tried again:%' then 'retrying'
      when reason like 'Given up after a day:%' then 'gave_up'
      when reason = 'Sending it ended the process several times' then 'gave_up'
      when reason = 'The template takes too long or too much memory' then 'over_budget'
      when reason = 'The template makes an email that is too long' then 'over_budget'
      when reason like 'The email is too long:%' then 'over_budget'
      when status = 'held' then 'missing_value'
      when status = 'failed' then 'refused'
      else 'run_ended'
    end where reason is not null`.execute(db);
}
