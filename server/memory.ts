/** Answers that are dear to get and may be a little old. */
const MOST = 1_000;

/** What `load` answered for a key, for `maxAgeMs`. Those who ask at once share one answer; a failure is not kept. */
export function createMemory<T>(maxAgeMs: number) {
  const kept = new Map<string, { at: number; value: Promise<T> }>();
  return (key: string, now: number, load: () => Promise<T>): Promise<T> => {
    const known = kept.get(key);
    if (known && now - known.at < maxAgeMs) return known.value;
    if (kept.size >= MOST) kept.clear();
    const value = load();
    kept.set(key, { at: now, value });
    value.catch(() => kept.delete(key));
    return value;
  };
}
