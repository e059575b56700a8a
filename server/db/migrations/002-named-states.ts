/** States by name where numbers and parts of texts stood for them: links, replays, what a run holds, whether it waits. */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;

  await schema
    .alterTable('customer_link')
    .addColumn('state', 'text', (c) => c.notNull().defaultTo('alive'))
    .execute();
  await sql`update customer_link set state = case deleted when 1 then 'deleted' else 'deleted_unseen' end
    where deleted <> 0`.execute(db);
  await schema.alterTable('customer_link').dropColumn('deleted').execute();

  await schema.alterTable('event').addColumn('replay', 'text').execute();
  await sql`update event set replay = case replayed when 1 then 'active_then' else 'active_now' end
    where replayed <> 0`.execute(db);
  await schema.alterTable('event').dropColumn('replayed').execute();

  await schema
    .alterTable('run')
    .addColumn('is_waiting', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await sql`update run set is_waiting = 1, reason = null where status = 'running' and reason = 'waiting'`.execute(db);
  // They were `once con_…`, `now con_…` and `now con_… in_…`.
  await schema.dropIndex('run_slot').execute();
  await sql`update run set slot = case
      when slot like 'once %' then 'once'
      when slot = 'now ' || contact_id then 'contact'
      else substr(slot, length('now ' || contact_id) + 2)
    end where slot is not null`.execute(db);
  await schema
    .createIndex('run_slot')
    .unique()
    .on('run')
    .columns(['account_id', 'livemode', 'workflow_id', 'contact_id', 'slot'])
    .where(sql.ref('slot'), 'is not', null)
    .execute();
}
