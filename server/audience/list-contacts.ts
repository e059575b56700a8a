/** Contacts of an install, listed and counted by a filter: a range of them at a time, as few filters have an index. */
import type { ContactView, List } from '../../shared/api';
import { toTwoWayList, type PageRequest, type TwoWayList, type TwoWayRequest } from '../db/page';
import { pages, PART } from '../db/parts';
import { ofRange, scanDown, scanUp, type Range } from '../db/scan';
import type { Db, Row } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { filtered, withOwners, type KnownFilter } from './contact-filter';
import { viewContacts } from './contact-view';
import { findSuppressions, type Suppression } from './suppressions';

/** Newest first. */
export async function listContacts(
  db: Db,
  tenant: Tenant,
  request: KnownFilter & PageRequest,
): Promise<List<ContactView>> {
  const { has_newer: _, ...list } = await pageContacts(db, tenant, request);
  return list;
}

/** The same, read both ways. */
export async function pageContacts(
  db: Db,
  tenant: Tenant,
  request: KnownFilter & TwoWayRequest,
): Promise<TwoWayList<ContactView>> {
  const rows = await listContactRows(db, tenant, { ...request, limit: request.limit + 1 });
  const views = await viewContacts(db, tenant, rows);
  return toTwoWayList(views, request, (view) => view);
}

/** `limit` at most; newest first, or with `ending_before` the other way round. */
export async function listContactRows(
  db: Db,
  tenant: Tenant,
  request: KnownFilter & TwoWayRequest,
): Promise<Row<'contact'>[]> {
  if (request.is_suppressed) return listSuppressed(db, tenant, request);
  const { limit, starting_after, ending_before, ...asked } = request;
  const filter = await withOwners(db, tenant, asked);
  const rows: Row<'contact'>[] = [];
  const isUp = ending_before !== undefined;
  const look = async (range: Range) => {
    const found = await filtered(contactsIn(db, tenant, range), filter)
      .selectAll()
      .orderBy('id', isUp ? 'asc' : 'desc')
      .limit(limit - rows.length)
      .execute();
    rows.push(...found);
    return rows.length >= limit;
  };
  const isAll = Object.values(filter).every((value) => value === undefined);
  // Without a filter, by an address or an id, no row is looked at in vain.
  const isFound = filter.email !== undefined || filter.ids !== undefined || isAll;
  if (isUp) {
    if (isFound) await look({ from: undefined, until: ending_before && `${ending_before}0` });
    else await scanUp(db, tenant, { ...CONTACT_KEY, after: ending_before }, look);
  } else if (isFound) await look({ from: starting_after, until: undefined });
  else await scanDown(db, tenant, { ...CONTACT_KEY, after: starting_after }, look);
  return rows;
}

export async function countContacts(db: Db, tenant: Tenant, asked: KnownFilter = {}): Promise<number> {
  if (asked.is_suppressed) {
    let count = 0;
    for await (const some of suppressedParts(db, tenant, asked)) count += some.length;
    return count;
  }
  const filter = await withOwners(db, tenant, asked);
  let all = 0;
  const count = async (range: Range) => {
    const row = await filtered(contactsIn(db, tenant, range), filter)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    all += row.count;
    return false;
  };
  // Of all, or of those who pay, an index has the count: in ranges it would be gone through once for each.
  const { mrr_in: _, ...others } = filter;
  const isIndexed = Object.values(others).every((value) => value === undefined);
  await (isIndexed ? count({ from: undefined, until: undefined }) : scanDown(db, tenant, CONTACT_KEY, count));
  return all;
}

async function listSuppressed(
  db: Db,
  tenant: Tenant,
  { limit, ...request }: KnownFilter & TwoWayRequest,
): Promise<Row<'contact'>[]> {
  const rows: Row<'contact'>[] = [];
  for await (const some of suppressedParts(db, tenant, request)) {
    rows.push(...some);
    if (rows.length >= limit) break;
  }
  return rows.slice(0, limit);
}

/**
 * Those whose address is suppressed, of each part of the others. A suppression knows its address by a hash alone, so each is
 * hashed and looked up; the event loop turns in between.
 */
async function* suppressedParts(
  db: Db,
  tenant: Tenant,
  { is_suppressed: _, starting_after, ending_before, ...filter }: KnownFilter & Omit<TwoWayRequest, 'limit'>,
): AsyncGenerator<Row<'contact'>[]> {
  const { untouched_since = Infinity } = filter;
  const isSuppressedSince = (one: Suppression | undefined) => one !== undefined && one.at <= untouched_since;
  const isUp = ending_before !== undefined;
  const next = (last?: Row<'contact'>) => {
    const place = isUp ? { ending_before: last?.id ?? ending_before } : { starting_after: last?.id ?? starting_after };
    return listContactRows(db, tenant, { ...filter, ...place, limit: PART });
  };
  for await (const some of pages(next)) {
    const suppressions = await findSuppressions(
      db,
      tenant,
      some.map(({ email }) => email),
    );
    yield some.filter(({ email }) => isSuppressedSince(suppressions.get(email)));
  }
}

const CONTACT_KEY = { table: 'contact', key: 'id' } as const;

const contactsIn = (db: Db, tenant: Tenant, range: Range) =>
  db.selectFrom('contact').where(ofTenant(tenant)).where(ofRange('id', range));

/** A part of an address or name finds at most `limit` contacts, the newest; their ids. */
export async function findContactIds(db: Db, tenant: Tenant, query: string, limit: number): Promise<string[]> {
  const filter = await withOwners(db, tenant, { query });
  const ids: string[] = [];
  await scanDown(db, tenant, CONTACT_KEY, async (range) => {
    const found = await filtered(contactsIn(db, tenant, range), filter)
      .select('id')
      .orderBy('id', 'desc')
      .limit(limit - ids.length)
      .execute();
    ids.push(...found.map(({ id }) => id));
    return ids.length >= limit;
  });
  return ids;
}

const MOST_GROUPS = 200;

/** The user groups in use, for filters. */
export async function listUserGroups(db: Db, tenant: Tenant): Promise<string[]> {
  const groups = new Set<string>();
  await scanDown(db, tenant, CONTACT_KEY, async (range) => {
    const rows = await contactsIn(db, tenant, range)
      .select('user_group')
      .distinct()
      .where('user_group', 'is not', null)
      .execute();
    for (const { user_group } of rows) groups.add(user_group ?? '');
    return false;
  });
  return [...groups].sort().slice(0, MOST_GROUPS);
}
