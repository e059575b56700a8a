/** One round: load and troubles for a while, then peace, then everything must be as if nothing had happened. */
import { setTimeout as wait } from 'node:timers/promises';
import { checkEverything } from './invariants';
import { waitUntilSettled } from './settled';
import type { Stage } from './stage';
import { makePeace, type Plan } from './plans';
import { ENDS_IN_ORDER, type Toll } from './troubles';
import type { Violation } from './violation';

const CHAOS_MS = 8_000;
const LOAD_EVERY_MS = 50;
const HAPPENINGS_PER_TURN = 4;
const MISSED_PER_ROUND = 3;

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
  violations: Violation[];
}

export async function playRound(stage: Stage, { title, troubles }: Plan): Promise<Report> {
  const { deliveries, dice, mail } = stage;
  const before = { ...deliveries.counts, mails: mail.accepted.size, repeated: repeats(stage) };
  const toll: Toll = { kills: 0, unnotedMails: 0, violations: [] };
  const befell: string[] = [];

  const load = startLoad(stage);
  await Promise.all(
    troubles.map(async (trouble) => {
      await wait(dice.between(0, CHAOS_MS));
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
    { rule: 'everything settles once the troubles are over', ids: leftovers },
    ...toll.violations,
    { rule: ENDS_IN_ORDER, ids: stage.processes.flatMap((one) => one.takeFaults()) },
    {
      rule: 'an email is accepted once more only when its process was killed',
      ids: repeated > repeatable ? [`${repeated} repeated, at most ${repeatable} may have been`] : [],
    },
    ...(await checkEverything(stage)),
  ].filter(({ ids }) => ids.length > 0);
  return {
    title,
    troubles: befell,
    sent: deliveries.counts.sent - before.sent,
    taken: deliveries.counts.taken - before.taken,
    unanswered: deliveries.counts.unanswered - before.unanswered,
    kills: toll.kills,
    mails: mail.accepted.size - before.mails,
    repeated,
    repeatable,
    settleMs,
    violations,
  };
}

const repeats = ({ mail }: Stage) => [...mail.accepted.values()].reduce((sum, times) => sum + times - 1, 0);

/** Things happen all the time until it is stopped; on a slow machine, where troubles last, for twice the time at most. */
function startLoad({ happenings, deliveries }: Stage) {
  let isOn = true;
  for (let missed = 0; missed < MISSED_PER_ROUND; missed++) deliveries.send(happenings.miss());
  const running = (async () => {
    const startedAt = performance.now();
    const isAged = (ms: number) => performance.now() - startedAt > ms;
    while (!isAged(CHAOS_MS) || (isOn && !isAged(2 * CHAOS_MS))) {
      for (let n = 0; n < HAPPENINGS_PER_TURN; n++) deliveries.send(happenings.next());
      await wait(LOAD_EVERY_MS);
    }
  })();
  return {
    stop() {
      isOn = false;
      return running;
    },
  };
}
