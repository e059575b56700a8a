/** What befalls the processes, Stripe and mail. Each trouble ends by itself and says what it was. */
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Fault } from '../local-stripe/local-stripe';
import { ofTenant } from '../../db/tenant';
import { MAX_CONNECTIONS } from '../../emails/transport';
import { BAD_MOODS } from './mail-server';
import type { Stage } from './stage';
import type { Violation } from './violation';

export interface Toll {
  kills: number;
  /** How many mails may have been accepted without our noting it: open connections of killed processes. */
  unnotedMails: number;
  /** What went wrong in the trouble itself, such as a stop that took too long. */
  violations: Violation[];
}

export const ENDS_IN_ORDER = 'processes end only when they are told to, and then in order';

export type Trouble = (stage: Stage, toll: Toll) => Promise<string>;

/** The process that is up and shall suffer, or the first that comes up. */
async function victim({ processes, dice }: Stage) {
  for (;;) {
    const up = processes.filter((one) => one.isUp());
    if (up.length > 0) return dice.pick(up);
    await wait(50);
  }
}

export const kill: Trouble = async (stage, toll) => {
  const process = await victim(stage);
  toll.kills++;
  toll.unnotedMails += Math.min(MAX_CONNECTIONS, stage.mail.openConnections());
  await process.kill();
  await wait(stage.dice.between(0, 800));
  await process.start();
  return 'kill -9';
};

export const stop: Trouble = async (stage, toll) => {
  const process = await victim(stage);
  const fault = await process.stop();
  if (fault) {
    toll.violations.push({ rule: ENDS_IN_ORDER, ids: [fault] });
    toll.unnotedMails += MAX_CONNECTIONS;
  }
  await process.start();
  return 'SIGTERM';
};

/** The mail server keeps every connection waiting: a stop must not wait with them for longer than it may. */
export const stopInSilence: Trouble = async (stage, toll) => {
  stage.mail.setMood('silent');
  await wait(1_500);
  await stop(stage, toll);
  stage.mail.setMood('calm');
  return 'SIGTERM while mail is silent';
};

const FAULTS: readonly Fault['kind'][] = ['rate_limit', 'server_error', 'hang', 'cut', 'slow'];

export const stripe: Trouble = async ({ localStripe, dice }) => {
  const kind = dice.pick(FAULTS);
  localStripe.faults.add({ kind, delay_ms: 1_500 });
  await wait(dice.between(500, 3_000));
  localStripe.faults.clear();
  return `Stripe ${kind}`;
};

/** Replicas lag: for a while, what is asked for is answered as it was some seconds before. */
export const oldStates: Trouble = async ({ localStripe, past, dice }) => {
  const lag = dice.between(2_000, 10_000);
  let answers = 0;
  const answer = (path: string) => {
    const old = past.before(path, lag);
    if (old && !isDeepStrictEqual(old, past.before(path, 0))) answers++;
    return old;
  };
  localStripe.faults.add({ kind: 'old', answer });
  await wait(dice.between(2_000, 4_000));
  localStripe.faults.clear();
  return `Stripe as of ${(lag / 1_000).toFixed(1)} s ago (${answers} untrue)`;
};

export const mail: Trouble = async ({ mail: server, dice }) => {
  const mood = dice.pick(BAD_MOODS);
  server.setMood(mood);
  await wait(dice.between(1_000, 3_000));
  server.setMood('calm');
  return `mail ${mood}`;
};

const CLOSED_OFTEN = 10;
const CLOSING_MS = 20_000;

/** Until it has hung up on some, in whatever they were about. */
export const closingMail: Trouble = async ({ mail: server }) => {
  const before = server.counts.closed;
  server.setMood('closing');
  const endsAt = performance.now() + CLOSING_MS;
  while (server.counts.closed - before < CLOSED_OFTEN && performance.now() < endsAt) await wait(50);
  server.setMood('calm');
  return `mail closing (421 × ${server.counts.closed - before})`;
};

/** Only where no process is killed: one that dies between Stripe's answer and our note has to be reconnected. */
export const expiredToken: Trouble = async ({ db, tenant }) => {
  await db.updateTable('install').set({ token_expires_at: Date.now() }).where(ofTenant(tenant)).execute();
  return 'token expired';
};
