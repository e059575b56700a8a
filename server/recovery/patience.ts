import { setTimeout as wait } from 'node:timers/promises';

export class OutOfPatience extends Error {}

/** Waits for several things, `ms` in all; then throws OutOfPatience. What was waited for goes on by itself. */
export function createPatience(ms: number): <T>(work: Promise<T>) => Promise<T> {
  const endsAt = performance.now() + ms;
  return async (work) => {
    const isDone = new AbortController();
    const timeOut = wait(Math.max(0, endsAt - performance.now()), undefined, { signal: isDone.signal }).then(() => {
      throw new OutOfPatience('somebody waits for this');
    });
    timeOut.catch(() => undefined);
    return Promise.race([work, timeOut]).finally(() => isDone.abort());
  };
}
