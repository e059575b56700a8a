/** Exit events that were here before what they end: what counts is when things happened at Stripe. */
import { isApiEventType } from '../../shared/catalogue';
import type { ExitType } from '../../shared/workflow';
import { HAS_PAID } from '../../shared/words/only-while';
import { allDone } from '../all-done';
import { keyFor, keyText, selectByKeys } from '../db/keys';
import type { Db } from '../db/schema';
import { tenantOf } from '../db/tenant';
import { groupBy } from '../group-by';
import { definitionOf } from './definitions';
import { eventKey, readFactsOf } from './event-facts';
import type { LiveWorkflow } from './live-workflows';
import { isPayment, openedAt, paidSince, untrueAfter } from './only-while';
import type { WorkflowTrigger } from './plan-runs';
import { isSameSubject, type Subject } from './run-key';

const DAY = 24 * 60 * 60;

/** An event that may have ended a workflow. */
export interface PastExit extends Subject {
  type: string;
  /** Epoch seconds. */
  created: number;
  isPayment: boolean;
}

/** By keyText of the contact. */
export type PastExits = ReadonlyMap<string, readonly PastExit[]>;

/** What one install's events may start. */
export interface Starting {
  workflows: readonly LiveWorkflow[];
  triggers: readonly WorkflowTrigger[];
}

/** Reads the log only where a workflow that events end may start. */
export async function findPastExits(db: Db, batches: readonly Starting[]): Promise<PastExits> {
  const starts = batches.flatMap(({ workflows, triggers }) =>
    triggers.flatMap((trigger) => workflows.flatMap((workflow) => startOf(workflow, trigger))),
  );
  if (starts.length === 0) return new Map();
  const types = new Set<string>(starts.flatMap((start) => start.types));
  const earliest = Math.min(...starts.map(({ created }) => created));
  // To the day: few texts of statements stay prepared.
  const day = Math.floor(earliest / DAY) * DAY;
  const isExit = `created > ${day} and ${isOneOf(types)}`;
  const [linked, off] = await allDone([
    selectByKeys(
      db,
      'event',
      'contact_id',
      starts.map(({ contact }) => keyFor(contact, contact.id)),
      { where: `status = 'processed' and ${isExit}` },
    ),
    selectByKeys(
      db,
      'event',
      'customer_id',
      starts.flatMap(({ contact, customerId }) => (customerId ? keyFor(contact, customerId) : [])),
      { where: `contact_id is null and reason = 'event_off' and ${isExit}` },
    ),
  ]);
  const contactOf = new Map(
    starts.map(({ contact, customerId }) => [keyText(contact, customerId ?? ''), keyText(contact, contact.id)]),
  );
  const later = [...linked, ...off].filter(({ type, created }) => created > earliest && types.has(type));
  const facts = await readFactsOf(db, later);
  const exits = later.flatMap((row) => {
    const read = facts.get(eventKey(tenantOf(row), row.id));
    const contact = row.contact_id ? keyText(row, row.contact_id) : contactOf.get(keyText(row, row.customer_id ?? ''));
    if (!read || !contact) return [];
    const isPaid = isPayment(row.type, read.properties);
    return [{ contact, exit: { type: row.type, created: row.created, isPayment: isPaid, ...read.about } }];
  });
  const own = groupBy(exits, ({ contact }) => contact);
  return new Map([...own].map(([contact, found]) => [contact, found.map(({ exit }) => exit)]));
}

/** SQL. What programs call their events never stands in a statement's text: of those all are read. */
function isOneOf(types: ReadonlySet<string>): string {
  const all = [...types].sort();
  const known = all.filter((type) => !isApiEventType(type)).map((type) => `'${type}'`);
  const ways = [
    ...(known.length > 0 ? [`type in (${known.join()})`] : []),
    ...(known.length < all.length ? ["type like 'api.%'"] : []),
  ];
  return `(${ways.join(' or ')})`;
}

/** The types of events that may end the workflow: its exit events, and those that make untrue what it takes for granted. */
export function typesThatEnd(workflow: LiveWorkflow): ExitType[] {
  const definition = definitionOf(workflow);
  return [...definition.exit_events.map((exit) => exit.event), ...untrueAfter(definition)];
}

function startOf(workflow: LiveWorkflow, trigger: WorkflowTrigger) {
  const { event, contact, object, starts } = trigger;
  const isItsEvent = definitionOf(workflow).trigger.event === event.type;
  const types = typesThatEnd(workflow);
  if (!starts || !contact || workflow.status !== 'active' || !isItsEvent || types.length === 0) return [];
  return [
    { contact, customerId: object.customerId, types, created: Math.min(event.created, openedAt(object.properties)) },
  ];
}

/** Why the workflow is over before it starts: the first of the exits that ends it for what its trigger is about. */
export function endBefore(
  workflow: LiveWorkflow,
  trigger: WorkflowTrigger,
  exits: readonly PastExit[],
): { reason: string; outcome: string | null } | undefined {
  const { event, object } = trigger;
  const definition = definitionOf(workflow);
  const exit = exits.find(
    (one) =>
      one.created > event.created &&
      definition.exit_events.some(
        ({ event: type, match }) => type === one.type && (match === 'contact' || isSameSubject(object, one)),
      ),
  );
  if (exit) return { reason: exit.type, outcome: null };
  const untrue = untrueAfter(definition);
  const since = (type: string) => paidSince(type, { created: event.created, openedAt: openedAt(object.properties) });
  const hasPaid = exits.some(
    (one) => one.isPayment && untrue.some((type) => type === one.type) && one.created > since(one.type),
  );
  return hasPaid ? { reason: 'not_true', outcome: HAS_PAID } : undefined;
}
