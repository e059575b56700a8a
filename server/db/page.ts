/** Lists as Stripe's: newest first, `starting_after` an id, `has_more`. */
import type { List } from '../../shared/api';

export interface PageRequest {
  /** 1 to 100. */
  limit: number;
  starting_after?: string;
}

export const DEFAULT_LIMIT = 20;

/** Rows fetched with one more than the limit, as a list. */
export function toList<R, T>(rows: readonly R[], limit: number, view: (row: R) => T): List<T> {
  return { object: 'list', data: rows.slice(0, limit).map(view), has_more: rows.length > limit };
}
