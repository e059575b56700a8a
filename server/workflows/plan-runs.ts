/** What events do to workflows: which runs end, and which start. Pure: known facts in, rows out. */
import type { Insertable } from 'kysely';
import type { Condition } from '../../shared/workflow';
import { CUSTOMER_DELETED, HAS_PAID, SUBSCRIPTION_ENDED } from '../../shared/words/only-while';
import type { ObjectState } from '../audience/object-states';
import { keyText } from '../db/keys';
import { newId } from '../db/new-id';
import type { Row, Schema } from '../db/schema';
import { tenantColumns, tenantOf } from '../db/tenant';
import type { ReadObject } from '../stripe-objects/types';
import { contactFacts } from './contact-facts';
import { definitionOf } from './definitions';
import type { LiveWorkflow } from './live-workflows';
import { matches } from './match';
import { firstStep } from './next-step';
import { asksForPayment, isConditional, isPayment, judge, subjectOf, untrueAfter, type WriteDate } from './only-while';
import { endBefore, typesThatEnd, type PastExit, type PastExits, type Starting } from './past-exits';
import { isSameSubject, runKey, slotAfterEnd, slotFor } from './run-key';
import { storyOf, type Stories } from './stories';

/** An event, decided. */
export interface WorkflowTrigger {
  event: { id: string; type: string; /** Epoch seconds. */ created: number };
  object: ReadObject;
  /** Null for nobody's; of an event that is off, the contact its customer is linked to. */
  contact: Row<'contact'> | null;
  /** False for events that are off, too late, or whose type doesn't trigger workflows: they only end runs. */
  starts: boolean;
  /** Replays: only workflows activated before this time (epoch ms) start; null or left out: all. */
  workflowsActiveBefore?: number | null;
  /** The newest known state of what it is about, this event included; undefined where none is kept. */
  state?: ObjectState;
  /** Its invoice is one of those that get no reminders. */
  isHeldOut?: boolean;
}

type NewRun = Insertable<Schema['run']>;

/** Ends the workflow's runs that `isMeant` picks of those of the contact and of the subject. */
export interface Ending {
  workflow: LiveWorkflow;
  contactId: string | null;
  subjectId: string | null;
  isMeant(run: Row<'run'>): boolean;
  /** A code, and the cause in words where the code doesn't say it. */
  reason: string;
  outcome: string | null;
  event: WorkflowTrigger['event'];
  /** It ends only runs whose own event happened no later: what is so is so, but an exit is about what came before it. */
  endsOnlyEarlier: boolean;
}

/** Endings are carried out before starts. */
export interface Wave {
  endings: Ending[];
  starts: NewRun[];
  /** What would have started, had not another workflow begun the same story. */
  told: Pick<NewRun, 'account_id' | 'livemode' | 'event_id'>[];
}

const emptyWave = (): Wave => ({ endings: [], starts: [], told: [] });

/** What is known of the log and of earlier runs. */
export interface Past {
  exits: PastExits;
  stories: Stories;
}

/** Of one install's events, in their order: an ending that follows a start of the same contact goes into a later wave. */
export function planRuns(
  { workflows, triggers }: Starting,
  { exits, stories }: Past,
  { now, writeDate }: { now: number; writeDate: WriteDate },
): Wave[] {
  const begun = new Set<string>();
  let wave = emptyWave();
  const waves = [wave];
  for (const [n, trigger] of triggers.entries()) {
    const endings = workflows.flatMap((workflow) => endingsOf(workflow, trigger, writeDate));
    if (endings.length > 0 && wave.starts.some((run) => run.contact_id === trigger.contact?.id))
      waves.push((wave = emptyWave()));
    wave.endings.push(...endings);
    if (!trigger.starts) continue;
    const batch = { workflows, passed: () => passedBefore(n), now, writeDate };
    for (const workflow of workflows)
      for (const run of startsOf(workflow, trigger, batch)) {
        const story = storyOf(workflow, run);
        const isTold = story !== undefined && (stories.has(story.other) || begun.has(story.other));
        if (story && !isTold) begun.add(story.own);
        if (isTold) wave.told.push(run);
        else wave.starts.push(run);
      }
  }
  return waves;

  /** The contact's exits known of the log, and those of the batch itself. */
  function passedBefore(n: number): PastExit[] {
    const contact = triggers[n]!.contact!;
    const earlier = triggers.slice(0, n).filter((one) => one.contact?.id === contact.id);
    const ofBatch = earlier.map(({ event: { type, created }, object: { invoiceId, subscriptionId, properties } }) => ({
      type,
      created,
      isPayment: isPayment(type, properties),
      invoiceId,
      subscriptionId,
    }));
    return [...(exits.get(keyText(contact, contact.id)) ?? []), ...ofBatch];
  }
}

