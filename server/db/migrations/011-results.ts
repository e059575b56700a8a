/**
 * What workflows did, counted from indexes alone: what became of their emails, how their runs ended and where, and which
 * steps they came to. Besides, when an email was decided about, and when its recipient left by it.
 */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  const index = (name: string, on: string, columns: string[]) =>
    schema
      .createIndex(name)
      .on(on)
      .columns(['account_id', 'livemode', 'workflow_id', ...columns] as never[])
      .execute();

  for (const column of ['decided_at', 'unsubscribed_at'])
    await schema.alterTable('email').addColumn(column, 'bigint').execute();
  // By id before all that changes: an entry that changes stays on its page.
  await schema.dropIndex('email_workflow').execute();
  await index('email_workflow', 'email', [
    'id',
    'step_id',
    'status',
    'reason',
    'delivered_at',
    'bounced_at',
    'complained_at',
    'clicked_at',
    'unsubscribed_at',
  ]);

  await schema.dropIndex('run_workflow').execute();
  await index('run_workflow', 'run', ['status', 'id', 'reason', 'step_id']);

  await schema.alterTable('run_step').addColumn('workflow_id', 'text').execute();
  await sql`update run_step set workflow_id = (select r.workflow_id from run r
    where r.account_id = run_step.account_id and r.livemode = run_step.livemode and r.id = run_step.run_id)`.execute(
    db,
  );
  await index('run_step_workflow', 'run_step', ['step_id', 'run_id']);
}
