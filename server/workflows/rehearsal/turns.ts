/** When what takes long lets others go on. */
import { setImmediate as breathe } from 'node:timers/promises';

export interface Turns {
  /** Whether `next` is to be called. */
  areOver(): boolean;
  next(): Promise<void>;
}

/** After so many milliseconds the event loop turns. */
const TURN_MS = 8;

/** `next` throws what the signal gives as its reason when it is aborted. */
export function createTurns(signal: AbortSignal): Turns {
  let endsAt = performance.now() + TURN_MS;
  return {
    areOver: () => performance.now() >= endsAt,
    async next() {
      await breathe();
      signal.throwIfAborted();
      endsAt = performance.now() + TURN_MS;
    },
  };
}

/** In a thread of its own there are no others. */
export const NO_TURNS: Turns = { areOver: () => false, next: () => Promise.resolve() };
