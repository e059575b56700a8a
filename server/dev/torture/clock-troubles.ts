/** Clocks that are wrong: of one process a little, or of the whole machine by up to an hour. */
import { setTimeout as wait } from 'node:timers/promises';
import { LEASE_MS } from '../../db/claim';
import type { Stage } from './stage';
import type { Trouble } from './troubles';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** What a signature may be off. */
const TOLERANCE_MS = 300 * SECOND;
const JUMPS = 4;

/** Less than a lease, as on machines that ask for the time now and then: nobody else's work may be taken for dead. */
export const skewedClock: Trouble = async ({ processes, clock, dice }) => {
  const skew = dice.between(5, 15) * (dice.chance(0.5) ? SECOND : -SECOND);
  const one = dice.pick(processes);
  one.setClock(clock.offset() + skew);
  await wait(dice.between(2_000, 4_000));
  one.setClock(clock.offset());
  return `clock ${signed(skew)}`;
};

/** The machine's clock is set again and again. At last the latest time it ever showed has come. */
export const jumpingClock: Trouble = async (stage, toll) => {
  const { clock, dice } = stage;
  const jumps = Array.from({ length: JUMPS }, () => {
    const size = dice.pick([dice.between(1, 20) * SECOND, dice.between(2, 50) * 60 * SECOND, HOUR]);
    return dice.chance(0.5) ? size : -size;
  });
  let shown = 0;
  for (const jump of [...jumps, Math.max(0, ...jumps)]) {
    clock.setDisputed(Math.max(Math.abs(jump), Math.abs(shown)) > TOLERANCE_MS / 2);
    // Other processes' claims seem to have ended: what they are sending goes out once more.
    if (jump - shown > LEASE_MS / 2) toll.unnotedMails += mailsInHandOfOthers(stage);
    for (const one of stage.processes) one.setClock(clock.offset() + jump);
    shown = jump;
    await wait(dice.between(600, 1_600));
  }
  clock.advance(shown);
  for (const one of stage.processes) one.setClock(clock.offset());
  clock.setDisputed(false);
  return `clock ${jumps.map(signed).join(', ')}`;
};

const mailsInHandOfOthers = ({ processes, mail }: Stage) => (processes.length > 1 ? mail.openConnections() : 0);

const signed = (ms: number) => `${ms < 0 ? '−' : '+'}${Math.abs(ms / SECOND)} s`;
