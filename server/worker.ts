/**
 * The one loop. A tick gives a turn to each queue that has something due until none takes anything, then the loop sleeps
 * until the next due row, a nudge, or a second at the most.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { freeDeadClaims, readDue } from './db/claim';
import type { Queue } from './db/queue';
import type { Context } from './context';

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

export function createWorker(ctx: Context, queues: readonly Queue[]): Worker {
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

  async function turnOf(queue: Queue): Promise<number> {
    try {
      const taken = await queue.turn(ctx);
      // On SQLite nothing in a turn waits: a backlog would keep the process from everything else until it is done.
      if (taken > 0) await breathe();
      return taken;
    } catch (error) {
      hadFault = true;
      ctx.metrics.workerFaults.inc({ queue: queue.name });
      ctx.log.error({ err: error, queue: queue.name }, 'a queue failed; its rows come back when their lease ends');
      return 0;
    }
  }

  /** Returns when the next row is due. What is due now and still stands is more than its queue can take: it will nudge. */
  async function tick(): Promise<number | undefined> {
    for (;;) {
      const due = await readDue(ctx.db, ctx.clock.now());
      let taken = 0;
      for (const queue of queues) {
        // Each may wait long for a database that is locked.
        if (!isRunning) break;
        if (!queue.table || due.queues.has(queue.table) || queue.isReady?.()) taken += await turnOf(queue);
      }
      if (taken === 0 || !isRunning) return due.next;
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
        for (const queue of queues) {
          for (let taken = 1; taken > 0; done += taken) taken = await turnOf(queue);
          await queue.finish?.(ctx);
        }
      }
    },
    async stop() {
      isRunning = false;
      wake?.();
      await loop;
      for (const queue of queues) await queue.finish?.(ctx);
    },
  };
}
