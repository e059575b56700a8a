/**
 * The one loop. Each lane is a queue of due rows and what to do with a batch of them; a tick runs all lanes until none
 * has anything due, then sleeps until the earliest due row, a nudge, or a second at the most.
 */
import { earliestDue, freeDeadClaims } from './db/claim';
import type { Context } from './context';

export interface Lane {
  name: string;
  /** Claims and handles one batch. The number of rows taken: 0 ends the lane's turn. Failures stay on the rows. */
  work(ctx: Context): Promise<number>;
  /** Resolves once work that the lane goes on with in the background (look-ups, sends) has ended. */
  settle?(): Promise<void>;
}

export interface Worker {
  start(): Promise<void>;
  /** A row became due just now. */
  nudge(): void;
  /** Works until nothing is due at the context's clock; for tests and the demo. */
  drain(): Promise<void>;
  /** Lets work in hand finish; nothing new is claimed. */
  stop(): Promise<void>;
}

/** The longest sleep: other processes' rows and moved clocks are seen after it. */
const MAX_SLEEP_MS = 1_000;

export function createWorker(ctx: Context, lanes: readonly Lane[]): Worker {
  let isRunning = false;
  let isNudged = false;
  let hadFault = false;
  /** When the lanes were last asked: what was due then and still stands is more than they can take. */
  let askedAt = 0;
  let wake: (() => void) | undefined;
  let loop: Promise<void> = Promise.resolve();

  const nudge = () => {
    isNudged = true;
    wake?.();
  };
  ctx.nudge = nudge;

  async function runLane(lane: Lane): Promise<number> {
    try {
      return await lane.work(ctx);
    } catch (error) {
      hadFault = true;
      ctx.metrics.workerFaults.inc({ lane: lane.name });
      ctx.log.error({ err: error, lane: lane.name }, 'lane failed; its rows come back when their lease ends');
      return 0;
    }
  }

  async function tick(isOn: () => boolean): Promise<void> {
    for (let taken = 1; taken > 0 && isOn();) {
      taken = 0;
      askedAt = ctx.clock.now();
      for (const lane of lanes) taken += await runLane(lane);
    }
  }

  async function sleep(): Promise<void> {
    // After a fault its rows may still be due: wait, or the loop would spin.
    if ((isNudged && !hadFault) || !isRunning) return;
    const due = await earliestDue(ctx.db, askedAt).catch((error: unknown) => {
      ctx.log.error({ err: error }, 'database does not answer');
      return undefined;
    });
    const isFaulty = hadFault;
    hadFault = false;
    const untilDue = due === undefined || isFaulty ? MAX_SLEEP_MS : Math.max(0, due - ctx.clock.now());
    const wait = Math.min(MAX_SLEEP_MS, untilDue);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if ((isNudged && !isFaulty) || !isRunning) wake();
    });
    wake = undefined;
  }

  return {
    nudge,
    async start() {
      await freeDeadClaims(ctx.db, ctx.clock.now());
      isRunning = true;
      loop = (async () => {
        while (isRunning) {
          isNudged = false;
          await tick(() => isRunning);
          await sleep();
        }
      })();
    },
    async drain() {
      for (let before = -1, done = 0; before !== done;) {
        before = done;
        for (const lane of lanes) {
          for (let taken = 1; taken > 0; done += taken) taken = await runLane(lane);
          await lane.settle?.();
        }
      }
    },
    async stop() {
      isRunning = false;
      wake?.();
      await loop;
      for (const lane of lanes) await lane.settle?.();
    },
  };
}
