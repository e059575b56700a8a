/**
 * Milliseconds until failed work is tried again: from `first` doubling to `longest`, with jitter so that rows don't come
 * back together. `attempt` counts from 1.
 */
export function backOffMs(attempt: number, { first = 2_000, longest = 3_600_000 } = {}): number {
  const wait = Math.min(longest, first * 2 ** Math.min(attempt - 1, 30));
  return Math.round(wait * (0.75 + Math.random() * 0.25));
}
