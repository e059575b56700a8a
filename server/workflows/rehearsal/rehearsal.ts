/**
 * A workflow played over what has happened, on a clock of its own: what is known goes in, what would have come of it comes
 * out. Runs stand in memory where carry-out.ts and run-queue.ts have them in a table. Pure.
 */
import { explainRun } from '../../../shared/words/explanations';
import { notSent } from '../../../shared/words/only-while';
import { STATE_NOT_TOLD } from '../../../shared/words/rehearsal';
import type { Settings } from '../../../shared/settings';
import type { EmailStep } from '../../../shared/workflow';
import type { Suppression } from '../../audience/suppressions';
import { isPaymentFailure, withFailure } from '../../audience/failed-invoices';
import type { ObjectState } from '../../audience/object-states';
import { keyText } from '../../db/keys';
import type { Row } from '../../db/schema';
import { tenantOf } from '../../db/tenant';
import { writeDateTime } from '../../emails/dates';
import { maySend } from '../../emails/may-send';
import type { ReadObject } from '../../stripe-objects/types';
import { definitionOf } from '../definitions';
import type { EventFacts } from '../event-facts';
import type { LiveWorkflow } from '../live-workflows';
import {
  asksForPayment,
  isAboutOthers,
  isConditional,
  isPayment,
  judge,
  judgedKind,
  NOT_YET_MS,
  subjectOf,
  untrueAfter,
} from '../only-while';
import { planRuns, type Ending, type WorkflowTrigger } from '../plan-runs';
import { whyOffList } from '../list-of-email';
import type { PastExit } from '../past-exits';
import { walk, type DueEmail, type RunWrites } from '../walk';
import { createAgenda } from './agenda';
import { createRunsUnderWay } from './runs-under-way';
import { createTally, type Tally } from './tally';
import { createToldStates } from './told-states';

type Run = Row<'run'>;

/** An event of the log. */
export interface Happened {
  event: WorkflowTrigger['event'];
  object: ReadObject;
  contactId: string | null;
  /** False for what only tells a state: it was skipped, or is not processed yet. */
  counts: boolean;
  starts: boolean;
}

/** What is known of a contact, now. */
export interface Person {
  contact: Row<'contact'>;
  suppression: Suppression | undefined;
  /** The mailing lists it is on or has left, where the workflow names any. */
  memberships: readonly Row<'list_membership'>[];
  /** The newest known states of the subscriptions of its customers. */
  subscriptions: readonly ObjectState[];
}

export interface Stage {
  workflow: LiveWorkflow;
  /** Others that are active. */
  others: readonly LiveWorkflow[];
  settings: Settings;
  /** Those that the workflow names, by id. */
  lists: ReadonlyMap<string, Row<'mailing_list'>>;
  /** When subscriptions came into being, as far as the log tells it: epoch seconds, by id. */
  begun: ReadonlyMap<string, number>;
}

/** Known of the contacts and objects that the next events and runs are about, by id. */
export interface Known {
  people: ReadonlyMap<string, Person>;
  /** Newest known states: they count from the moment when they were known. */
  states: ReadonlyMap<string, ObjectState>;
}

interface Going {
  run: Run;
  /** What it holds while it goes on; its row no longer says so once it has ended. */
  slot: string | null;
  event: EventFacts;
  /** The newest known state of its subject. */
  newest: ObjectState | undefined;
  stepsDone: number;
}

interface Mail {
  going: Going;
  person: Person;
  step: EmailStep;
  said: DueEmail['said'];
  isPending: boolean;
}

