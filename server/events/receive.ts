/**
 * Stores deliveries and, where nothing but this database is needed, what follows from them: one write of each event, with
 * its outcome, in the transaction that stores it. All else becomes a row for the queue.
 */
import { isTriggerType } from '../../shared/catalogue';
import { choiceFor } from '../../shared/settings';
import { allDone } from '../all-done';
import { parseEmail } from '../audience/address';
import type { Audience } from '../audience/audience';
import { readBacklog } from '../db/claim';
import { findPresentKeys, keyFor, keyText, selectByKeys } from '../db/keys';
import type { Trx } from '../db/schema';
import { tenantColumns } from '../db/tenant';
import { planOnce } from '../db/transact';
import { definitionOf } from '../workflows/definitions';
import { isConditional } from '../workflows/only-while';
import { typesThatEnd } from '../workflows/past-exits';
import { decide } from './decide';
import type { Delivery } from './delivery';
import { loadFacts, type InstallFacts } from './facts';
import type { EventJob } from './job';
import type { Outcome } from './process';
import { insertEvents, rowOf } from './record';
import { writeConsequences } from './write';

/** With more than this due, the queue decides: it drains a backlog fairly, and receipt stays quick. */
const BEHIND = 200;

export interface Receipt {
  /** How many were not yet in the log. */
  stored: number;
  /** Of those that had an outcome at once. */
  outcomes: Outcome[];
}

/** Throws where something was decided that only the queue may do; nothing is to be kept of it. `now` in epoch milliseconds. */
export async function receiveDeliveries(trx: Trx, deliveries: readonly Delivery[], now: number): Promise<Receipt> {
  await planOnce(trx);
  const distinct = [...new Map(deliveries.map((one) => [keyText(tenantColumns(one.tenant), one.id), one])).values()];
  const events = distinct.map((delivery) => ({ delivery, row: rowOf(delivery, now) }));
  const jobs = events.map(({ delivery: { object }, row }) => ({ row, object, asked: undefined }));
  const pending = jobs.filter(({ row }) => row.status === 'pending');
  const ids = jobs.map(({ row }) => keyFor(row, row.id));
  const [known, backlog, batches, endsRuns] = await allDone([
    findPresentKeys(trx, 'event', 'id', ids),
    readBacklog(trx, 'event', { now, limit: BEHIND }),
    // A contact that another process works on is the queue's.
    loadFacts(trx, pending, now, 'nowait'),
    findEndingRuns(trx, pending),
  ]);
  const isNew = ({ row }: Pick<EventJob, 'row'>) => !known.has(keyText(row, row.id));
  const isQueued = backlog.isEmpty ? () => false : await findQueued(trx, pending);

  const outcomes: Outcome[] = [];
  if (backlog.due < BEHIND)
    for (const { facts, jobs: own } of batches) {
      const held = createHeld(facts.audience);
      const mayEnd = facts.workflows.some((one) => isConditional(definitionOf(one)));
      for (const job of own.filter(isNew)) {
        const decision =
          facts.install && (isQueued(job) || held.has(job) || (mayEnd && endsRuns(job)) || needsQueue(facts, job))
            ? 'ask'
            : decide(facts, job, now);
        if (typeof decision === 'string') held.add(job);
        else outcomes.push({ job, decision });
      }
      if (facts.audience.touchesOthers()) throw new Error('a contact was to move or go at receipt');
    }
  const facts = batches.map((batch) => batch.facts);
  const fresh = events.filter(isNew);
  await writeConsequences(trx, { facts, outcomes, now }, async (rows) => {
    const finished = new Map(rows.map((row) => [row.seq, row]));
    const forgotten = new Set(outcomes.flatMap(({ job, decision }) => (decision.isForgotten ? job.row.seq : [])));
    await insertEvents(
      trx,
      fresh.map(({ delivery, row: received }) => {
        const row = finished.get(received.seq);
        if (!row) return { row: received, payload: delivery.payload };
        return { row: { ...row, attempts: 1 }, payload: forgotten.has(row.seq) ? null : delivery.payload };
      }),
    );
  });
  return { stored: fresh.length, outcomes };
}

/** Events of a customer stay in their order: what comes after one that waits in the queue waits there as well. */
async function findQueued(trx: Trx, jobs: readonly EventJob[]): Promise<(job: EventJob) => boolean> {
  const keys = jobs.flatMap(({ row, object }) => (object?.customerId ? keyFor(row, object.customerId) : []));
  const rows = await selectByKeys(trx, 'event', 'customer_id', keys, {
    where: 'contact_id is null and due_at is not null',
  });
  const waiting = new Set(rows.map((row) => keyText(row, row.customer_id ?? '')));
  return ({ row, object }) => waiting.has(keyText(row, object?.customerId ?? ''));
}

/** Whether runs under way are about what the event is about, or about its subscription's invoices: it may end them. */
async function findEndingRuns(trx: Trx, jobs: readonly EventJob[]): Promise<(job: EventJob) => boolean> {
  const keys = jobs.flatMap(({ row, object }) => (object?.state ? keyFor(row, object.state.id) : []));
  const about = { where: "status = 'running'" };
  const runs = await selectByKeys(trx, 'run', 'subject_id', keys, about);
  const subjects = new Set(runs.map((run) => keyText(run, run.subject_id ?? '')));
  return ({ row, object }) => {
    const state = object?.state;
    if (!state) return false;
    return subjects.has(keyText(row, state.id)) || row.type === 'customer.subscription.deleted';
  };
}

/** The customers and addresses of the batch's events that are left to the queue. */
function createHeld(audience: Audience) {
  const names = new Set<string>();
  const namesOf = ({ object }: EventJob): string[] => {
    const address = parseEmail(object?.email);
    const contact = audience.contactOf(object?.customerId ?? null);
    return [object?.customerId, address.kind === 'valid' ? address.email : null, contact?.email].flatMap(
      (name) => name ?? [],
    );
  };
  return {
    has: (job: EventJob) => names.size > 0 && namesOf(job).some((name) => names.has(name)),
    add: (job: EventJob) => namesOf(job).forEach((name) => names.add(name)),
  };
}

/** Whether it may touch rows of other events: an install's beginning or end, runs that end, a contact that moves or goes. */
function needsQueue({ install, settings, workflows, audience }: InstallFacts, { row, object }: EventJob): boolean {
  const { type } = row;
  if (!install) return false;
  if (type.startsWith('account.')) return true;
  if (type === 'customer.deleted' && workflows.length > 0) return true;
  if (workflows.some((workflow) => typesThatEnd(workflow).some((ending) => ending === type))) return true;
  if (!isTriggerType(type) || !choiceFor(settings, type).enabled) return false;
  if (type === 'customer.deleted') return true;
  const contact = audience.contactOf(object?.customer?.id ?? null);
  if (!contact) return false;
  const address = parseEmail(object?.customer?.email);
  return address.kind === 'valid' && address.email !== contact.email;
}
