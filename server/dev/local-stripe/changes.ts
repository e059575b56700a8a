/** What `previous_attributes` of an update says: only what changed, with the values from before; what was absent is null. */
export function previousAttributes(before: object, after: object): object | undefined {
  const previous: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const old = (before as Record<string, unknown>)[key];
    const now = (after as Record<string, unknown>)[key];
    if (JSON.stringify(old) === JSON.stringify(now)) continue;
    previous[key] = isPlain(old) && isPlain(now) ? previousAttributes(old, now) : (old ?? null);
  }
  return Object.keys(previous).length > 0 ? previous : undefined;
}

/** Lays `changes` over `target`, in depth for objects; arrays and values are replaced. */
export function mergeDeep(target: object, changes: object): void {
  for (const [key, value] of Object.entries(changes)) {
    if (key === '__proto__') continue;
    const current = (target as Record<string, unknown>)[key];
    if (isPlain(current) && isPlain(value)) mergeDeep(current, value);
    else (target as Record<string, unknown>)[key] = value;
  }
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
