/** Why the payment of an invoice failed, which card is charged, and what Stripe doesn't let us read of either. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await keepFailures(db);
  await schema.alterTable('install').addColumn('missing_permission', 'text').execute();
  await schema.alterTable('contact').addColumn('wrong_card', 'integer').execute();
  for (const table of ['customer_link', 'subscription_state']) {
    await schema.alterTable(table).addColumn('default_method', 'text').execute();
    await schema.alterTable(table).addColumn('default_method_at', 'bigint').execute();
  }
}

export const keepFailures = (db: Kysely<never>): Promise<void> =>
  db.schema.alterTable('object_state').addColumn('failure', 'text').execute();
