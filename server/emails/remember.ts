/** A pure function that keeps its latest answers: parsed templates and Intl formats cost more to make than to use. */
export function remember<T>(make: (key: string) => T, size = 500): (key: string) => T {
  const kept = new Map<string, T>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    if (kept.size >= size) kept.delete(kept.keys().next().value ?? '');
    kept.set(key, made);
    return made;
  };
}