export function createRehearsal({ workflow, others, settings, lists, begun }: Stage) {
  const definition = definitionOf(workflow);
  const trigger = definition.trigger.event;
  const kind = judgedKind(trigger);
  const writeDate = writeDateTime(settings);
  const states = createToldStates(tenantOf(workflow), definition);
  const underWay = createRunsUnderWay<Going>();
  const tally = createTally();
  /** Invoices that get no reminders. */
  const heldOut = new Set<string>();
  const pending = new Map<string, Mail[]>();
  const groups = new Map<string, string | null>();
  /** Of what makes an expired checkout untrue, by contact. */
  const payments = new Map<string, PastExit[]>();
  const isAboutPayments = untrueAfter(definition).length > 0;
  const past = { exits: payments, stories: new Set<string>() };
  const agenda = createAgenda<Going | Mail>();
  let known: Known = { people: new Map(), states: new Map() };

  return {
    /** To be called before what needs it. */
    learn: (facts: Known): void => void (known = facts),

    /** The contacts of what is due by then (epoch milliseconds). */
    *dueContacts(until: number): Generator<string> {
      for (const item of agenda.due(until)) if ('run' in item) yield item.run.contact_id;
    },

    isUnderWay: (contactId: string): boolean => underWay.isOf(contactId),

    /** Events of the same second, in the order of arrival. */
    happen(events: readonly Happened[]): void {
      for (const { event, object } of events) states.record(event, object.state);
      if (settings.holdout_percent > 0 && asksForPayment(trigger)) events.forEach(drawHoldout);
      if (isAboutPayments) events.forEach(recordPayment);
      const now = (events[0]?.event.created ?? 0) * 1000;
      if (events.some(isOfConcern)) plan(events, now);
      for (const { object } of events) rejudge(object.state?.id, now);
    },

    /** Does the next thing that is due by then (epoch milliseconds); false when nothing is. */
    goOn(until: number): boolean {
      const next = agenda.take(until);
      if (!next) return false;
      const { at, item } = next;
      if ('run' in item) {
        if (item.run.status === 'running') goWalking(item, at);
      } else if (item.isPending) judgeMail(item, at, true);
      return true;
    },

    /** An event that could not be read. */
    miss: (reason: string): void => tally.countStopped(reason),

    tally: (): Tally => tally.read(),
  };

  /** Most events only tell a state. */
  function isOfConcern({ event, object, contactId }: Happened): boolean {
    return event.type === trigger || underWay.isOf(contactId) || underWay.isAbout(object.state?.id);
  }

  function plan(events: readonly Happened[], now: number): void {
    const triggers = events.flatMap((one) => (one.counts ? triggerOf(one) : []));
    const waves = planRuns({ workflows: [workflow, ...others], triggers }, past, { now, writeDate });
    for (const { endings, starts } of waves) {
      for (const ending of endings) if (ending.workflow === workflow) carryOut(ending, now);
      for (const run of starts) {
        const object = triggers.find(({ event }) => event.id === run.event_id)?.object;
        if (run.workflow_id === workflow.id && object) start(run as Run, object, now);
      }
    }
  }

  function recordPayment({ event: { type, created }, object, contactId, counts }: Happened): void {
    if (!counts || contactId === null || !isPayment(type, object.properties)) return;
    const { invoiceId, subscriptionId } = object;
    const key = keyText(workflow, contactId);
    const own = payments.get(key) ?? [];
    payments.set(key, [...own, { type, created, isPayment: true, invoiceId, subscriptionId }]);
  }

  function drawHoldout({ event: { type, created }, object: { state } }: Happened): void {
    if (state?.kind !== 'invoice' || !isPaymentFailure(type)) return;
    const failure = { invoice: state, at: created * 1000, holdoutPercent: settings.holdout_percent };
    if (withFailure(tenantOf(workflow), undefined, failure)?.is_holdout === 1) heldOut.add(state.id);
  }

  function personOf(id: string): Person | undefined {
    const person = known.people.get(id);
    if (!person || !groups.has(id)) return person;
    return { ...person, contact: { ...person.contact, user_group: groups.get(id) ?? null } };
  }

  function triggerOf({ event, object, contactId, starts }: Happened): WorkflowTrigger {
    const id = subjectOf(event.type, object)?.id;
    const kept = states.at(id, known.states.get(id ?? ''), event.created * 1000);
    const state = kept ?? (object.state ? states.rowOf(event, object.state) : undefined);
    const contact = (contactId === null ? undefined : personOf(contactId)?.contact) ?? null;
    const isHeldOut = heldOut.has(object.invoiceId ?? '');
    return { event, object, contact, starts, isHeldOut, ...(state ? { state } : {}) };
  }

  function carryOut(ending: Ending, now: number): void {
    for (const going of underWay.find(ending.contactId, ending.subjectId))
      if (going.run.status === 'running' && ending.isMeant(going.run)) {
        stopRun(going, ending.reason, ending.outcome, now);
      }
  }

  function start(run: Run, object: ReadObject, now: number): void {
    if (!underWay.admit(run)) return;
    if (run.status !== 'running') return sayStopped(run, now);
    tally.countStart();
    const { invoiceId, subscriptionId } = object;
    const about = { invoiceId, subscriptionId };
    const event = { type: trigger, contactId: run.contact_id, about, properties: states.slim(object.properties) };
    const going: Going = { run, slot: run.slot, event, newest: known.states.get(run.subject_id ?? ''), stepsDone: 0 };
    underWay.enter(going);
    agenda.add(going, now, 0);
  }

  function goWalking(going: Going, now: number): void {
    const { run, event, newest, stepsDone } = going;
    const person = personOf(run.contact_id);
    const state = states.at(run.subject_id, newest, now);
    const writes: RunWrites = { runs: [], steps: [], emails: [], groups: [] };
    const due: DueEmail[] = [];
    const known = { run, isConnected: true, settings, workflow, contact: person?.contact, event, state, stepsDone };
    // What is shown are people: copies to billing contacts say the same.
    const facts = { ...known, billingContacts: [] };
    walk((email) => (due.push(email), []), facts, writes, now);
    for (const { contact, userGroup } of writes.groups) groups.set(contact.id, userGroup);
    const [after] = writes.runs;
    if (!after) return;
    const isOver = after.status !== 'running';
    going.run = after;
    going.stepsDone += writes.steps.length + due.length;
    if (isOver) {
      underWay.leave(going);
      if (after.reason !== null && after.reason !== 'exit_step') sayStopped(after, now);
    } else agenda.add(going, now, (after.due_at ?? now) - now);
    for (const { step, said } of due)
      if (person) judgeMail({ going, person, step, said, isPending: false }, now, false);
  }

  /** Of an email that is due, or has waited for as long as it may. */
  function judgeMail(mail: Mail, now: number, hasWaited: boolean): void {
    const { going, person } = mail;
    const wasPending = mail.isPending;
    mail.isPending = false;
    const { contact, suppression } = person;
    const verdict = maySend(
      { kind: mail.step.email.kind, is_test: 0 },
      // An account that is connected, in live mode, with a mail server: what of these fails now says nothing of the workflow.
      {
        isDropped: false,
        isConnected: true,
        livemode: true,
        hasTransport: true,
        testRecipients: [],
        contact,
        suppression,
        to: contact.email,
        run: going.run,
      },
    );
    if (verdict.kind === 'keep') return keepBack(mail, verdict, now);
    const offList = whyOffList(mail.step, lists.get(mail.step.list ?? ''), person.memberships);
    if (offList) return keepBack(mail, { reason: 'not_on_list', outcome: offList }, now);
    const judgement = isConditional(definition) && going.run.subject_id ? judgeSubject(mail, now) : 'true';
    if (judgement === 'not_known') return keepBack(mail, { reason: 'not_known', outcome: STATE_NOT_TOLD }, now);
    if (judgement === 'true' || judgement.kind === 'true') {
      return tally.show({ mail, step: mail.step.id, verdict: 'would_send', outcome: null }, going.run, now);
    }
    if (judgement.kind === 'over' || hasWaited) {
      keepBack(mail, { reason: 'not_true', outcome: notSent(judgement.cause) }, now);
      if (going.run.status === 'running') endRun(going, 'not_true', judgement.cause, now);
      return;
    }
    mail.isPending = true;
    const { subject_id } = going.run;
    pending.set(subject_id ?? '', [...(pending.get(subject_id ?? '') ?? []), mail]);
    if (!wasPending) agenda.add(mail, now, NOT_YET_MS);
  }

  function judgeSubject({ going: { run, newest, event }, person }: Mail, now: number) {
    const state = states.at(run.subject_id, newest, now);
    if (!state) return 'not_known';
    const rest =
      isAboutOthers(trigger) && kind === 'subscription'
        ? person.subscriptions.filter(({ id }) => id !== run.subject_id)
        : [];
    const others = rest.flatMap((one) => states.at(one.id, one, now) ?? []);
    const judgement = judge(trigger, { state, others, event: event.properties }, writeDate);
    const isUntold = ({ id }: ObjectState) => !states.has(id) && !((begun.get(id) ?? 0) * 1000 > now);
    const mayBeOver = rest.some((one) => states.at(one.id, one, now) === undefined && isUntold(one));
    // A card is only known to Stripe.
    const isUnknown = mayBeOver || trigger === 'schedule.card_expiry';
    return judgement.kind === 'true' && isUnknown ? 'not_known' : judgement;
  }

  /** Emails that wait for their subject to become what they say of it. */
  function rejudge(subjectId: string | undefined, now: number): void {
    const waiting = subjectId === undefined ? undefined : pending.get(subjectId);
    if (!waiting) return;
    pending.delete(subjectId ?? '');
    for (const mail of waiting) if (mail.isPending) judgeMail(mail, now, false);
  }

  function keepBack(mail: Mail, { reason, outcome }: { reason: string; outcome: string }, now: number): void {
    tally.countStopped(reason);
    const verdict = reason === 'not_known' ? 'not_known' : 'stopped';
    tally.show({ mail, step: mail.step.id, verdict, outcome }, mail.going.run, now);
  }

  function stopRun(going: Going, reason: string, outcome: string | null, now: number): void {
    endRun(going, reason, outcome, now);
    sayStopped(going.run, now);
  }

  function sayStopped(run: Run, now: number): void {
    const { reason, outcome, step_id } = run;
    tally.countStopped(reason ?? 'ended');
    tally.show({ mail: null, step: step_id, verdict: 'stopped', outcome: explainRun(reason, outcome) }, run, now);
  }

  function endRun(going: Going, reason: string, outcome: string | null, now: number): void {
    going.run = { ...going.run, status: 'exited', reason, outcome, finished_at: now, due_at: null };
    underWay.leave(going);
  }
}
