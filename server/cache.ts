/** What costs more to make than to keep, such as prepared statements, parsed templates and Intl formats. */

/**
 * Holds some `max` values; those that have not been used for the longest time are dropped. In two halves, so that using
 * a value moves nothing: whatever wasn't used until the newer half is full is in the older, which goes next.
 */
export function createCache<K, V extends NonNullable<unknown>>(max: number) {
  const half = Math.max(1, Math.floor(max / 2));
  let newer = new Map<K, V>();
  let older = new Map<K, V>();
  const set = (key: K, value: V): V => {
    if (newer.size >= half && !newer.has(key)) [older, newer] = [newer, new Map<K, V>()];
    newer.set(key, value);
    return value;
  };
  const get = (key: K): V | undefined => {
    const value = newer.get(key);
    if (value !== undefined) return value;
    const old = older.get(key);
    return old === undefined ? undefined : set(key, old);
  };
  /** The kept value, or the one that `make` returns; what it throws passes through and nothing is kept. */
  const remember = (key: K, make: () => V): V => get(key) ?? set(key, make());
  const drop = (key: K): void => {
    newer.delete(key);
    older.delete(key);
  };
  const clear = (): void => {
    newer.clear();
    older.clear();
  };
  return { get, set, remember, delete: drop, clear };
}
