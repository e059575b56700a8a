/** Imports keep the lines that they refuse, until they end; no two saved filters of an install have one name. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema
    .alterTable('contact_job_part')
    .addColumn('refused_lines', 'text', (c) => c.notNull().defaultTo('[]'))
    .execute();
  // Of one name the newest counts, as when it is saved again.
  await sql`delete from saved_filter where exists (
    select 1 from saved_filter newer
    where newer.account_id = saved_filter.account_id and newer.livemode = saved_filter.livemode
      and newer.name = saved_filter.name and newer.id > saved_filter.id
  )`.execute(db);
  await schema
    .createIndex('saved_filter_name')
    .on('saved_filter')
    .columns(['account_id', 'livemode', 'name'] as never[])
    .unique()
    .execute();
}
