export interface MovableClock {
  /** Epoch milliseconds. */
  now(): number;
  advance(ms: number): void;
}

/** Real time, or another's, plus what was added: signatures and time-outs work as in life. */
export function createMovableClock(base: () => number = Date.now): MovableClock {
  let added = 0;
  return { now: () => base() + added, advance: (ms) => void (added += ms) };
}
