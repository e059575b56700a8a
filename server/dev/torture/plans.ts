/** Which troubles come together, round by round. */
import { jumpingClock, skewedClock } from './clock-troubles';
import { busyDatabase, database, fullDisk } from './database-troubles';
import { hostileTemplates } from './hostile-templates';
import { hostileSenders } from './hostile-senders';
import type { Stage } from './stage';
import { expiredToken, kill, mail, stop, stopInSilence, stripe, type Trouble } from './troubles';

export interface Plan {
  title: string;
  troubles: readonly Trouble[];
}

/** One upon the other, where they would disturb each other. */
const inOrder =
  (...troubles: readonly Trouble[]): Trouble =>
  async (stage, toll) => {
    const said: string[] = [];
    for (const trouble of troubles) said.push(await trouble(stage, toll));
    return said.join(', then ');
  };

/** Each has somebody start anew: what Stripe could not deliver at all is looked for then. */
export const PLANS: readonly Plan[] = [
  { title: 'killed', troubles: [kill, kill, kill] },
  { title: 'database', troubles: [database, database, database, stop] },
  { title: 'Stripe', troubles: [stripe, expiredToken, stripe, stop] },
  { title: 'mail', troubles: [mail, mail, mail, kill] },
  { title: 'stopped', troubles: [stop, stopInSilence, stripe] },
  { title: 'busy', troubles: [busyDatabase, busyDatabase, stop] },
  { title: 'disk', troubles: [fullDisk, stop] },
  { title: 'clocks', troubles: [inOrder(skewedClock, jumpingClock, stop)] },
  { title: 'templates', troubles: [inOrder(hostileTemplates, kill)] },
  { title: 'hostile', troubles: [inOrder(hostileSenders, stop)] },
  { title: 'everything', troubles: [kill, stop, database, stripe, mail, kill] },
];

/** Why a plan can't be carried out here, if it can't. */
export const obstacleTo = ({ troubles }: Plan, { engine }: Stage): string | undefined =>
  troubles.includes(fullDisk) && !engine.disk ? 'mounting a small disk is not permitted' : undefined;

/** Ends whatever is left of the troubles and brings every process up. */
export async function makePeace({ localStripe, mail: server, processes, engine }: Stage): Promise<void> {
  localStripe.faults.clear();
  server.setMood('calm');
  await engine.inTurn(() => engine.revive());
  await Promise.all(processes.filter((one) => !one.isUp()).map((one) => one.start()));
}
