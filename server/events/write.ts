/** Writes what a batch of events came to: contacts, runs, and the events' own rows with their outcomes. */
import { allDone } from '../all-done';
import { parseEmail } from '../audience/address';
import { saveAudiences } from '../audience/save';
import { savePayments } from '../audience/save-payments';
import { upsert } from '../db/bulk';
import { deleteByKeys, keyFor } from '../db/keys';
import type { Row, Trx } from '../db/schema';
import { tenantKey, tenantOf, type Tenant } from '../db/tenant';
import { holdContacts } from '../db/transact';
import { groupBy } from '../group-by';
import { wantsOf as wantsOfInstall, type Wants } from '../installs/wants';
import { recordMessages, type ChangeCause } from '../outbox/messages';
import type { Audience } from '../audience/audience';
import { writeDateTime } from '../emails/dates';
import { wakeEmails } from '../emails/emails';
import { carryOut, startKey, type Carried } from '../workflows/carry-out';
import { subjectOf } from '../workflows/only-while';
import { findPastExits } from '../workflows/past-exits';
import { findStories } from '../workflows/stories';
import { isLate } from '../workflows/run-key';
import { planRuns, type Wave, type WorkflowTrigger } from '../workflows/plan-runs';
import { endInstall } from './end-install';
import { recordLifecycle } from './lifecycle-events';
import type { InstallFacts } from './facts';
import type { Outcome } from './process';

const WRITTEN = [
  'status',
  'reason',
  'outcome',
  'customer_id',
  'contact_id',
  'due_at',
  'claims',
  'give_up_at',
  'last_error',
] as const;

/** Of events that have rows. `now` in epoch milliseconds. */
export const writeOutcomes = (
  trx: Trx,
  facts: readonly InstallFacts[],
  outcomes: readonly Outcome[],
  now: number,
): Promise<void> =>
  writeConsequences(trx, { facts, outcomes, now }, async (rows) => {
    await upsert(trx, 'event', ['id'], rows, WRITTEN);
    await deleteByKeys(
      trx,
      'event_payload',
      'seq',
      outcomes.flatMap(({ job: { row }, decision }) => (decision.isForgotten ? keyFor(row, row.seq) : [])),
    );
  });

interface Decided {
  facts: readonly InstallFacts[];
  outcomes: readonly Outcome[];
  /** Epoch milliseconds. */
  now: number;
}

/** Writes all but the events' own rows, which `writeRows` gets as they are to be. */
export async function writeConsequences(
  trx: Trx,
  { facts, outcomes, now }: Decided,
  writeRows: (rows: Row<'event'>[]) => Promise<void>,
): Promise<void> {
  const audiences = facts.map(({ audience }) => audience);
  const wants = new Map(facts.map(({ tenant, install }) => [tenantKey(tenant), wantsOfInstall(install)]));
  const wantsOf = (tenant: Tenant): Wants => wants.get(tenantKey(tenant))!;
  const states = audiences.flatMap((audience) => audience.changes().objects);
  const changed = states.map((state) => keyFor(state, state.id));
  await allDone([savePayments(trx, audiences), wakeEmails(trx, changed, now)]);
  const areApart = !audiences.some((audience) => audience.touchesOthers());
  const saving = saveAudiences(trx, audiences, { cause: causeIn({ facts, outcomes, now }), wantsOf, now });
  // Runs follow contacts that move; else, on PostgreSQL, all goes out together.
  if (!areApart) await saving;
  await allDone([saving, writeRunsAndRows()]);

  async function writeRunsAndRows(): Promise<void> {
    for (const { job, decision } of outcomes) if (decision.endsInstall) await endInstall(trx, tenantOf(job.row), now);
    const carried = await carryOut(trx, await planAll(trx, { facts, outcomes, now }), now, wantsOf);
    const countOf = ({ job: { row } }: Outcome, of: keyof Carried) =>
      carried[of].get(startKey(row.account_id, row.livemode, row.id)) ?? 0;
    await holdContacts(
      trx,
      outcomes.flatMap((one) => (countOf(one, 'started') > 0 && one.decision.contact ? one.decision.contact : [])),
    );
    await writeRows(outcomes.map((one) => finishedRow(one, (of) => countOf(one, of))));
    await recordProcessed(trx, outcomes, { wantsOf, now });
    await saving;
    await recordLifecycle(trx, outcomes, now);
  }
}

/**
 * Beside events of long ago a change counts as late, unless one of the others is about its contact: what is off changes
 * contacts too, and names none. Found out only where somebody wants to be told.
 */
function causeIn({ facts, outcomes, now }: Decided): (contact: Row<'contact'>) => ChangeCause {
  let news: Map<string, Set<string>> | undefined;
  return (contact) => {
    news ??= readNews();
    return news.get(tenantKey(tenantOf(contact)))?.has(contact.id) === false ? 'late' : 'stripe';
  };

  /** The contacts that are no late news, of the installs that have any. */
  function readNews(): Map<string, Set<string>> {
    const isOld = ({ job: { row } }: Outcome) => row.replay === null && isLate(row.created, now);
    const own = groupBy(outcomes, ({ job: { row } }) => tenantKey(tenantOf(row)));
    const audiences = new Map(facts.map(({ tenant, audience }) => [tenantKey(tenant), audience]));
    return new Map(
      [...own]
        .filter(([, all]) => all.some(isOld))
        .map(([install, all]) => [
          install,
          concerned(
            all.filter((one) => !isOld(one)),
            audiences.get(install)!,
          ),
        ]),
    );
  }
}