function endingsOf(workflow: LiveWorkflow, trigger: WorkflowTrigger, writeDate: WriteDate): Ending[] {
  const { event, object, contact, state } = trigger;
  const definition = definitionOf(workflow);
  const ending = (
    reason: string,
    outcome: string | null,
    isMeant: Ending['isMeant'],
    endsOnlyEarlier = reason === event.type,
  ): Ending => ({
    workflow,
    contactId: contact?.id ?? null,
    subjectId: state?.id ?? null,
    isMeant,
    reason,
    outcome,
    event,
    endsOnlyEarlier,
  });
  const exits = contact
    ? definition.exit_events
        .filter((exit) => exit.event === event.type)
        .map(({ match }) =>
          ending(
            event.type,
            null,
            (run) => run.contact_id === contact.id && (match === 'contact' || isAbout(run, object)),
          ),
        )
    : [];
  if (!isConditional(definition)) return exits;
  const on = definition.trigger.event;
  const untrue = (cause: string, isMeant: Ending['isMeant']) => ending('not_true', cause, isMeant);
  const verdict = state && judge(on, { state, others: [] }, writeDate);
  if (verdict?.kind === 'over') exits.push(untrue(verdict.cause, (run) => run.subject_id === state?.id));
  if (
    contact &&
    isPayment(event.type, object.properties) &&
    untrueAfter(definition).some((type) => type === event.type)
  )
    exits.push(ending('not_true', HAS_PAID, (run) => run.contact_id === contact.id, true));
  // Nobody is asked to pay for what has ended.
  if (asksForPayment(on) && event.type === 'customer.deleted')
    exits.push(untrue(CUSTOMER_DELETED, (run) => run.customer_id === object.customerId));
  if (asksForPayment(on) && state?.kind === 'subscription' && hasEnded(state))
    exits.push(untrue(SUBSCRIPTION_ENDED, (run) => run.subscription_id === state.id));
  return exits;
}

const hasEnded = ({ status }: ObjectState) => status === 'canceled' || status === 'incomplete_expired';

function isAbout(run: Row<'run'>, object: ReadObject): boolean {
  return isSameSubject({ invoiceId: run.invoice_id, subscriptionId: run.subscription_id }, object);
}

interface StartingBatch {
  workflows: readonly LiveWorkflow[];
  passed(): PastExit[];
  now: number;
  writeDate: WriteDate;
}

function startsOf(workflow: LiveWorkflow, trigger: WorkflowTrigger, batch: StartingBatch): NewRun[] {
  const { workflows, now, writeDate } = batch;
  const { event, object, contact, workflowsActiveBefore, state } = trigger;
  const definition = definitionOf(workflow);
  const { event: type, conditions, frequency, start_after_attempt = 1 } = definition.trigger;
  if (!contact || workflow.status !== 'active' || type !== event.type) return [];
  if (object.workflowId !== null && object.workflowId !== workflow.id) return [];
  if (workflowsActiveBefore && (workflow.activated_at ?? 0) > workflowsActiveBefore) return [];
  if (type === 'invoice.payment_failed' && (object.attempt ?? 1) < start_after_attempt) return [];
  if (!fits(conditions, object, contact)) return [];
  if (type.startsWith('checkout.session.') && object.invoiceId && saysTheSameOfInvoice(workflow, workflows)) return [];
  const subject = subjectOf(event.type, object);
  const slot = slotFor(frequency, object);
  const verdict = isConditional(definition) && state ? judge(type, { state, others: [] }, writeDate) : undefined;
  const end = endAtStart();
  return [
    {
      id: newId('run', now),
      workflow_id: workflow.id,
      contact_id: contact.id,
      event_id: event.id,
      run_key: runKey(event, object),
      slot: end ? slotAfterEnd(slot) : slot,
      invoice_id: object.invoiceId,
      subscription_id: object.subscriptionId,
      subject_kind: subject?.kind ?? null,
      subject_id: subject?.id ?? null,
      customer_id: object.customerId,
      status: end ? 'exited' : 'running',
      reason: end ? end.reason : null,
      outcome: end ? end.outcome : null,
      step_id: end ? null : firstStep(definition),
      due_at: end ? null : now,
      started_at: now,
      finished_at: end ? now : null,
      ...tenantColumns(tenantOf(contact)),
    },
  ];

  function endAtStart(): { reason: string; outcome: string | null } | undefined {
    if (verdict?.kind === 'over') return { reason: 'not_true', outcome: verdict.cause };
    if (trigger.isHeldOut && asksForPayment(type)) return { reason: 'holdout', outcome: null };
    return typesThatEnd(workflow).length > 0 ? endBefore(workflow, trigger, batch.passed()) : undefined;
  }
}

function fits(conditions: readonly Condition[], { properties }: ReadObject, contact: Row<'contact'>): boolean {
  if (conditions.length === 0) return true;
  return matches(conditions, { event: properties, subject: properties, contact: contactFacts(contact) });
}

/** A checkout's invoice is paid as well, and an active workflow says so in the same words: one receipt is enough. */
function saysTheSameOfInvoice(workflow: LiveWorkflow, workflows: readonly LiveWorkflow[]): boolean {
  // The same amount has other merge tags in a checkout and in an invoice.
  const subjectsOf = (one: LiveWorkflow) =>
    definitionOf(one).steps.flatMap((step) =>
      step.kind === 'email' ? step.email.subject.replace(/{{.*?}}/g, '…').trim() : [],
    );
  const own = new Set(subjectsOf(workflow));
  return workflows.some(
    (other) =>
      other.status === 'active' &&
      definitionOf(other).trigger.event === 'invoice.paid' &&
      subjectsOf(other).some((subject) => own.has(subject)),
  );
}
