/** Object states that name people longer than they are needed; billing contacts and the copies to them are found by address. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema.alterTable('object_state').addColumn('person_since', 'bigint').execute();
  await sql`update object_state set person_since = known_at
    where kind in ('invoice', 'checkout_session')
      and (customer_id is null or status in ('paid', 'void', 'complete', 'expired', 'gone'))`.execute(db);
  await schema
    .createIndex('object_state_person')
    .on('object_state')
    .columns(['person_since'] as never[])
    .where(sql.ref('person_since'), 'is not', null)
    .execute();
  const ofTenant = ['account_id', 'livemode'];
  for (const table of ['contact', 'customer_link'])
    await schema
      .createIndex(`${table}_billing`)
      .on(table)
      .columns(ofTenant as never[])
      .where(sql.ref('billing_emails'), 'is not', null)
      .execute();
  await schema
    .createIndex('email_copy')
    .on('email')
    .columns([...ofTenant, 'to_address'] as never[])
    .where(sql.ref('copy_to'), '<>', sql.lit(''))
    .execute();
}
