/**
 * Of people whose contact was deleted before this release, what deleting one removes now. Suppressions get keyed hashes at
 * the start that follows (audience/suppression-key.ts); their column has another name, so that a process of the release
 * before fails rather than finds nobody under the old hash and mails who had said no.
 */
import { sql, type Kysely } from 'kysely';

const TOMBSTONES = `select c.account_id, c.livemode, c.customer_id from customer_link c
  where c.contact_id is null and c.state <> 'deleted_unseen'`;
const NO_CONTACT = `not exists (select 1 from contact c
  where c.account_id = run.account_id and c.livemode = run.livemode and c.id = run.contact_id)`;

const STATEMENTS = [
  `update email set outcome = null, last_error = null, subject_kind = null, subject_id = null, customer_id = null
    where contact_id is null and is_test = 0`,
  // What they were made from was not kept, so none of them can be told to hold nobody's data.
  `delete from email_body where (account_id, livemode, email_id) in
    (select account_id, livemode, id from email where is_test = 1 and status <> 'queued')`,
  `update email set subject = '' where is_test = 1 and status <> 'queued'`,
  `update run_step set result = 'Queued an email' where kind = 'email' and (account_id, livemode, run_id) in
    (select account_id, livemode, id from run where ${NO_CONTACT})`,
  `update run set run_key = event_id, slot = null, outcome = null, last_error = null, invoice_id = null, subscription_id = null,
    subject_kind = null, subject_id = null, customer_id = null where status <> 'running' and ${NO_CONTACT}`,
  `delete from event_payload where (account_id, livemode, seq) in (select account_id, livemode, seq from event
    where contact_id is null and due_at is null and (account_id, livemode, customer_id) in (${TOMBSTONES}))`,
  `update event set customer_id = null
    where contact_id is null and due_at is null and (account_id, livemode, customer_id) in (${TOMBSTONES})`,
  `update event set customer_id = null where reason = 'not_installed'`,
  // The sentence named the address of another contact, which may be deleted while this event stays.
  `update event set outcome = 'Updated the contact (the customer moved from another contact)'
    where outcome like '%(the customer moved from %'`,
  `delete from subscription_state where (account_id, livemode, customer_id) in (${TOMBSTONES})`,
  `delete from object_state where (account_id, livemode, customer_id) in (${TOMBSTONES})`,
  `update customer_link set delinquent = null, customer_since = null, due_at = null
    where contact_id is null and state <> 'deleted_unseen'`,
];

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema.alterTable('suppression').renameColumn('address_hash', 'address_mac').execute();
  await schema
    .createTable('sealed_key')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('sealed', 'text', (c) => c.notNull())
    .execute();
  // Those of guests, whom only their address names.
  await schema
    .createIndex('object_state_guest')
    .on('object_state')
    .columns(['account_id', 'livemode'] as never[])
    .where(sql.ref('customer_id'), 'is', null)
    .execute();
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
