/**
 * How long a thread has worked, by Linux's own account: on a busy machine a thread waits for its turn, and what is made in
 * it must not count as slow for that. Elsewhere time that passes is all there is.
 */
import { readFileSync, readlinkSync } from 'node:fs';

/** Names this thread for workedMs in any other of the process; null where Linux isn't there to tell. */
export function nameThread(): string | null {
  try {
    const path = `/proc/${readlinkSync('/proc/thread-self')}/schedstat`;
    return workedMs(path) === null ? null : path;
  } catch {
    return null;
  }
}

/** Milliseconds of work since the thread began; null when it has ended. */
export function workedMs(thread: string): number | null {
  try {
    const [nanoseconds] = readFileSync(thread, 'latin1').split(' ', 1);
    return Number(nanoseconds) / 1e6;
  } catch {
    return null;
  }
}

/** Asking costs some 10 µs: less often the time that passed stands in. */
const ASK_EVERY_MS = 5;

/** A clock of this thread's work, in milliseconds since any moment; `now` is a clock that always runs. */
export function createWorkClock(thread: string | null, now: () => number): () => number {
  if (thread === null) return now;
  let askedAt = -Infinity;
  let worked = 0;
  return () => {
    const at = now();
    if (at - askedAt < ASK_EVERY_MS) return worked + (at - askedAt);
    askedAt = at;
    worked = Math.max(worked, workedMs(thread) ?? 0);
    return worked;
  };
}
