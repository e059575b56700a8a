/**
 * Invoices whose payment failed, and what became of them. Of those known from before, the ones that are still open are taken
 * up, as failed when their state was last told.
 */
import { sql, type Kysely } from 'kysely';
import { newId } from '../new-id';

interface OpenInvoice {
  account_id: string;
  livemode: number;
  id: string;
  customer_id: string;
  properties: string;
  known_at: number;
}

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('failed_invoice')
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('invoice_id', 'text')
    .addColumn('customer_id', 'text')
    .addColumn('subscription_id', 'text')
    .addColumn('currency', 'text', (c) => c.notNull())
    .addColumn('amount', 'bigint', (c) => c.notNull())
    .addColumn('paid_before', 'bigint', (c) => c.notNull())
    .addColumn('first_failed_at', 'bigint', (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('first_mailed_at', 'bigint')
    .addColumn('clicked_at', 'bigint')
    .addColumn('recovered_at', 'bigint')
    .addColumn('recovered_amount', 'bigint')
    .addColumn('lost_at', 'bigint')
    .addColumn('lost_reason', 'text')
    .addColumn('is_holdout', 'integer')
    .addPrimaryKeyConstraint('failed_invoice_pk', ['account_id', 'livemode', 'id'] as never[])
    .execute();
  const index = (name: string, ...columns: string[]) =>
    schema
      .createIndex(name)
      .on('failed_invoice')
      .columns(['account_id', 'livemode', ...columns] as never[]);
  await index('failed_invoice_invoice', 'invoice_id').unique().execute();
  await index('failed_invoice_customer', 'customer_id').execute();
  // All that the report counts: it is read from the index alone.
  await index(
    'failed_invoice_time',
    ...['first_failed_at', 'id', 'currency', 'amount', 'recovered_at', 'recovered_amount'],
    ...['first_mailed_at', 'clicked_at', 'lost_at', 'is_holdout'],
  ).execute();

  const open = await sql<OpenInvoice>`select account_id, livemode, id, customer_id, properties, known_at
    from object_state where kind = 'invoice' and status = 'open' and customer_id is not null`.execute(db);
  for (const { account_id, livemode, id, customer_id, properties, known_at } of open.rows) {
    const said = JSON.parse(properties) as Record<string, string | number | null | undefined>;
    const attempts = Number(said.attempt_count ?? 0);
    const { currency, subscription_id = null } = said;
    if (attempts === 0 || said.billing_reason === 'subscription_create' || typeof currency !== 'string') continue;
    const amount = Number(said.amount_remaining ?? said.amount_due ?? 0);
    const paid = Number(said.amount_paid ?? 0);
    await sql`insert into failed_invoice (account_id, livemode, id, invoice_id, customer_id, subscription_id, currency, amount,
        paid_before, first_failed_at, attempts)
      values (${account_id}, ${livemode}, ${newId('fin', Number(known_at))}, ${id}, ${customer_id}, ${subscription_id}, ${currency}, ${amount},
        ${paid}, ${known_at}, ${attempts})`.execute(db);
  }
}
