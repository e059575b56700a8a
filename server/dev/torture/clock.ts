/** The torture's own time: Stripe's, and what is right. Rounds in which clocks jumped have moved it on. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** How far it runs ahead of the machine's, in milliseconds. */
  offset(): number;
  advance(ms: number): void;
  /** Tillposts' clocks differ from it so much that signatures look too old to them, or too new. */
  isDisputed(): boolean;
  setDisputed(isDisputed: boolean): void;
}

/** The environment variable by which a Tillpost under torture starts with a clock that is already wrong. */
export const CLOCK_OFFSET = 'TORTURE_CLOCK_OFFSET_MS';

export function createClock(): Clock {
  let offset = 0;
  let isDisputed = false;
  return {
    now: () => Date.now() + offset,
    offset: () => offset,
    advance: (ms) => (offset += ms),
    isDisputed: () => isDisputed,
    setDisputed: (next) => (isDisputed = next),
  };
}
