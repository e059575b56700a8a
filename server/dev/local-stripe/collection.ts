/** Objects of one kind: found by id, listed newest first, and by customer, without scanning the rest. */

interface Stored {
  id: string;
  created?: number;
  /** Invoice items carry `date` in place of `created`. */
  date?: number;
}

interface PageQuery<T> {
  customer?: string;
  limit: number;
  starting_after?: string;
  ending_before?: string;
  matches?: (item: T) => boolean;
}

export interface Collection<T extends Stored> {
  size: number;
  find(id: string): T | undefined;
  put(item: T): T;
  remove(id: string): void;
  /** Newest first. */
  list(customer?: string): T[];
  page(query: PageQuery<T>): { data: T[]; has_more: boolean };
}

/** The id of what a field refers to. Objects are stored with bare ids here; only answers have them expanded. */
export const idOf = (reference: string | { id: string }): string =>
  typeof reference === 'string' ? reference : reference.id;

const timeOf = (item: Stored) => item.created ?? item.date ?? 0;

const customerOf = (item: object): string | undefined =>
  'customer' in item && typeof item.customer === 'string' ? item.customer : undefined;

export function createCollection<T extends Stored>(): Collection<T> {
  const byId = new Map<string, T>();
  const all: T[] = [];
  const byCustomer = new Map<string, T[]>();
  const filedUnder = new Map<string, string>();

  const listOf = (customer: string): T[] => {
    const list = byCustomer.get(customer) ?? [];
    byCustomer.set(customer, list);
    return list;
  };

  const remove = (id: string): void => {
    const item = byId.get(id);
    if (!item) return;
    byId.delete(id);
    take(all, item);
    take(byCustomer.get(filedUnder.get(id) ?? '') ?? [], item);
  };

  return {
    get size() {
      return byId.size;
    },
    find: (id) => byId.get(id),
    put(item) {
      remove(item.id);
      byId.set(item.id, item);
      insert(all, item);
      const customer = customerOf(item);
      if (customer) {
        insert(listOf(customer), item);
        filedUnder.set(item.id, customer);
      }
      return item;
    },
    remove,
    list: (customer) => [...(customer ? (byCustomer.get(customer) ?? []) : all)].reverse(),
    page({ customer, limit, starting_after, ending_before, matches = () => true }) {
      const items = customer ? (byCustomer.get(customer) ?? []) : all;
      const backwards = ending_before !== undefined && starting_after === undefined;
      const cursor = byId.get(starting_after ?? ending_before ?? '');
      const step = backwards ? 1 : -1;
      let index = cursor ? positionOf(items, cursor) + step : items.length - 1;
      const found: T[] = [];
      for (; index >= 0 && index < items.length && found.length <= limit; index += step)
        if (matches(items[index]!)) found.push(items[index]!);
      const data = found.slice(0, limit);
      return { data: backwards ? data.reverse() : data, has_more: found.length > limit };
    },
  };
}

/** Lists are kept oldest first, so that a new object is a push; an equal time goes behind. */
function insert<T extends Stored>(items: T[], item: T): void {
  const last = items.at(-1);
  if (!last || timeOf(last) <= timeOf(item)) items.push(item);
  else items.splice(firstAfter(items, timeOf(item)), 0, item);
}

function take<T extends Stored>(items: T[], item: T): void {
  const index = positionOf(items, item);
  if (index >= 0) items.splice(index, 1);
}

function firstAfter(items: Stored[], time: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOf(items[middle]!) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function positionOf(items: Stored[], item: Stored): number {
  let index = firstAfter(items, timeOf(item)) - 1;
  while (index >= 0 && items[index] !== item && timeOf(items[index]!) === timeOf(item)) index -= 1;
  return index;
}
