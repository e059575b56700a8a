/** Carries out what next-step.ts decides, for the claimed runs of one install: in memory first, then a few statements. */
import type { Insertable } from 'kysely';
import type { PropertyValue } from '../../shared/catalogue';
import type { Settings } from '../../shared/settings';
import { findStep } from '../../shared/workflow';
import { setUserGroup } from '../audience/contacts';
import type { Context } from '../context';
import { inList, insertNew, upsert } from '../db/bulk';
import { isoTime } from '../db/columns';
import type { Row, Schema, Trx } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { isTenantConnected } from '../db/tenant-state';
import { composeEmail, insertEmails, type ComposedEmail } from '../emails/compose';
import { readSettings } from '../settings/settings';
import { contactFacts } from './contact-facts';
import { definitionOf } from './definitions';
import { readEventFacts, type EventFacts } from './event-facts';
import { firstStep, nextStep, type Decision } from './next-step';
import { slotAfterEnd } from './run-key';
import { endRuns } from './runs';

type Run = Row<'run'>;

interface Surroundings {
  ctx: Context;
  tenant: Tenant;
  now: number;
  settings: Settings;
  workflows: Map<string, Row<'workflow'>>;
  contacts: Map<string, Row<'contact'>>;
  events: Map<string, EventFacts>;
  /** Steps that runs have behind them, by run id. */
  stepsDone: Map<string, number>;
}

interface Writes {
  runs: Run[];
  steps: Insertable<Schema['run_step']>[];
  emails: ComposedEmail[];
  groups: { contactId: string; userGroup: string | null }[];
}

/** Answers the kinds of the steps that were done. */
export async function advanceRuns(
  ctx: Context,
  trx: Trx,
  tenant: Tenant,
  claimed: readonly Run[],
  now: number,
): Promise<string[]> {
  const runs = await stillClaimed(trx, tenant, claimed);
  if (runs.length === 0) return [];
  // Started by an event that was under way while the account was disconnected.
  if (!(await isTenantConnected(trx, tenant))) {
    await endRuns(trx, tenant, runs, { status: 'stopped', reason: 'disconnected', now });
    return [];
  }
  const around = await readSurroundings(ctx, trx, tenant, runs, now);
  const writes: Writes = { runs: [], steps: [], emails: [], groups: [] };
  for (const run of runs) writes.runs.push(walk(around, run, writes));
  await insertEmails(trx, writes.emails);
  await insertNew(trx, 'run_step', writes.steps);
  for (const { contactId, userGroup } of writes.groups) await setUserGroup(trx, tenant, contactId, userGroup, now);
  await upsert(trx, 'run', ['id'], writes.runs);
  return writes.steps.map(({ kind }) => kind);
}

/** Since it was claimed a run may have ended, been parked, or been claimed by another process. */
async function stillClaimed(trx: Trx, tenant: Tenant, claimed: readonly Run[]): Promise<Run[]> {
  const leases = new Map(claimed.map((run) => [run.id, run.due_at]));
  const runs = await trx
    .selectFrom('run')
    .selectAll()
    .where(ofTenant(tenant))
    .where('status', '=', 'running')
    .where('id', 'in', inList(leases.keys()))
    .orderBy('id')
    .execute();
  return runs.filter((run) => run.due_at === leases.get(run.id));
}

async function readSurroundings(
  ctx: Context,
  trx: Trx,
  tenant: Tenant,
  runs: readonly Run[],
  now: number,
): Promise<Surroundings> {
  const byId = async <T extends 'workflow' | 'contact'>(table: T, ids: string[]): Promise<Map<string, Row<T>>> => {
    const rows = await trx
      .selectFrom(table as 'contact')
      .selectAll()
      .where(ofTenant(tenant))
      .where('id', 'in', inList(ids))
      .execute();
    return new Map(rows.map((row) => [row.id, row as unknown as Row<T>]));
  };
  const counts = await trx
    .selectFrom('run_step')
    .select((eb) => ['run_id', eb.fn.max('n').as('last')])
    .where(ofTenant(tenant))
    .where('run_id', 'in', inList(runs.map(({ id }) => id)))
    .groupBy('run_id')
    .execute();
  return {
    ctx,
    tenant,
    now,
    settings: await readSettings(trx, tenant),
    workflows: await byId(
      'workflow',
      runs.map((run) => run.workflow_id),
    ),
    contacts: await byId(
      'contact',
      runs.map((run) => run.contact_id),
    ),
    events: await readEventFacts(
      trx,
      tenant,
      runs.map((run) => run.event_id),
    ),
    stepsDone: new Map(counts.map(({ run_id, last }) => [run_id, last])),
  };
}

/** Does a run's steps until it waits or ends; answers its row as it then stands. */
function walk(around: Surroundings, run: Run, writes: Writes): Run {
  const { now } = around;
  const workflow = around.workflows.get(run.workflow_id);
  const contact = around.contacts.get(run.contact_id);
  const event = around.events.get(run.event_id);
  if (!workflow) return ended(run, 'stopped', 'workflow_deleted', now);
  if (!contact) return ended(run, 'stopped', 'contact_deleted', now);
  if (!event) return ended(run, 'failed', 'payload_dropped', now);
  if (workflow.status === 'paused') return { ...run, due_at: null, parked_due_at: now, claims: 0, attempts: 0 };

  const definition = definitionOf(workflow);
  const facts = { event: event.properties, contact: contactFacts(contact) };
  let n = around.stepsDone.get(run.id) ?? 0;
  const log = (stepId: string, kind: string, result: string, emailId: string | null = null) => {
    const step = { step_id: stepId, kind, result: result.slice(0, 500), email_id: emailId };
    writes.steps.push({ run_id: run.id, n: ++n, at: now, ...step, ...tenantColumns(around.tenant) });
  };

  const isUnderWay = n > 0 || findStep(definition, run.step_id ?? '') !== undefined;
  let stepId = isUnderWay ? run.step_id : firstStep(definition);
  let hasWaited = run.reason === 'waiting';
  for (;;) {
    const decision: Decision = nextStep(definition, { stepId, hasWaited }, facts);
    hasWaited = false;
    switch (decision.kind) {
      case 'wait': {
        const due = now + decision.ms;
        log(decision.step.id, 'wait', `Waits until ${isoTime(due)}`);
        return { ...run, step_id: decision.step.id, reason: 'waiting', due_at: due, ...RECORDED };
      }
      case 'waited':
        break;
      case 'email': {
        const email = compose(around, run, decision.step, facts, contact.email);
        writes.emails.push(email);
        const { subject, reason, id } = email.row;
        log(decision.step.id, 'email', reason ? `Held: ${reason}` : `Queued “${subject}”`, id);
        break;
      }
      case 'update_contact': {
        const userGroup = decision.step.user_group;
        facts.contact.user_group = userGroup;
        writes.groups.push({ contactId: contact.id, userGroup });
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
  slot: slotAfterEnd(run.slot),
  due_at: null,
  finished_at: now,
});

function compose(
  { ctx, tenant, settings, now }: Surroundings,
  run: Run,
  step: Extract<Decision, { kind: 'email' }>['step'],
  facts: { event: Record<string, PropertyValue>; contact: Record<string, PropertyValue> },
  to: string,
): ComposedEmail {
  const origin = {
    runId: run.id,
    stepId: step.id,
    workflowId: run.workflow_id,
    contactId: run.contact_id,
    eventId: run.event_id,
  };
  return composeEmail(ctx, { tenant, settings, content: step.email, to, ...facts, origin }, now);
}
