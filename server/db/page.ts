/** Lists as Stripe's: newest first, `starting_after` an id, `has_more`. */
import type { List } from '../../shared/api';
import { AppError } from '../errors';

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

/** Throws invalid_request when what a page starts after isn't there: as at Stripe, nothing comes after what is gone. */
export async function checkStart(
  { starting_after: after }: { starting_after?: string | undefined },
  what: string,
  find: (id: string) => Promise<unknown>,
): Promise<void> {
  if (after !== undefined && (await find(after)) === undefined)
    throw new AppError('invalid_request', `starting_after: no such ${what}`, 'starting_after');
}
