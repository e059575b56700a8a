/** Lists as Stripe's: newest first, `starting_after` an id, `has_more`. */
import { sql, type SelectQueryBuilder } from 'kysely';
import type { List } from '../../shared/api';
import { AppError } from '../errors';
import type { Db, Schema } from './schema';

export interface PageRequest {
  /** 1 to 100. */
  limit: number;
  starting_after?: string;
}

/** A list that is read both ways. */
export interface TwoWayRequest extends PageRequest {
  /** Instead of `starting_after`: those right before this one; '' for the very last. */
  ending_before?: string | undefined;
}

export interface TwoWayList<T> extends List<T> {
  /** There are some before these. */
  has_newer: boolean;
}

/** Which way a list is read, newest first, and from where. */
export function wayOf({ limit, starting_after, ending_before }: TwoWayRequest) {
  const isUp = ending_before !== undefined;
  return {
    isUp,
    /** Not included; undefined: from the end. */
    from: (isUp ? ending_before : starting_after) || undefined,
    beyond: isUp ? '>' : '<',
    order: isUp ? 'asc' : 'desc',
    /** For toTwoWayList. */
    request: isUp ? { limit, ending_before } : { limit, starting_after },
  } as const;
}

/** Left out of a count where there are more: counting them would be work. */
export interface Count {
  count: number;
  /** There are more. */
  isMore: boolean;
}

/** How many rows the query finds, of which no more than one beyond `most` are looked for. */
export async function countUpTo(
  db: Db,
  query: SelectQueryBuilder<Schema, never, object>,
  most: number,
): Promise<Count> {
  const { count } = await db
    .selectFrom(query.limit(most + 1).as('some'))
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return countedTo(most, count);
}

/** `counted` up to one more than `most`. */
export const countedTo = (most: number, counted: number): Count => ({
  count: Math.min(counted, most),
  isMore: counted > most,
});

/**
 * The rows of the page, in the order of `key`, and one more where there are more: for toTwoWayList. What the request names is
 * a value of `key`.
 */
export function pageOf<DB, TB extends keyof DB, O>(
  query: SelectQueryBuilder<DB, TB, O>,
  key: string,
  request: TwoWayRequest,
): SelectQueryBuilder<DB, TB, O> {
  const { from, beyond, order } = wayOf(request);
  const column = sql.ref<string>(key);
  return query
    .$if(from !== undefined, (all) => all.where(column, beyond, from ?? ''))
    .orderBy(column, order)
    .limit(request.limit + 1);
}

/** Rows fetched with one more than the limit: in the list's order, or against it where `ending_before` was asked for. */
export function toTwoWayList<R, T>(
  rows: readonly R[],
  {
    limit,
    starting_after,
    ending_before,
  }: { limit: number; starting_after?: string | undefined; ending_before?: string | undefined },
  view: (row: R) => T,
): TwoWayList<T> {
  if (ending_before === undefined) return { ...toList(rows, limit, view), has_newer: starting_after !== undefined };
  const data = rows.slice(0, limit).map(view).reverse();
  return { object: 'list', data, has_more: ending_before !== '', has_newer: rows.length > limit };
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
