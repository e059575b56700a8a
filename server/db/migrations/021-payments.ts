/** What contacts have paid: a row for every payment, and their sum on the contact. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('payment')
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('customer_id', 'text')
    .addColumn('email', 'text')
    .addColumn('currency', 'text', (c) => c.notNull())
    .addColumn('amount_paid', 'bigint')
    .addColumn('amount_refunded', 'bigint', (c) => c.notNull())
    .addColumn('refunds', 'text', (c) => c.notNull())
    .addColumn('paid_at', 'bigint')
    .addPrimaryKeyConstraint('payment_pk', ['account_id', 'livemode', 'id'] as never[])
    .execute();
  for (const column of ['customer_id', 'email'])
    await schema
      .createIndex(`payment_${column}`)
      .on('payment')
      .columns(['account_id', 'livemode', column])
      .where(sql.ref(column), 'is not', null)
      .execute();
  await schema.alterTable('contact').addColumn('ltv', 'bigint').execute();
  await schema.alterTable('contact').addColumn('ltv_currency', 'text').execute();
  await schema.alterTable('contact').addColumn('ltv_others', 'text').execute();
  await schema
    .alterTable('contact')
    .addColumn('payments', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await schema.alterTable('contact').addColumn('first_payment_at', 'bigint').execute();
  await schema.alterTable('contact').addColumn('last_payment_at', 'bigint').execute();
}
