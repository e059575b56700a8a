/** What events do to workflows: which runs end by exit events, and which start. Pure: known facts in, rows out. */
import type { Insertable } from 'kysely';
import { newId } from '../db/new-id';
import type { Row, Schema } from '../db/schema';
import { tenantColumns, tenantOf } from '../db/tenant';
import type { ReadObject } from '../stripe-objects/types';
import { contactFacts } from './contact-facts';
import { definitionOf } from './definitions';
import type { LiveWorkflow } from './live-workflows';
import { matches } from './match';
import { firstStep } from './next-step';
import { runKey, slotFor } from './run-key';

/** An event of a contact, decided. */
export interface WorkflowTrigger {
  event: { id: string; type: string; /** Epoch seconds. */ created: number };
  object: ReadObject;
  contact: Row<'contact'>;
  /** False for events that are too late, or whose type doesn't trigger workflows: they only end runs. */
  starts: boolean;
  /** Replays: only workflows activated before this time (epoch milliseconds) start; null or left out: all. */
  workflowsActiveBefore?: number | null;
}

type NewRun = Insertable<Schema['run']>;

/** Ends the workflow's runs of a contact. */
export interface Exit {
  workflow: LiveWorkflow;
  contact: Row<'contact'>;
  /** The type of the event. */
  type: string;
  /** Null: whatever the run is about. */
  subject: ReadObject | null;
}

/** Exits are carried out before starts. */
export interface Wave {
  exits: Exit[];
  starts: NewRun[];
}

/**
 * Of one install's events, in their order: an exit that follows a start of the same contact goes into a later wave. `now`
 * in epoch milliseconds.
 */
export function planRuns(
  workflows: readonly LiveWorkflow[],
  triggers: readonly WorkflowTrigger[],
  now: number,
): Wave[] {
  let wave: Wave = { exits: [], starts: [] };
  const waves = [wave];
  for (const trigger of triggers) {
    const exits = workflows.flatMap((workflow) => exitsOf(workflow, trigger));
    if (exits.length > 0 && wave.starts.some((run) => run.contact_id === trigger.contact.id))
      waves.push((wave = { exits: [], starts: [] }));
    wave.exits.push(...exits);
    if (trigger.starts) wave.starts.push(...workflows.flatMap((workflow) => startsOf(workflow, trigger, now)));
  }
  return waves;
}

const exitsOf = (workflow: LiveWorkflow, { event, object, contact }: WorkflowTrigger): Exit[] =>
  definitionOf(workflow)
    .exit_events.filter((exit) => exit.event === event.type)
    .map(({ match }) => ({ workflow, contact, type: event.type, subject: match === 'object' ? object : null }));

function startsOf(workflow: LiveWorkflow, trigger: WorkflowTrigger, now: number): NewRun[] {
  const { event, object, contact, workflowsActiveBefore } = trigger;
  const definition = definitionOf(workflow);
  const { event: type, conditions, frequency } = definition.trigger;
  if (workflow.status !== 'active' || type !== event.type) return [];
  if (workflowsActiveBefore && (workflow.activated_at ?? 0) > workflowsActiveBefore) return [];
  if (!matches(conditions, { event: object.properties, contact: contactFacts(contact) })) return [];
  return [
    {
      id: newId('run'),
      workflow_id: workflow.id,
      contact_id: contact.id,
      event_id: event.id,
      run_key: runKey(event, object),
      slot: slotFor(frequency, object),
      invoice_id: object.invoiceId,
      subscription_id: object.subscriptionId,
      status: 'running',
      reason: null,
      step_id: firstStep(definition),
      due_at: now,
      started_at: now,
      finished_at: null,
      ...tenantColumns(tenantOf(contact)),
    },
  ];
}
