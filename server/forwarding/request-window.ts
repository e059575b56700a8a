/**
 * So many requests of each install in any stretch of time, by this process: as many as the tool says it takes, once it has said so.
 * Time is the network's: it is real, not the context's.
 */
import { setTimeout as wait } from 'node:timers/promises';

export interface RequestWindow {
  /** Resolves when one more may go. */
  turn(installKey: string): Promise<void>;
  /** Nothing goes for so long, unless longer was said already. */
  pause(installKey: string, ms: number): void;
  /** What an answer says of the limit: other programs use it as well. */
  heed(installKey: string, headers: Readonly<Record<string, string>>): void;
}

/** Longer than that a row waits in its table, not in memory. */
const LONGEST_PAUSE_MS = 5_000;
const MOST_REQUESTS = 1_000;
/** Installs remembered; an older one begins anew. */
const MOST_KEPT = 10_000;

interface Known {
  /** When each of the last requests went or will go, at most as many as may go at once. */
  turns: number[];
  requests: number;
  pausedUntil: number;
}

export function createRequestWindow({ requests, ms }: { requests: number; ms: number }): RequestWindow {
  const installs = new Map<string, Known>();

  function of(installKey: string): Known {
    if (installs.size > MOST_KEPT) installs.clear();
    const known = installs.get(installKey) ?? { turns: [], requests, pausedUntil: 0 };
    installs.set(installKey, known);
    return known;
  }

  function pause(installKey: string, pauseMs: number): void {
    const known = of(installKey);
    known.pausedUntil = Math.max(known.pausedUntil, performance.now() + Math.min(pauseMs, LONGEST_PAUSE_MS));
  }

  return {
    pause,
    async turn(installKey) {
      const known = of(installKey);
      const now = performance.now();
      const earliest = known.turns.length < known.requests ? now : known.turns.at(-known.requests)! + ms;
      const at = Math.max(now, earliest, known.pausedUntil);
      known.turns = [...known.turns, at].slice(-known.requests);
      if (at > now) await wait(at - now);
    },
    heed(installKey, headers) {
      const limit = Number(headers['x-ratelimit-limit'] ?? NaN);
      if (Number.isInteger(limit) && limit > 0) of(installKey).requests = Math.min(limit, MOST_REQUESTS);
      if (headers['x-ratelimit-remaining'] === '0') pause(installKey, ms);
    },
  };
}
