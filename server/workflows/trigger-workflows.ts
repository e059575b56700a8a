/** What events do to workflows, inside the transaction that notes their outcome: runs end by exit events, runs start. */
import type { Insertable } from 'kysely';
import { inList, insertNew } from '../db/bulk';
import { newId } from '../db/new-id';
import type { Row, Schema, Trx } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import type { ReadObject } from '../stripe-objects/types';
import { contactFacts } from './contact-facts';
import { definitionOf } from './definitions';
import { matches } from './match';
import { firstStep } from './next-step';
import { isSameSubject, runKey, slotFor } from './run-key';
import { endRuns } from './runs';

export interface WorkflowTrigger {
  event: { id: string; type: string; /** Epoch seconds. */ created: number };
  object: ReadObject;
  contact: Row<'contact'>;
  /** False for events that are too late, or whose type doesn't trigger workflows: they only end runs. */
  starts: boolean;
  /** Replays: only workflows activated before this time (epoch ms) start; null or left out: all. */
  workflowsActiveBefore?: number | null;
}

type Workflow = Pick<Row<'workflow'>, 'id' | 'status' | 'revision' | 'definition' | 'activated_at'>;
type NewRun = Insertable<Schema['run']>;

/** Events in their order; answers how many runs each event started, by event id. */
export async function triggerWorkflows(
  trx: Trx,
  tenant: Tenant,
  triggers: readonly WorkflowTrigger[],
  now: number,
): Promise<Map<string, number>> {
  const started = new Map<string, number>();
  if (triggers.length === 0) return started;
  const workflows = await selectWorkflows(trx, tenant);
  let exits: Exit[] = [];
  let starts: NewRun[] = [];

  const flush = async () => {
    await applyExits(trx, tenant, exits, now);
    for (const { event_id } of await insertNew(trx, 'run', starts, ['event_id']))
      started.set(event_id, (started.get(event_id) ?? 0) + 1);
    exits = [];
    starts = [];
  };

  for (const trigger of triggers) {
    const ending = workflows.flatMap((workflow) => exitsOf(workflow, trigger));
    // Exits are carried out before starts: one that follows a start of the same contact must wait for it.
    if (ending.length > 0 && starts.some((run) => run.contact_id === trigger.contact.id)) await flush();
    exits.push(...ending);
    if (trigger.starts) starts.push(...workflows.flatMap((workflow) => startsOf(tenant, workflow, trigger, now)));
  }
  await flush();
  return started;
}

/** Paused ones too: an exit event ends their parked runs. */
const selectWorkflows = (trx: Trx, tenant: Tenant): Promise<Workflow[]> =>
  trx
    .selectFrom('workflow')
    .select(['id', 'status', 'revision', 'definition', 'activated_at'])
    .where(ofTenant(tenant))
    .where('status', 'in', ['active', 'paused'])
    .orderBy('id')
    .execute();

interface Exit {
  workflowId: string;
  contactId: string;
  type: string;
  /** Null: whatever the run is about. */
  subject: ReadObject | null;
}

function exitsOf(workflow: Workflow, { event, object, contact }: WorkflowTrigger): Exit[] {
  return definitionOf(workflow)
    .exit_events.filter((exit) => exit.event === event.type)
    .map(({ match }) => ({
      workflowId: workflow.id,
      contactId: contact.id,
      type: event.type,
      subject: match === 'object' ? object : null,
    }));
}

async function applyExits(trx: Trx, tenant: Tenant, exits: readonly Exit[], now: number): Promise<void> {
  if (exits.length === 0) return;
  const runs = await trx
    .selectFrom('run')
    .select(['id', 'workflow_id', 'contact_id', 'invoice_id', 'subscription_id', 'slot'])
    .where(ofTenant(tenant))
    .where('status', '=', 'running')
    .where('contact_id', 'in', inList(exits.map(({ contactId }) => contactId)))
    .execute();
  const endings = runs.flatMap((run) => {
    const about = { invoiceId: run.invoice_id, subscriptionId: run.subscription_id };
    const exit = exits.find(
      ({ workflowId, contactId, subject }) =>
        workflowId === run.workflow_id && contactId === run.contact_id && (!subject || isSameSubject(about, subject)),
    );
    return exit ? [{ run, reason: exit.type }] : [];
  });
  for (const reason of new Set(endings.map((ending) => ending.reason))) {
    const own = endings.filter((ending) => ending.reason === reason).map(({ run }) => run);
    await endRuns(trx, tenant, own, { status: 'exited', reason, now });
  }
}

function startsOf(tenant: Tenant, workflow: Workflow, trigger: WorkflowTrigger, now: number): NewRun[] {
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
      slot: slotFor(frequency, contact.id, object),
      invoice_id: object.invoiceId,
      subscription_id: object.subscriptionId,
      status: 'running',
      reason: null,
      step_id: firstStep(definition),
      due_at: now,
      started_at: now,
      finished_at: null,
      ...tenantColumns(tenant),
    },
  ];
}