/** The ids of the contacts that the events are about, whatever became of them; also of those that their customers left. */
function concerned(outcomes: readonly Outcome[], audience: Audience): Set<string> {
  const ids = new Set<string | undefined>();
  const customers = new Set<string>();
  for (const { job, decision } of outcomes) {
    ids.add(decision.contact?.id);
    for (const customer of [job.object?.customerId, job.asked?.customerId]) if (customer) customers.add(customer);
    const guest = parseEmail(job.object?.payment?.email ?? job.object?.refund?.email);
    if (guest.kind === 'valid') ids.add(audience.contactByEmail(guest.email)?.id);
  }
  for (const customer of customers) ids.add(audience.contactOf(customer)?.id);
  for (const { customerId, from } of audience.changes().moved) if (customers.has(customerId)) ids.add(from.id);
  return new Set([...ids].flatMap((id) => id ?? []));
}

const recordProcessed = (
  trx: Trx,
  outcomes: readonly Outcome[],
  telling: { wantsOf: (tenant: Tenant) => Wants; now: number },
): Promise<void> =>
  recordMessages(
    trx,
    outcomes
      .filter(
        ({ job, decision }) =>
          decision.status === 'processed' && telling.wantsOf(tenantOf(job.row)).has('event.processed'),
      )
      .map(({ job: { row }, decision }) => ({
        tenant: tenantOf(row),
        type: 'event.processed',
        kind: 'event',
        id: row.id,
        contactId: decision.contact?.id ?? null,
      })),
    telling,
  );

/** The waves of all installs side by side. */
async function planAll(trx: Trx, { facts, outcomes, now }: Decided): Promise<Wave[]> {
  const own = groupBy(outcomes, ({ job }) => tenantKey(tenantOf(job.row)));
  const batches = facts.flatMap(({ tenant, workflows, audience, settings, install }) => {
    if (workflows.length === 0 || !install) return [];
    const triggers = (own.get(tenantKey(tenant)) ?? []).flatMap((outcome) => triggerOf(outcome, audience));
    return [{ workflows, triggers, writeDate: writeDateTime(settings) }];
  });
  const [exits, stories] = await allDone([findPastExits(trx, batches), findStories(trx, batches)]);
  const waves: Wave[] = [];
  for (const { writeDate, ...batch } of batches)
    planRuns(batch, { exits, stories }, { now, writeDate }).forEach(({ endings, starts, told }, n) => {
      const wave = (waves[n] ??= { endings: [], starts: [], told: [] });
      wave.endings.push(...endings);
      wave.starts.push(...starts);
      wave.told.push(...told);
    });
  return waves;
}

/** Events that are off end runs too, of the contact that their customer is linked to. */
function triggerOf({ job: { row, object }, decision }: Outcome, audience: Audience): WorkflowTrigger[] {
  if (!object || (decision.status !== 'processed' && decision.reason !== 'event_off')) return [];
  const contact = decision.contact ?? audience.contactOf(object.customerId) ?? null;
  const subject = subjectOf(row.type, object);
  return [
    {
      event: { id: row.id, type: row.type, created: row.created },
      object,
      contact,
      starts: decision.startsWorkflows,
      workflowsActiveBefore: row.replay === 'active_then' ? row.received_at : null,
      state: audience.objectOf(subject?.id ?? null),
      isHeldOut: audience.failedInvoices.isHeldOut(object.invoiceId),
    },
  ];
}

const workflows = (count: number) => (count === 1 ? 'a workflow' : `${count} workflows`);

/** What an event did to runs, in the order of a sentence. */
const DONE: readonly [keyof Carried, (count: number) => string][] = [
  ['ended', (count) => (count === 1 ? 'ended 1 run' : `ended ${count} runs`)],
  ['started', (count) => `started ${workflows(count)}`],
  ['over', (count) => `${workflows(count)} ended at once`],
  ['kept', (count) => `${workflows(count)} had started for this before`],
];

function finishedRow(
  { job: { row, object, asked }, decision }: Outcome,
  countOf: (of: keyof Carried) => number,
): Row<'event'> {
  const done = DONE.map(([of, say]) => (countOf(of) === 0 ? '' : `; ${say(countOf(of))}`)).join('');
  return {
    ...row,
    status: decision.status,
    reason: decision.reason,
    outcome: decision.outcome + done,
    customer_id: decision.isForgotten ? null : (object?.customerId ?? asked?.customerId ?? null),
    contact_id: decision.contact?.id ?? null,
    due_at: null,
    claims: 0,
    give_up_at: null,
    last_error: null,
  };
}
