/**
 * The one loop. Each lane is a queue of due rows and what to do with a batch of them; a tick runs the lanes that have
 * something due until none takes anything, then the loop sleeps until the next due row, a nudge, or a second at the most.
 */
import { freeDeadClaims, readDue, type QueueTable } from './db/claim';
import type { Context } from './context';

export interface Lane {
  name: string;
  /** Where its work comes from: it is asked only when a row there is due. Without, it is asked at every turn. */
  queue?: QueueTable;
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
  let wake: (() => void) | undefined;
  let loop: Promise<void> = Promise.resolve();

  const nudge = () => {
    isNudged = true;
    // After a fault its rows may still be due: the loop waits, or it would spin.
    if (!hadFault) wake?.();
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

  /** Answers when the next row is due. What is due now and still stands is more than its lane can take: it will nudge. */
  async function tick(): Promise<number | undefined> {
    for (;;) {
      const { queues, next } = await readDue(ctx.db, ctx.clock.now());
      let taken = 0;
      for (const lane of lanes) if (!lane.queue || queues.has(lane.queue)) taken += await runLane(lane);
      if (taken === 0 || !isRunning) return next;
    }
  }

  async function turn(): Promise<void> {
    isNudged = false;
    hadFault = false;
    const due = await tick().catch((error: unknown) => {
      hadFault = true;
      ctx.log.error({ err: error }, 'the database does not answer');
      return undefined;
    });
    if (hadFault) await sleep(MAX_SLEEP_MS);
    else if (!isNudged) await sleep(Math.min(MAX_SLEEP_MS, Math.max(0, (due ?? Infinity) - ctx.clock.now())));
  }

  async function sleep(ms: number): Promise<void> {
    if (!isRunning) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    wake = undefined;
  }

  return {
    nudge,
    async start() {
      await freeDeadClaims(ctx.db, ctx.clock.now());
      isRunning = true;
      loop = (async () => {
        while (isRunning) await turn();
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
