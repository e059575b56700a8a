/** One round: load and troubles for a while, then peace, then everything must be as if nothing had happened. */
import { checkEverything } from './invariants';
import { startLoad } from './load';
import { waitUntilSettled } from './settled';
import type { Stage } from './stage';
import { makePeace, type Plan } from './plans';
import { markChecked } from './tables';
import { ENDS_IN_ORDER, type Toll } from './troubles';
import type { Violation } from './violation';

export interface Report {
  title: string;
  /** What befell it, in order of its end. */
  troubles: string[];
  sent: number;
  taken: number;
  unanswered: number;
  kills: number;
  mails: number;
  /** Mails that were accepted once more, and how many may have been. */
  repeated: number;
  repeatable: number;
  settleMs: number;
  /** Of all Tillposts together once all has settled. */
  memoryMb: number;
  violations: Violation[];
}

export async function playRound(stage: Stage, { title, troubles, flood }: Plan): Promise<Report> {
  const { deliveries, dice, mail } = stage;
  const before = { ...deliveries.counts, mails: mail.accepted.size, repeated: repeats(stage) };
  const toll: Toll = { kills: 0, unnotedMails: 0, violations: [] };
  const befell: string[] = [];

  const load = startLoad(stage, flood);
  await Promise.all(
    troubles.map(async (trouble) => {
      await load.at(dice.next());
      befell.push(await trouble(stage, toll));
    }),
  );
  await load.stop();
  await makePeace(stage);
  const peaceAt = performance.now();
  const leftovers = await waitUntilSettled(stage);
  const settleMs = performance.now() - peaceAt;

  const repeated = repeats(stage) - before.repeated;
  const repeatable = toll.unnotedMails;
  const violations = [
    { rule: 'everything settles once the troubles are over', kind: 'stuck' as const, ids: leftovers },
    ...toll.violations,
    { rule: ENDS_IN_ORDER, ids: stage.processes.flatMap((one) => one.takeFaults()) },
    {
      rule: 'an email is accepted once more only when its process was killed',
      kind: 'doubled' as const,
      ids: repeated > repeatable ? [`${repeated} repeated, at most ${repeatable} may have been`] : [],
    },
    ...(await checkEverything(stage)),
  ].filter(({ ids }) => ids.length > 0);
  const mails = mail.accepted.size - before.mails;
  // Of a flood there is too much to be looked at again after each round.
  if (flood !== undefined) {
    await markChecked(stage.db, stage.hostile, stage.checked);
    deliveries.forget();
    mail.forget();
  }
  return {
    title,
    troubles: befell,
    sent: deliveries.counts.sent - before.sent,
    taken: deliveries.counts.taken - before.taken,
    unanswered: deliveries.counts.unanswered - before.unanswered,
    kills: toll.kills,
    mails,
    repeated,
    repeatable,
    settleMs,
    memoryMb: stage.processes.reduce((sum, one) => sum + one.residentMb(), 0),
    violations,
  };
}

const repeats = ({ mail }: Stage) => [...mail.accepted.values()].reduce((sum, times) => sum + times - 1, 0);
