/**
 * What pages count and find among very many emails and runs is read from indexes alone and in their order: the emails of a
 * workflow by step and state, emails by kind, by reason and by each fate, and whether a run waits at its step.
 */
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  const index = (name: string, on: string, columns: string[]) =>
    schema
      .createIndex(name)
      .on(on)
      .columns(['account_id', 'livemode', ...columns] as never[]);
  const where = (condition: string) => sql<boolean>`${sql.raw(condition)}`;

  await schema.dropIndex('email_workflow').execute();
  await index('email_workflow', 'email', ['workflow_id', 'id', 'step_id', 'status']).execute();
  await index('email_of_step', 'email', [
    'workflow_id',
    'step_id',
    'status',
    'id',
    'reason',
    'copy_to',
    'delivered_at',
    'bounced_at',
    'complained_at',
    'clicked_at',
    'unsubscribed_at',
  ])
    .where(where('workflow_id is not null'))
    .execute();
  await index('email_kind', 'email', ['kind', 'id', 'status']).execute();
  await index('email_reason', 'email', ['reason', 'id']).where(where('reason is not null')).execute();
  for (const fate of ['complained', 'unsubscribed'])
    await index(`email_${fate}`, 'email', ['id'])
      .where(where(`${fate}_at is not null`))
      .execute();

  await schema.dropIndex('run_workflow').execute();
  await index('run_workflow', 'run', ['workflow_id', 'status', 'id', 'reason', 'step_id', 'is_waiting']).execute();
}
