/** The mail server and Stripe are both away for two days, in which invoices fail and are paid; then both are back. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Stage } from './stage';
import type { Trouble } from './troubles';

const HOUR = 3_600_000;
const AWAY_HOURS = 48;
const STEP_HOURS = 3;
/** Longer than anything is put off for meanwhile. */
const AFTER_HOURS = 12;
/** For what is due by then to be taken, and for Stripe's client to give up or get an answer: a clock that is set in between ends leases. */
const STEP_TAKES_MS = 3_000;
const PER_STEP = 3;

export const twoDaysAway: Trouble = async (stage, toll) => {
  const { localStripe, mail, clock, dice, happenings, deliveries } = stage;
  const from = clock.now();
  mail.setMood('away');
  // A signature on its way when the clock moves on is too old on arrival.
  clock.setDisputed(true);
  // What has gone to an open connection by now is answered.
  await wait(1_000);
  localStripe.faults.add({ kind: dice.pick(['server_error', 'cut', 'rate_limit']) });
  for (let hours = 0; hours < AWAY_HOURS; hours += STEP_HOURS) {
    for (let n = 0; n < PER_STEP; n++) {
      deliveries.send(happenings.fail());
      deliveries.send(dice.chance(0.5) ? happenings.settle() : happenings.missSettling());
    }
    await wait(STEP_TAKES_MS);
    await advance(stage, STEP_HOURS);
  }
  stage.away.push({ from, until: clock.now() });
  localStripe.faults.clear();
  mail.setMood('calm');
  for (let hours = 0; hours < AFTER_HOURS; hours += STEP_HOURS) {
    await wait(STEP_TAKES_MS);
    // What is being sent by then seems to have been for hours.
    toll.unnotedMails += mail.openConnections();
    await advance(stage, STEP_HOURS);
  }
  await deliveries.settle();
  clock.setDisputed(false);
  return `mail server and Stripe away for ${AWAY_HOURS} h`;
};

/** Everybody's clock alike. Leases end by it as well. */
async function advance({ clock, processes }: Stage, hours: number): Promise<void> {
  clock.advance(hours * HOUR);
  for (const one of processes) one.setClock(clock.offset());
  await wait(300);
}
