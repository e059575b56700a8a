/** What objects at Stripe were like: for a Stripe that answers as of a while ago, as one that reads from a replica would. */
import type { Clock } from './clock';

interface Version {
  at: number;
  object: object;
}

export interface StripePast {
  /** `path` is where the API has it. To be called whenever it has changed. */
  note(path: string, object: object): void;
  /** As it was so many milliseconds ago, or when it began; undefined where nothing was noted. */
  before(path: string, ms: number): object | undefined;
}

/** Enough for the lags of the torture; older ones go. */
const KEPT = 6;

export function createStripePast(clock: Clock): StripePast {
  const versions = new Map<string, Version[]>();
  return {
    note(path, object) {
      const known = versions.get(path) ?? [];
      versions.set(path, [...known.slice(1 - KEPT), { at: clock.now(), object: structuredClone(object) }]);
    },
    before(path, ms) {
      const known = versions.get(path);
      return (known?.findLast(({ at }) => at <= clock.now() - ms) ?? known?.[0])?.object;
    },
  };
}
