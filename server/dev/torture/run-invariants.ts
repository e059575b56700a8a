/** Every event that starts a workflow has started it once, and every run has done each of its steps once. */
import type { Row } from '../../db/schema';
import { groupBy } from '../../group-by';
import type { Stage } from './stage';
import type { Tables } from './tables';
import type { Violation } from './violation';

export function checkRuns({ deliveries, workflows }: Stage, tables: Tables): Violation[] {
  const { events, runs, runSteps, emails, contacts } = tables;
  const lost: string[] = [];
  const doubled: string[] = [];
  const unfinished: string[] = [];
  const stepsOf = groupBy(runSteps, ({ run_id }) => run_id);
  const emailsOf = groupBy(emails, ({ run_id }) => run_id ?? '');

  for (const workflow of workflows) {
    const own = runs.filter((run) => run.workflow_id === workflow.id);
    const startedBy = groupBy(own, ({ event_id }) => deliveries.records.get(event_id)?.objectId ?? event_id);
    for (const [objectId, group] of startedBy)
      if (group.length > 1)
        doubled.push(`${workflow.name}: ${objectId} started ${group.map(({ id }) => id).join(' ')}`);
    if (workflow.frequency === 'every_time') {
      for (const { id, type, objectId } of deliveries.records.values()) {
        const row = events.get(id);
        const starts = type === workflow.trigger && row?.status === 'processed' && row.contact_id !== null;
        if (starts && !startedBy.has(objectId)) lost.push(`${workflow.name}: ${id} about ${objectId}`);
      }
    }
    for (const run of own) {
      const made = emailsOf.get(run.id)?.length ?? 0;
      if (run.status === 'finished' && made !== workflow.emails) unfinished.push(`${run.id} made ${made} emails`);
    }
  }

  return [
    { rule: 'every event starts its workflows', kind: 'lost', ids: lost },
    { rule: 'a change starts a workflow once', kind: 'doubled', ids: doubled },
    { rule: 'a finished run has made all its emails', kind: 'lost', ids: unfinished },
    {
      rule: 'runs end in order or wait',
      ids: runs.filter(({ status }) => status === 'failed' || status === 'stopped').map(describe),
    },
    {
      rule: 'runs belong to contacts that are there',
      ids: runs.filter(({ contact_id }) => !contacts.has(contact_id)).map(describe),
    },
    {
      rule: 'a run does each step once',
      kind: 'doubled',
      ids: [...stepsOf].filter(([, steps]) => hasDoubles(steps)).map(([id]) => id),
    },
  ];
}

const describe = ({ id, status, reason, event_id }: Row<'run'>) => `${id} ${status} ${reason ?? ''} by ${event_id}`;

const hasDoubles = (steps: readonly Row<'run_step'>[]) =>
  new Set(steps.map(({ step_id }) => step_id)).size !== steps.length;
