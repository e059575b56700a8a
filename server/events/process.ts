/** Decides about a batch of events and writes everything that follows, within one transaction. */
import { OneByOne } from '../db/queue';
import type { Trx } from '../db/schema';
import { decide, type Decision } from './decide';
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
): Promise<{ outcomes: Outcome[]; toAsk: EventJob[] }> {
  const { groups } = await loadFacts(trx, jobs, now);
  const outcomes: Outcome[] = [];
  const toAsk: EventJob[] = [];
  for (const { facts, jobs: own } of groups)
    for (const job of own) {
      const decision = decide(facts, job, now);
      if (decision === 'ask') toAsk.push(job);
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
