/** How a resource declares its API calls. */
import type { Collection } from './collection';
import { integer, nested, text, type Params } from './form';
import { noSuch } from './stripe-error';
import type { Tenant } from './tenant';

export interface Call {
  tenant: Tenant;
  /** Query and body together, as Stripe reads them. */
  params: Params;
  /** The id in the path, when there is one. */
  id: string;
  path: string;
}

/** What a key needs, without the `rak_` in front; null for what every key may do. */
export type Permission = string | null;

export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** Express's pattern, `/v1/customers/:id`. */
  path: string;
  permission: Permission;
  handle(call: Call): object;
}

export const get = (path: string, permission: Permission, handle: Route['handle']): Route => ({
  method: 'GET',
  path,
  permission,
  handle,
});
export const post = (path: string, permission: Permission, handle: Route['handle']): Route => ({
  method: 'POST',
  path,
  permission,
  handle,
});
export const del = (path: string, permission: Permission, handle: Route['handle']): Route => ({
  method: 'DELETE',
  path,
  permission,
  handle,
});

/** The object with this id, or Stripe's error: 404 for one from the path, 400 naming `param` otherwise. */
export function mustFind<T extends { id: string }>(
  collection: Collection<T>,
  kind: string,
  id: string,
  param?: string,
): T {
  const found = collection.find(id);
  if (!found) throw noSuch(kind, id, param);
  return found;
}

/** One page in Stripe's list shape: newest first, `limit` 1 to 100 (10), cursors, `created` filters. */
export function listPage<T extends { id: string; created?: number; date?: number }>(
  collection: Collection<T>,
  { params, path }: Pick<Call, 'params' | 'path'>,
  matches: (item: T) => boolean = () => true,
) {
  const isInTime = createdFilter(params);
  for (const cursor of ['starting_after', 'ending_before']) {
    const id = text(params, cursor);
    if (id !== undefined && !collection.find(id)) throw noSuch('object', id, cursor);
  }
  const { data, has_more } = collection.page({
    customer: text(params, 'customer'),
    limit: Math.min(Math.max(integer(params, 'limit') ?? 10, 1), 100),
    starting_after: text(params, 'starting_after'),
    ending_before: text(params, 'ending_before'),
    matches: (item) => isInTime(item.created ?? item.date ?? 0) && matches(item),
  });
  return { object: 'list', url: path, has_more, data };
}

function createdFilter(params: Params): (created: number) => boolean {
  const exact = integer(params, 'created');
  const bounds = nested(params, 'created');
  const [gte, gt, lte, lt] = ['gte', 'gt', 'lte', 'lt'].map((name) => integer(bounds, name));
  return (created) =>
    (exact === undefined || created === exact) &&
    (gte === undefined || created >= gte) &&
    (gt === undefined || created > gt) &&
    (lte === undefined || created <= lte) &&
    (lt === undefined || created < lt);
}

/** A list inside an object. */
export const embeddedList = <T>(data: T[], url: string) => ({ object: 'list' as const, data, has_more: false, url });
