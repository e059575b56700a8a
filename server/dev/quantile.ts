/** `share` from 0 to 1. NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
