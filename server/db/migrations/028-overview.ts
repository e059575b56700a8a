/**
 * What the overview counts is read from indexes alone: monthly revenue, and what became of emails. What the revenue was on
 * a day nobody could tell later, so it is written down day by day from now on.
 */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('mrr_day')
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('day', 'text', (c) => c.notNull())
    .addColumn('currency', 'text', (c) => c.notNull())
    .addColumn('mrr', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('mrr_day_pk', ['account_id', 'livemode', 'day', 'currency'] as never[])
    .execute();
  await schema
    .createIndex('contact_mrr')
    .on('contact')
    .columns(['account_id', 'livemode', 'currency', 'mrr'])
    .where(sql<boolean>`mrr > 0`)
    .execute();
  const ofFate = (name: string, isMeant: string) =>
    schema
      .createIndex(name)
      .on('email')
      .columns(['account_id', 'livemode', 'id'])
      .where(sql<boolean>`${sql.raw(isMeant)}`)
      .execute();
  await ofFate('email_delivered', 'delivered_at is not null and bounced_at is null');
  await ofFate('email_bounced', 'bounced_at is not null');
  await ofFate('email_clicked', 'clicked_at is not null');

  await schema.alterTable('install').addColumn('checklist_closed_at', 'bigint').execute();
}
