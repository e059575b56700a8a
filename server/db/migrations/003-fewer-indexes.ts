/**
 * Every index that an event's row enters costs a page at receipt. Events with a contact are found by it, also those of one
 * customer; what is left of the index of customers are events without one, those that wait included.
 */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await db.schema.dropIndex('event_customer').execute();
  await db.schema
    .createIndex('event_customer')
    .on('event')
    .columns(['account_id', 'livemode', 'customer_id', 'seq'])
    .where(sql.ref('contact_id'), 'is', null)
    .execute();
}
