/** Which troubles come together, round by round. */
import { twoDaysAway } from './away';
import { jumpingClock, skewedClock } from './clock-troubles';
import { busyDatabase, database, fullDisk } from './database-troubles';
import { hostileTemplates } from './hostile-templates';
import { hostileSenders } from './hostile-senders';
import { USUAL_MIX } from './happenings';
import type { Stage } from './stage';
import { killedMigrations, secondProcess } from './starts';
import {
  closingMail,
  expiredToken,
  kill,
  mail,
  oldStates,
  stop,
  stopInSilence,
  stripe,
  type Trouble,
} from './troubles';

export interface Plan {
  title: string;
  troubles: readonly Trouble[];
  /** So many events are delivered as fast as they are taken; left out: a few at a time, as long as the troubles last. */
  flood?: number;
  /** Only where one process has the database for itself. */
  isOfOneProcess?: true;
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
  { title: 'old', troubles: [oldStates, oldStates, oldStates, stop] },
  { title: 'mail', troubles: [mail, mail, mail, kill] },
  { title: 'closing', troubles: [inOrder(closingMail, closingMail, kill)] },
  { title: 'stopped', troubles: [stop, stopInSilence, stripe] },
  { title: 'busy', troubles: [busyDatabase, busyDatabase, stop] },
  { title: 'disk', troubles: [fullDisk, stop] },
  { title: 'clocks', troubles: [inOrder(skewedClock, jumpingClock, stop)] },
  { title: 'migrating', troubles: [inOrder(killedMigrations, stop)] },
  { title: 'second', troubles: [inOrder(secondProcess, stop)], isOfOneProcess: true },
  { title: 'templates', troubles: [inOrder(hostileTemplates, kill)] },
  { title: 'hostile', troubles: [inOrder(hostileSenders, stop)] },
  { title: 'away', troubles: [inOrder(twoDaysAway, stop)] },
  { title: 'everything', troubles: [kill, stop, database, stripe, mail, kill] },
];

/** On each engine half of a million events and of 100 kills. */
export const LONG = {
  rounds: 10,
  events: 500_000,
  plan: { title: 'flood', troubles: [kill, kill, kill, kill, kill] } satisfies Plan,
  /** Most of it is work of every day; what makes mail, asks Stripe or moves contacts about goes on all the time beside it. */
  mix: {
    ...USUAL_MIX,
    arrive: 1,
    rename: 50,
    change: 0.5,
    pay: 0.7,
    fail: 0.1,
    settle: 0.1,
    subscribe: 0.2,
    accept: 0.2,
    offer: 30,
    dispute: 0.2,
    checkOut: 0.2,
    leave: 0.1,
    irrelevant: 15,
    strange: 1,
    forge: 0.5,
  },
};

/** Why a plan can't be carried out here, if it can't. */
export function obstacleTo({ troubles, isOfOneProcess }: Plan, { engine }: Stage): string | undefined {
  if (troubles.includes(fullDisk) && !engine.disk) return 'mounting a small disk is not permitted';
  if (isOfOneProcess && engine.processes > 1) return 'any number of processes may share it';
  return undefined;
}

/** Ends whatever is left of the troubles and brings every process up. */
export async function makePeace({ localStripe, mail: server, processes, engine }: Stage): Promise<void> {
  localStripe.faults.clear();
  server.setMood('calm');
  await engine.inTurn(() => engine.revive());
  await Promise.all(processes.filter((one) => !one.isUp()).map((one) => one.start()));
}
