/** A workflow and one event of the log, taken together by a person: what a dry run and a start by hand are decided by. */
import type { Settings } from '../../shared/settings';
import { NOT_BEGUN_WORDS } from '../../shared/words/trials';
import { explainRun } from '../../shared/words/explanations';
import { billingContactsOf, NAMES_SOME } from '../audience/billing-contacts';
import { keyFor, selectByKeys } from '../db/keys';
import { readPayloads } from '../db/payloads';
import type { Db, Row } from '../db/schema';
import { tenantColumns, tenantKey, type Tenant } from '../db/tenant';
import { writeDateTime } from '../emails/dates';
import { AppError } from '../errors';
import { readSettings } from '../settings/settings';
import { readEventObject } from '../stripe-objects/read-object';
import type { ReadObject } from '../stripe-objects/types';
import { definitionOf } from './definitions';
import { findLiveWorkflows, type LiveWorkflow } from './live-workflows';
import { subjectOf } from './only-while';
import { findPastExits } from './past-exits';
import { planRuns, type WorkflowTrigger } from './plan-runs';
import { findStories } from './stories';
import { checkActivatable } from './validate';
import { findWorkflow } from './read-workflows';

export interface Trial {
  workflow: LiveWorkflow;
  /** The others that are active. */
  others: readonly LiveWorkflow[];
  event: Row<'event'>;
  object: ReadObject;
  contact: Row<'contact'>;
  /** Its billing contacts' addresses. */
  billingContacts: readonly string[];
  state: Row<'object_state'> | undefined;
  /** Its invoice is one of those that get no reminders. */
  isHeldOut: boolean;
  settings: Settings;
}

/** What the workflow would begin. */
export type Beginning =
  | { kind: 'begins'; run: Row<'run'> }
  /** How often it may start forbids it, and nothing else does: the sentence says why. */
  | { kind: 'repeats'; run: Row<'run'>; words: string }
  | { kind: 'refused'; words: string };

/** An event that isn't in the log, or not yet. */
export interface MadeEvent {
  row: Row<'event'>;
  /** JSON text. */
  payload: string;
}

export interface TrialRequest {
  workflowId: string;
  /** Its id, where it is in the log. */
  event: string | MadeEvent;
  /** By the draft beside what is published, where there is one. */
  isDraft?: boolean;
}

/**
 * Throws not_found for a workflow or an event of its type that isn't there, and invalid_request where the event belongs to
 * no contact or isn't kept whole, or a draft can't be played yet. Within a transaction that writes, the contact stays until its end.
 */
export async function loadTrial(
  db: Db,
  tenant: Tenant,
  { workflowId, event: asked, isDraft = false, isWriting }: TrialRequest & { isWriting: boolean },
): Promise<Trial> {
  const found = await findWorkflow(db, tenant, workflowId);
  if (!found) throw new AppError('not_found', 'There is no such workflow.', 'id');
  const workflow = isDraft ? draftOf(found) : found;
  const key = (value: string) => [keyFor(tenantColumns(tenant), value)];
  const [event] = typeof asked === 'string' ? await selectByKeys(db, 'event', 'id', key(asked)) : [asked.row];
  if (!event || event.type !== definitionOf(workflow).trigger.event)
    throw new AppError('not_found', 'event: there is no such event of the workflow’s type', 'event');
  const lock = isWriting ? { lock: 'share' as const } : {};
  const [contact] = event.contact_id ? await selectByKeys(db, 'contact', 'id', key(event.contact_id), lock) : [];
  if (!contact) throw new AppError('invalid_request', NOT_BEGUN_WORDS.noContact, 'event');
  const payload = typeof asked === 'string' ? (await readPayloads(db, key(event.seq))).get(event.seq) : asked.payload;
  const object = payload && readEventObject(event.type, JSON.parse(payload) as Record<string, unknown>);
  if (!object) throw new AppError('invalid_request', NOT_BEGUN_WORDS.noPayload, 'event');
  const subject = subjectOf(event.type, object);
  const [state] = subject ? await selectByKeys(db, 'object_state', 'id', key(subject.id)) : [];
  const failed = object.invoiceId ? await selectByKeys(db, 'failed_invoice', 'invoice_id', key(object.invoiceId)) : [];
  const links = await selectByKeys(db, 'customer_link', 'contact_id', key(contact.id), NAMES_SOME);
  const live = (await findLiveWorkflows(db, [tenant])).get(tenantKey(tenant)) ?? [];
  const settings = await readSettings(db, tenant);
  return {
    workflow,
    others: live.filter(({ id, status }) => id !== workflow.id && status === 'active'),
    event,
    object,
    contact,
    billingContacts: billingContactsOf(contact, links, settings.billing_email_key).map(({ email }) => email),
    state,
    isHeldOut: failed.some(({ is_holdout }) => is_holdout === 1),
    settings,
  };
}

/** As if it was published. A revision's definition is remembered: the draft has a number of its own. */
function draftOf(row: Row<'workflow'>): Row<'workflow'> {
  if (row.draft === null) return row;
  const draft = { ...row, definition: row.draft, revision: -row.revision };
  checkActivatable(definitionOf(draft));
  return { ...draft, trigger_type: definitionOf(draft).trigger.event };
}

/** By the rules that events are decided by, but for the event's age, which a person has seen. `now` in epoch milliseconds. */
export async function planTrial(db: Db, trial: Trial, now: number): Promise<Beginning> {
  const { event, object, contact, state, isHeldOut, settings } = trial;
  const { id, type, created } = event;
  const trigger: WorkflowTrigger = { event: { id, type, created }, object, contact, starts: true, isHeldOut, state };
  // A draft or a paused one as if it was active.
  const workflow: LiveWorkflow = { ...trial.workflow, status: 'active' };
  const starting = { workflows: [workflow, ...trial.others], triggers: [trigger] };
  const past = { exits: await findPastExits(db, [starting]), stories: await findStories(db, [starting]) };
  const waves = planRuns(starting, past, { now, writeDate: writeDateTime(settings) });
  const planned = waves.flatMap(({ starts }) => starts).find((run) => run.workflow_id === workflow.id);
  if (!planned) {
    const isTold = waves.some(({ told }) => told.some((run) => run.event_id === id));
    return { kind: 'refused', words: isTold ? NOT_BEGUN_WORDS.told : NOT_BEGUN_WORDS.unfit };
  }
  const run: Row<'run'> = { ...RUN_DEFAULTS, ...planned } as Row<'run'>;
  if (run.status !== 'running')
    return { kind: 'refused', words: explainRun(run.reason, run.outcome) ?? NOT_BEGUN_WORDS.unfit };
  const words = await findRepetition(db, run);
  return words === null ? { kind: 'begins', run } : { kind: 'repeats', run, words };
}

/** What the database fills in. */
const RUN_DEFAULTS = { is_waiting: 0, parked_due_at: null, claims: 0, attempts: 0, last_error: null } as const;

async function findRepetition(db: Db, run: Row<'run'>): Promise<string | null> {
  const ofWorkflow = db
    .selectFrom('run')
    .select('id')
    .where('account_id', '=', run.account_id)
    .where('livemode', '=', run.livemode)
    .where('workflow_id', '=', run.workflow_id)
    .limit(1);
  if (await ofWorkflow.where('run_key', '=', run.run_key).executeTakeFirst()) return NOT_BEGUN_WORDS.sameChange;
  if (run.slot === null) return null;
  const held = ofWorkflow.where('contact_id', '=', run.contact_id).where('slot', '=', run.slot);
  return (await held.executeTakeFirst()) ? NOT_BEGUN_WORDS.frequency : null;
}
