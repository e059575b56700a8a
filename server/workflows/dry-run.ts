/** Which way a workflow would go with an event, now: by the functions that runs go by. Reads; writes and sends nothing. */
import type { EmailStatus } from '../../shared/api';
import type { Definition } from '../../shared/workflow';
import { findSuppression } from '../audience/suppressions';
import type { Context } from '../context';
import type { Row } from '../db/schema';
import { isTenantConnected } from '../db/tenant-state';
import type { Tenant } from '../db/tenant';
import { composeEmail } from '../emails/compose';
import { maySend, type SendFacts } from '../emails/may-send';
import { findLogo } from '../settings/logos';
import { definitionOf } from './definitions';
import { queueEmail, walk, type DueEmail, type RunWrites, type TakeEmail } from './walk';
import { loadTrial, planTrial, type Beginning, type Trial, type TrialRequest } from './trial';

export interface DryRun {
  /** What was played: the draft, where it was asked for and there is one. */
  definition: Definition;
  event: string;
  contact: { id: string; email: string };
  beginning: Beginning;
  /** In the order of their times; empty where it is refused. */
  steps: DryStep[];
  /** How it ends: as `run.reason` and `run.outcome`. */
  end: { at: number; reason: string | null; outcome: string | null } | null;
}

export interface DryStep {
  /** Its id in the definition. */
  step: string;
  kind: string;
  /** Epoch milliseconds. */
  at: number;
  /** One sentence. */
  result: string;
  mail: DryMail | null;
}

interface DryMail {
  /** The contact's address, then its billing contacts'. */
  to: string[];
  subject: string;
  /** What it would become, were it judged now. */
  status: Extract<EmailStatus, 'sent' | 'captured' | 'held' | 'suppressed' | 'failed'>;
  outcome: string | null;
  /** Null while it is held. */
  html: string | null;
}

/** Throws as loadTrial does. */
export async function dryRun(ctx: Context, tenant: Tenant, request: TrialRequest): Promise<DryRun> {
  const { db } = ctx;
  const now = ctx.clock.now();
  const trial = await loadTrial(db, tenant, { ...request, isWriting: false });
  const beginning = await planTrial(db, trial, now);
  const { contact, event } = trial;
  const definition = definitionOf(trial.workflow);
  const dry = { definition, event: event.id, contact: { id: contact.id, email: contact.email }, beginning };
  if (beginning.kind === 'refused') return { ...dry, steps: [], end: null };
  const { run, steps, emails, said } = play(ctx, trial, beginning.run, now);
  const facts: Omit<SendFacts, 'run'> = {
    isConnected: await isTenantConnected(db, tenant),
    livemode: tenant.livemode,
    hasTransport: ctx.transport !== null,
    testRecipients: trial.settings.test_recipients,
    contact,
    to: contact.email,
    isDropped: false,
    suppression: await findSuppression(db, tenant, contact.email),
  };
  const logo = await findLogo(db, tenant);
  const shown: DryStep[] = [];
  for (const { step_id, kind, at, result } of steps)
    shown.push({ step: step_id, kind, at, result, mail: await makeMail(step_id, at) });
  const end = { at: run.finished_at ?? now, reason: run.reason, outcome: run.outcome };
  return { ...dry, steps: shown, end };

  async function makeMail(step: string, at: number): Promise<DryMail | null> {
    const due = said.get(step);
    if (!due) return null;
    const to = emails.filter((email) => email.step_id === step).map(({ to_address }) => to_address);
    const content = due.step.email;
    const trigger = typeOf(trial);
    const { settings } = trial;
    const { event, contact, subject } = due.said;
    const request = {
      tenant,
      settings,
      logo,
      trigger,
      content,
      to: dry.contact.email,
      event,
      contact,
      subject,
      origin: null,
    };
    const { row, body } = await composeEmail(ctx, request, at);
    const made = { to, subject: row.subject, html: body?.html ?? null };
    const verdict = maySend({ kind: content.kind, is_test: 0 }, { ...facts, run: undefined });
    if (verdict.kind === 'keep') return { ...made, status: verdict.status, outcome: verdict.outcome };
    if (!body) return { ...made, status: 'held', outcome: row.outcome ?? null };
    return verdict.kind === 'send'
      ? { ...made, status: 'sent', outcome: null }
      : { ...made, status: 'captured', outcome: verdict.outcome };
  }
}

/** Its waits are over as soon as they begin. */
function play(ctx: Context, trial: Trial, begun: Row<'run'>, now: number) {
  const { workflow, settings, billingContacts, object, event, state } = trial;
  const writes: RunWrites = { runs: [], steps: [], emails: [], groups: [] };
  const about = { invoiceId: object.invoiceId, subscriptionId: object.subscriptionId };
  const said = new Map<string, DueEmail>();
  const queue = queueEmail(ctx);
  const take: TakeEmail = (due, at) => {
    // Steps that follow in the same go may move the contact to another group.
    said.set(due.step.id, { ...due, said: { ...due.said, contact: { ...due.said.contact } } });
    return queue(due, at);
  };
  let { contact } = trial;
  let run = begun;
  for (let at = now; ; at = run.due_at ?? at) {
    const facts = {
      run,
      isConnected: true,
      settings,
      workflow: { ...workflow, status: 'active' as const },
      contact,
      billingContacts,
      event: { type: typeOf(trial), contactId: event.contact_id, about, properties: object.properties },
      state,
      stepsDone: writes.steps.length,
    };
    walk(take, facts, writes, at);
    run = writes.runs.at(-1) ?? run;
    const moved = writes.groups.at(-1);
    if (moved) contact = { ...contact, user_group: moved.userGroup };
    if (run.status !== 'running' || run.due_at === null) break;
  }
  return { run, steps: writes.steps, emails: writes.emails, said };
}

const typeOf = ({ workflow }: Trial) => definitionOf(workflow).trigger.event;
