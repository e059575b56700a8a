/** What befalls the database alone. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Trouble } from './troubles';

/** One after the other: they start and stop the same server. */
export const database: Trouble = ({ engine, dice }) => engine.inTurn(() => engine.disturb(dice));

export const busyDatabase: Trouble = async ({ engine, dice }) => {
  const ms = dice.between(1_000, 6_000);
  await engine.inTurn(() => engine.hold(ms));
  return `busy for ${(ms / 1_000).toFixed(1)} s`;
};

const FILL_AGAIN_MS = 200;
/** Until somebody must have noticed: what is written goes into files that have some room left. */
const LONGEST_MS = 8_000;

/** While it lasts deliveries are turned away; a database that gives up over it is started again. */
export const fullDisk: Trouble = async ({ engine, deliveries, dice }, toll) => {
  const { disk } = engine;
  if (!disk) return 'no disk of its own';
  const ms = dice.between(1_500, 4_000);
  return engine.inTurn(async () => {
    const startedAt = performance.now();
    const lasted = () => performance.now() - startedAt;
    const before = deliveries.counts.turnedAway;
    const turnedAway = () => deliveries.counts.turnedAway - before;
    while (lasted() < ms || (turnedAway() === 0 && lasted() < LONGEST_MS)) {
      disk.fill();
      await wait(FILL_AGAIN_MS);
    }
    const felt = `disk full for ${(lasted() / 1_000).toFixed(1)} s, ${turnedAway()} turned away`;
    disk.free();
    await engine.revive();
    if (turnedAway() === 0) toll.violations.push({ rule: 'a full disk turns deliveries away', ids: [felt] });
    return felt;
  });
};
