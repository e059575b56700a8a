/** Exit events that were here before what they end: what counts is when things happened at Stripe. */
import { allDone } from '../all-done';
import { keyFor, keyText, selectByKeys } from '../db/keys';
import type { Trx } from '../db/schema';
import { tenantOf } from '../db/tenant';
import { groupBy } from '../group-by';
import { definitionOf } from './definitions';
import { eventKey, readFactsOf } from './event-facts';
import type { LiveWorkflow } from './live-workflows';
import type { WorkflowTrigger } from './plan-runs';
import { isSameSubject, type Subject } from './run-key';

/** An event that may have ended a workflow. */
export interface PastExit extends Subject {
  type: string;
  /** Epoch seconds. */
  created: number;
}

/** By keyText of the contact. */
export type PastExits = ReadonlyMap<string, readonly PastExit[]>;

/** What one install's events may start. */
export interface Starting {
  workflows: readonly LiveWorkflow[];
  triggers: readonly WorkflowTrigger[];
}

/** Reads the log only where a workflow that events end may start. */
export async function findPastExits(trx: Trx, batches: readonly Starting[]): Promise<PastExits> {
  const starts = batches.flatMap(({ workflows, triggers }) =>
    triggers.flatMap((trigger) => workflows.flatMap((workflow) => startOf(workflow, trigger))),
  );
  if (starts.length === 0) return new Map();
  const types = [...new Set(starts.flatMap((start) => start.types))].sort().map((type) => `'${type}'`);
  const isExit = `type in (${types.join()})`;
  const [linked, off] = await allDone([
    selectByKeys(
      trx,
      'event',
      'contact_id',
      starts.map(({ contact }) => keyFor(contact, contact.id)),
      { where: `status = 'processed' and ${isExit}` },
    ),
    selectByKeys(
      trx,
      'event',
      'customer_id',
      starts.flatMap(({ contact, customerId }) => (customerId ? keyFor(contact, customerId) : [])),
      { where: `contact_id is null and reason = 'event_off' and ${isExit}` },
    ),
  ]);
  const contactOf = new Map(
    starts.map(({ contact, customerId }) => [keyText(contact, customerId ?? ''), keyText(contact, contact.id)]),
  );
  const earliest = Math.min(...starts.map(({ created }) => created));
  const later = [...linked, ...off].filter(({ created }) => created > earliest);
  const facts = await readFactsOf(trx, later);
  const exits = later.flatMap((row) => {
    const read = facts.get(eventKey(tenantOf(row), row.id));
    const contact = row.contact_id ? keyText(row, row.contact_id) : contactOf.get(keyText(row, row.customer_id ?? ''));
    return read && contact ? [{ contact, exit: { type: row.type, created: row.created, ...read.about } }] : [];
  });
  const own = groupBy(exits, ({ contact }) => contact);
  return new Map([...own].map(([contact, found]) => [contact, found.map(({ exit }) => exit)]));
}

function startOf(workflow: LiveWorkflow, { event, contact, object, starts }: WorkflowTrigger) {
  const { trigger, exit_events } = definitionOf(workflow);
  if (!starts || !contact || workflow.status !== 'active' || trigger.event !== event.type || exit_events.length === 0)
    return [];
  const types = exit_events.map((exit) => exit.event);
  return [{ contact, customerId: object.customerId, types, created: event.created }];
}

/** The first of the exits that ends the workflow for what its trigger is about, and happened after it. */
export const exitOf = (
  workflow: LiveWorkflow,
  { event, object }: WorkflowTrigger,
  exits: readonly PastExit[],
): PastExit | undefined =>
  exits.find(
    (exit) =>
      exit.created > event.created &&
      definitionOf(workflow).exit_events.some(
        (one) => one.event === exit.type && (one.match === 'contact' || isSameSubject(object, exit)),
      ),
  );
