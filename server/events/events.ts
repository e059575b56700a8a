/** The log: one row per delivered event, with what became of it. */
import type { EventView, List } from '../../shared/api';
import { addressOf } from '../audience/find-addresses';
import { inList } from '../db/bulk';
import { isoTime, isoTimeOrNull } from '../db/columns';
import type { ErasedTable } from '../db/erase';
import { selectByKeys } from '../db/keys';
import {
  countUpTo,
  pageOf,
  toTwoWayList,
  wayOf,
  type Count,
  type PageRequest,
  type TwoWayList,
  type TwoWayRequest,
} from '../db/page';
import { ofRange, scanDown } from '../db/scan';
import type { Db, Row } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { AppError } from '../errors';
import { eventsWith, filtered, type EventFilter } from './event-filter';

export const EVENT_TABLES = [
  { table: 'event_payload', key: 'seq' },
  { table: 'event_replay', key: 'event_id' },
  { table: 'event', key: 'seq' },
] as const satisfies ErasedTable[];

type EventRow = Row<'event'> & { email: string | null };

export const selectEvents = (db: Db, tenant: Tenant) =>
  db.selectFrom('event').selectAll('event').select(addressOf('event').as('email')).where(ofTenant(tenant, 'event'));

/** Newest arrival first. Throws invalid_request when `starting_after` is no event of the install. */
export async function listEvents(db: Db, tenant: Tenant, request: EventFilter & PageRequest): Promise<List<EventView>> {
  const { has_newer: _, ...list } = await pageEvents(db, tenant, request);
  return list;
}

/** The same, read both ways. */
export async function pageEvents(
  db: Db,
  tenant: Tenant,
  { limit, starting_after, ending_before, ...filter }: EventFilter & TwoWayRequest,
): Promise<TwoWayList<EventView>> {
  const { from, isUp, request } = wayOf({ limit, starting_after, ending_before });
  const after = await seqOfStart(db, tenant, from);
  const place = isUp ? { ending_before: after ?? '' } : { starting_after: after };
  const query = filtered(selectEvents(db, tenant), filter);
  const rows = await pageOf(query, 'event.seq', { limit, ...place }).execute();
  return toTwoWayList(rows, request, viewEvent);
}

/** Those that are there. */
export async function readEvents(db: Db, tenant: Tenant, ids: readonly string[]): Promise<EventView[]> {
  if (ids.length === 0) return [];
  const rows = await selectEvents(db, tenant).where('event.id', 'in', inList(ids)).execute();
  return rows.map(viewEvent);
}

/** Up to `most`. */
export const countEventsTo = (db: Db, tenant: Tenant, filter: EventFilter, most: number): Promise<Count> =>
  countUpTo(db, eventsWith(db, tenant, filter).select('event.seq'), most);

/** The place of an event that a list starts after. Throws invalid_request for one that is no event of the install. */
export async function seqOfStart(
  db: Db,
  tenant: Tenant,
  startingAfter: string | undefined,
): Promise<string | undefined> {
  const after = startingAfter === undefined ? undefined : await seqOf(db, tenant, startingAfter);
  if (startingAfter !== undefined && after === undefined)
    throw new AppError('invalid_request', 'starting_after: no such event', 'starting_after');
  return after;
}

async function seqOf(db: Db, tenant: Tenant, id: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('event')
    .select('seq')
    .where(ofTenant(tenant))
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.seq;
}

/** The payload is null where none was kept or its time has passed, and shortened where it is nested absurdly deep. */
export async function readEvent(
  db: Db,
  tenant: Tenant,
  id: string,
): Promise<(EventView & { payload: unknown }) | undefined> {
  const row = await selectEvents(db, tenant).where('event.id', '=', id).executeTakeFirst();
  if (!row) return undefined;
  const [payload] = await selectByKeys(db, 'event_payload', 'seq', [{ ...tenantColumns(tenant), value: row.seq }]);
  return { ...viewEvent(row), payload: payload ? cutDeep(JSON.parse(payload.payload)) : null };
}

/** Far deeper than Stripe nests. What writes JSON or pages of it recurses: nested without end, it would fail there. */
const MAX_DEPTH = 100;

/** The same value with … for what is nested deeper than that. */
function cutDeep(value: unknown, levels = MAX_DEPTH): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return '…';
  if (Array.isArray(value)) return value.map((part) => cutDeep(part, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cutDeep(part, levels - 1)]));
}

export async function countEvents(db: Db, tenant: Tenant): Promise<number> {
  let all = 0;
  await scanDown(db, tenant, { table: 'event', key: 'seq' }, async (range) => {
    const { count } = await db
      .selectFrom('event')
      .where(ofTenant(tenant))
      .where(ofRange('seq', range))
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    all += count;
    return false;
  });
  return all;
}

export async function lastEventAt(db: Db, tenant: Tenant): Promise<string | null> {
  const row = await db
    .selectFrom('event')
    .select('received_at')
    .where(ofTenant(tenant))
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? isoTime(row.received_at) : null;
}

export function viewEvent(row: EventRow): EventView {
  return {
    id: row.id,
    object: 'event',
    type: row.type,
    livemode: row.livemode === 1,
    created: row.created,
    received_at: isoTime(row.received_at),
    status: row.status,
    reason: row.reason,
    outcome: row.outcome,
    email: row.email,
    contact: row.contact_id,
    attempts: row.attempts,
    next_attempt_at: row.status === 'waiting' ? isoTimeOrNull(row.due_at) : null,
  };
}
