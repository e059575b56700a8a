/** Decides about a batch of events and writes everything that follows, within one transaction. */
import { allDone } from '../all-done';
import { findPresentKeys, keyFor, keyText } from '../db/keys';
import { OneByOne } from '../db/queue';
import type { Trx } from '../db/schema';
import { decide, type Decision, type Question } from './decide';
import { loadFacts } from './facts';
import type { EventJob } from './job';
import { writeOutcomes } from './write';

/** What was decided about an event. */
export interface Outcome {
  job: EventJob;
  decision: Decision;
}

/**
 * Returns the outcomes, and the events that need Stripe to be asked first; those have changed nothing. Throws OneByOne
 * for a batch in which contacts are merged or deleted, or an install ends: that touches rows of other events. `now` in
 * epoch milliseconds.
 */
export async function processEvents(
  trx: Trx,
  jobs: readonly EventJob[],
  now: number,
): Promise<{ outcomes: Outcome[]; toAsk: { job: EventJob; question: Question }[] }> {
  const [present, groups] = await allDone([findPresent(trx, jobs), loadFacts(trx, jobs, now)]);
  const outcomes: Outcome[] = [];
  const toAsk: { job: EventJob; question: Question }[] = [];
  for (const { facts, jobs: own } of groups)
    for (const job of own.filter(present)) {
      const decision = decide(facts, job, now);
      if (typeof decision === 'string') toAsk.push({ job, question: decision });
      else outcomes.push({ job, decision });
    }
  const touchesOthers =
    groups.some(({ facts }) => facts.audience.touchesOthers()) || outcomes.some(({ decision }) => decision.endsInstall);
  if (touchesOthers && jobs.length > 1) throw new OneByOne();
  await writeOutcomes(
    trx,
    groups.map(({ facts }) => facts),
    outcomes,
    now,
  );
  return { outcomes, toAsk };
}

/** Which of the events still have a row: their account's data may have been erased since they were read. */
async function findPresent(trx: Trx, jobs: readonly EventJob[]): Promise<(job: EventJob) => boolean> {
  const keys = jobs.map(({ row }) => keyFor(row, row.seq));
  const present = await findPresentKeys(trx, 'event', 'seq', keys);
  return ({ row }) => present.has(keyText(row, row.seq));
}
