/** What happens at the merchant's Stripe account during a round, and how far it has come. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Stage } from './stage';

export interface Load {
  /** Resolves at that part of it, from 0 to 1. */
  at(part: number): Promise<void>;
  /** Resolves once it is over: nothing more will happen. */
  stop(): Promise<void>;
}

const CHAOS_MS = 8_000;
const LOAD_EVERY_MS = 50;
const HAPPENINGS_PER_TURN = 4;
const MISSED_PER_ROUND = 3;

/** Deliveries on their way at once. */
const FLOOD = 600;
const LOOK_EVERY_MS = 5;

export function startLoad(stage: Stage, flood: number | undefined): Load {
  for (let missed = 0; missed < MISSED_PER_ROUND; missed++) stage.deliveries.send(stage.happenings.miss());
  return flood === undefined ? startSteady(stage) : startFlood(stage, flood);
}

/** Until it is stopped; on a slow machine, where troubles last, for twice the time at most. */
function startSteady({ happenings, deliveries }: Stage): Load {
  let isOn = true;
  const running = (async () => {
    const startedAt = performance.now();
    const isAged = (ms: number) => performance.now() - startedAt > ms;
    while (!isAged(CHAOS_MS) || (isOn && !isAged(2 * CHAOS_MS))) {
      for (let n = 0; n < HAPPENINGS_PER_TURN; n++) deliveries.send(happenings.next());
      await wait(LOAD_EVERY_MS);
    }
  })();
  return {
    at: (part) => wait(Math.round(part * CHAOS_MS)),
    stop() {
      isOn = false;
      return running;
    },
  };
}

/** As fast as they are taken, until so many were. */
function startFlood({ happenings, deliveries }: Stage, events: number): Load {
  const before = deliveries.counts.taken;
  const hasTaken = (count: number) => deliveries.counts.taken - before >= count;
  const running = (async () => {
    while (!hasTaken(events)) {
      while (deliveries.pending() < FLOOD) deliveries.send(happenings.next());
      await wait(LOOK_EVERY_MS);
    }
  })();
  return {
    async at(part) {
      while (!hasTaken(part * events)) await wait(LOOK_EVERY_MS);
    },
    stop: () => running,
  };
}
