/** A thread that plays its share of a log, with connections of its own: it holds up nothing else that the process does. */
import { Worker } from 'node:worker_threads';
import { workerFile } from '../../worker-file';
import type { Place } from './log';
import type { Tally } from './tally';
import type { Part, Script, Told } from './worker';

export interface RehearsalThread {
  /** Waits while it has enough to do. */
  play(places: readonly Place[]): Promise<void>;
  /** To be called when there are no more. */
  finish(): Promise<Tally>;
  /** What is under way throws. */
  close(): Promise<void>;
}

/** Parts that lie before it; one is read while one is played. */
const MAX_WAITING = 4;

/** What is in hand for long moves out of it, which takes a tenth of the time where it is as small as usual (16 MB). */
const YOUNG = { maxYoungGenerationSizeMb: 64 };

const { file: FILE, execArgv } = workerFile(__dirname, 'worker');

export function startThread(script: Script): RehearsalThread {
  const worker = new Worker(FILE, { execArgv, workerData: script, resourceLimits: YOUNG });
  // Whoever forgets to close it must not keep the process.
  worker.unref();
  let waiting = 0;
  let isTaken = (): void => undefined;
  const tally = new Promise<Tally>((resolve, reject) => {
    worker.on('message', (told: Told) => {
      if (told !== null) return resolve(told);
      waiting--;
      isTaken();
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('the thread of a rehearsal ended before it was done')));
  });
  // Whoever waits for it learns of it.
  tally.catch(() => undefined);
  const give = (part: Part) => worker.postMessage(part);

  return {
    async play(places) {
      give(places);
      waiting++;
      while (waiting > MAX_WAITING) await Promise.race([tally, new Promise<void>((resolve) => (isTaken = resolve))]);
    },
    finish() {
      give(null);
      return tally;
    },
    close: async () => void (await worker.terminate()),
  };
}
