/** Which way a workflow would go with an event, now: by the functions that runs go by. Reads; writes and sends nothing. */
import type { EmailStatus } from '../../shared/api';
import { findSuppression } from '../audience/suppressions';
import type { Context } from '../context';
import type { Row } from '../db/schema';
import { isTenantConnected } from '../db/tenant-state';
import type { Tenant } from '../db/tenant';
import { maySend, type SendFacts } from '../emails/may-send';
import { definitionOf } from './definitions';
import { queueEmail, walk, type RunWrites } from './walk';
import { loadTrial, planTrial, type Beginning, type Trial } from './trial';

export interface DryRun {
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

export interface DryMail {
  /** The contact's address, then its billing contacts'. */
  to: string[];
  subject: string;
  /** What it would become, were it judged now. */
  status: Extract<EmailStatus, 'sent' | 'captured' | 'suppressed' | 'failed'>;
  outcome: string | null;
}

/** Throws as loadTrial does. */
export async function dryRun(
  ctx: Context,
  tenant: Tenant,
  { workflowId, eventId }: { workflowId: string; eventId: string },
): Promise<DryRun> {
  const { db } = ctx;
  const now = ctx.clock.now();
  const trial = await loadTrial(db, tenant, { workflowId, eventId, isWriting: false });
  const beginning = await planTrial(db, trial, now);
  const { contact, event } = trial;
  const dry = { event: event.id, contact: { id: contact.id, email: contact.email }, beginning };
  if (beginning.kind === 'refused') return { ...dry, steps: [], end: null };
  const { run, steps, emails } = play(ctx, trial, beginning.run, now);
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
  return {
    ...dry,
    steps: steps.map(({ step_id, kind, at, result, email_id }) => {
      const own = emails.filter((email) => email.step_id === step_id);
      const [first] = own;
      const mail = email_id && first ? { ...judgeMail(first), to: own.map(({ to_address }) => to_address) } : null;
      return { step: step_id, kind, at, result, mail };
    }),
    end: { at: run.finished_at ?? now, reason: run.reason, outcome: run.outcome },
  };

  function judgeMail(email: RunWrites['emails'][number]): Omit<DryMail, 'to'> {
    const verdict = maySend({ kind: email.kind, is_test: 0 }, { ...facts, run: undefined });
    const { subject } = email;
    if (verdict.kind === 'send') return { subject, status: 'sent', outcome: null };
    return {
      subject,
      status: verdict.kind === 'capture' ? 'captured' : verdict.status === 'failed' ? 'failed' : 'suppressed',
      outcome: verdict.outcome,
    };
  }
}

/** Its waits are over as soon as they begin. */
function play(ctx: Context, trial: Trial, begun: Row<'run'>, now: number) {
  const { workflow, settings, billingContacts, object, event, state } = trial;
  const writes: RunWrites = { runs: [], steps: [], emails: [], groups: [] };
  const about = { invoiceId: object.invoiceId, subscriptionId: object.subscriptionId };
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
    walk(queueEmail(ctx), facts, writes, at);
    run = writes.runs.at(-1) ?? run;
    const moved = writes.groups.at(-1);
    if (moved) contact = { ...contact, user_group: moved.userGroup };
    if (run.status !== 'running' || run.due_at === null) break;
  }
  return { run, steps: writes.steps, emails: writes.emails };
}

const typeOf = ({ workflow }: Trial) => definitionOf(workflow).trigger.event;
