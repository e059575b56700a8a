/** Results of queries that take long and may be a little old, such as counts for a page. */
import { createCache } from './cache';

const MAX_KEPT = 1_000;

/**
 * Returns what `load` gave for the key in the last `maxAgeMs`. Callers at the same time share one load; a failure is not
 * kept, nor what `isKept` says is had again soon enough. `now` in epoch milliseconds.
 */
export function createMemory<T>(maxAgeMs: number, isKept: (value: T) => boolean = () => true) {
  const cache = createCache<string, { at: number; value: Promise<T> }>(MAX_KEPT);
  return (key: string, now: number, load: () => Promise<T>): Promise<T> => {
    const known = cache.get(key);
    if (known && now - known.at < maxAgeMs) return known.value;
    const value = load();
    cache.set(key, { at: now, value });
    const forget = () => cache.get(key)?.value === value && cache.delete(key);
    value.then((known) => isKept(known) || forget(), forget);
    return value;
  };
}
