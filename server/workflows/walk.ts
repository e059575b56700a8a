/** A run does its steps until it waits or ends. Pure: what is known goes in, rows to write come out. */
import type { Insertable } from 'kysely';
import type { EmailStep } from '../../shared/workflow';
import { isoTime } from '../db/columns';
import type { Row, Schema } from '../db/schema';
import { tenantColumns, tenantOf } from '../db/tenant';
import { previewSubject } from '../emails/render';
import { queuedEmail, type ComposeContext } from '../emails/compose';
import { propertiesOf } from '../audience/object-states';
import { writeDateTime } from '../emails/dates';
import { withFailure } from './failure';
import { isConditional, judge } from './only-while';
import { contactFacts } from './contact-facts';
import { definitionOf } from './definitions';
import type { PropertyScope } from './match';
import { firstStep, nextStep, placeOf, type StepDecision } from './next-step';
import type { RunFacts } from './run-facts';
import { slotAfterEnd } from './run-key';

type Run = Row<'run'>;

/** What is to be written. */
export interface RunWrites {
  runs: Run[];
  steps: Insertable<Schema['run_step']>[];
  emails: Insertable<Schema['email']>[];
  groups: { contact: Row<'contact'>; userGroup: string | null }[];
}

/** An email that a run has come to. */
export interface DueEmail {
  run: Run;
  contact: Row<'contact'>;
  step: EmailStep;
  /** Their addresses. */
  billingContacts: readonly string[];
  /** What its subject is filled in with as far as it is known now. */
  said: Parameters<typeof previewSubject>[1];
}

/** What becomes of it: the rows that are to be written, the contact's own first. */
export type TakeEmail = (email: DueEmail, now: number) => Insertable<Schema['email']>[];

export const queueEmail =
  (ctx: ComposeContext): TakeEmail =>
  ({ run, contact, step, billingContacts, said }, now) => {
    const subject = previewSubject(step.email.subject, said);
    const queue = (to: string, copyTo = '') =>
      queuedEmail(ctx, { origin: { run, stepId: step.id, copyTo }, content: step.email, to, subject }, now);
    const copies = step.email.kind === 'transactional' ? billingContacts : [];
    return [queue(contact.email), ...copies.map((address) => queue(address, address))];
  };

/** `now` in epoch milliseconds. */
export function walk(takeEmail: TakeEmail, facts: RunFacts, writes: RunWrites, now: number): void {
  writes.runs.push(doSteps(takeEmail, facts, writes, now));
}

/** The run's row as it then stands. */
function doSteps(takeEmail: TakeEmail, known: RunFacts, writes: RunWrites, now: number): Run {
  const { run, workflow, contact, event, state } = known;
  // Started by an event that was under way while the account was disconnected.
  if (!known.isConnected) return ended(run, 'stopped', 'disconnected', now);
  if (!workflow) return ended(run, 'stopped', 'workflow_deleted', now);
  if (!contact) return ended(run, 'stopped', 'contact_deleted', now);
  if (!event) return ended(run, 'failed', 'payload_dropped', now);
  if (workflow.status === 'paused') return { ...run, due_at: null, parked_due_at: now, claims: 0, attempts: 0 };

  const definition = definitionOf(workflow);
  const scope: PropertyScope = withFailure(
    {
      event: event.properties,
      contact: contactFacts(contact),
      ...(state ? { subject: propertiesOf(state) } : {}),
    },
    state,
  );
  let n = known.stepsDone;
  const log = (stepId: string, kind: string, result: string, emailId: string | null = null) => {
    const step = { step_id: stepId, kind, result: result.slice(0, 500), email_id: emailId };
    writes.steps.push({
      run_id: run.id,
      workflow_id: run.workflow_id,
      n: ++n,
      at: now,
      ...step,
      ...tenantColumns(tenantOf(run)),
    });
  };

  if (state && isConditional(definition)) {
    const verdict = judge(definition.trigger.event, { state, others: [] }, writeDateTime(known.settings));
    if (verdict.kind === 'over')
      return { ...ended(run, 'exited', 'not_true', now, run.step_id), outcome: verdict.cause };
  }

  const isUnderWay = n > 0 || placeOf(definition, run.step_id ?? '') !== undefined;
  let stepId = isUnderWay ? run.step_id : firstStep(definition);
  let hasWaited = run.is_waiting === 1;
  for (;;) {
    const decision: StepDecision = nextStep(definition, { stepId, hasWaited }, scope);
    hasWaited = false;
    switch (decision.kind) {
      case 'wait': {
        const due = now + decision.ms;
        log(decision.step.id, 'wait', `Waits until ${isoTime(due)}`);
        return { ...run, step_id: decision.step.id, is_waiting: 1, due_at: due, ...RECORDED };
      }
      case 'waited':
        break;
      case 'email': {
        const { step } = decision;
        const { sender, locale, timezone } = known.settings;
        const said = { ...scope, sender: { name: sender.from_name }, locale, timezone };
        const [email, ...copies] = takeEmail({ run, contact, step, said, billingContacts: known.billingContacts }, now);
        if (!email) break;
        writes.emails.push(email, ...copies);
        log(step.id, 'email', `Queued “${email.subject}”${describeCopies(copies.length)}`, email.id);
        break;
      }
      case 'update_contact': {
        const userGroup = decision.step.user_group;
        scope.contact.user_group = userGroup;
        writes.groups.push({ contact, userGroup });
        log(decision.step.id, 'update_contact', userGroup ? `Moved to user group ${userGroup}` : 'Left the user group');
        break;
      }
      case 'filter':
        log(decision.step.id, 'filter', decision.passed ? 'Matched: goes on' : 'Did not match: ends here');
        if (!decision.passed) return ended(run, 'finished', 'filtered', now, decision.step.id);
        break;
      case 'branch':
        log(decision.step.id, 'branch', decision.path ? `Took the path ${decision.path.name}` : 'No path matched');
        break;
      case 'exit':
        log(decision.step.id, 'exit', 'Ends here');
        return ended(run, 'finished', 'exit_step', now, decision.step.id);
      case 'finish':
        // Gone only when an edit crossed this run's way in another process; saving moves all others.
        return ended(run, 'finished', stepId === null ? null : 'step_removed', now);
    }
    stepId = decision.next;
  }
}

const describeCopies = (count: number): string =>
  count === 0 ? '' : `, and to ${count === 1 ? 'a billing contact' : `${count} billing contacts`}`;

const RECORDED = { claims: 0, attempts: 0, last_error: null } as const;

const ended = (
  run: Run,
  status: Run['status'],
  reason: string | null,
  now: number,
  step_id: string | null = null,
): Run => ({
  ...run,
  ...RECORDED,
  status,
  reason,
  step_id,
  is_waiting: 0,
  slot: slotAfterEnd(run.slot),
  due_at: null,
  finished_at: now,
});
