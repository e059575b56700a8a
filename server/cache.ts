/** What costs more to make than to keep, such as prepared statements, parsed templates and Intl formats. */

/** Holds at most `max` values; one more drops the value that has not been used for the longest time. */
export function createCache<K, V extends NonNullable<unknown>>(max: number) {
  const values = new Map<K, V>();
  const set = (key: K, value: V): V => {
    // A Map iterates in the order of insertion, so the first key is the one unused for longest.
    values.delete(key);
    values.set(key, value);
    if (values.size > max) values.delete(values.keys().next().value as K);
    return value;
  };
  const get = (key: K): V | undefined => {
    const value = values.get(key);
    return value === undefined ? undefined : set(key, value);
  };
  /** The kept value, or the one that `make` returns; what it throws passes through and nothing is kept. */
  const remember = (key: K, make: () => V): V => get(key) ?? set(key, make());
  return { get, set, remember, delete: (key: K) => values.delete(key), clear: () => values.clear() };
}
