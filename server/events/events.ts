/** The log: one row per delivered event, with what became of it. */
import { setImmediate as breathe } from 'node:timers/promises';
import { sql, type SelectQueryBuilder, type SqlBool } from 'kysely';
import { EVENT_STATUSES, type EventStatus, type EventView, type List } from '../../shared/api';
import { oneOf } from '../../shared/one-of';
import { findContactIds, isContactFoundBy } from '../audience/contacts';
import { AppError } from '../errors';
import { inList } from '../db/bulk';
import { isoTime, isoTimeOrNull } from '../db/columns';
import type { ErasedTable } from '../db/erase';
import { firstIdAt } from '../db/new-id';
import type { OldRows } from '../db/old-rows';
import {
  countedTo,
  countUpTo,
  pageOf,
  toTwoWayList,
  wayOf,
  type Count,
  type PageRequest,
  type TwoWayList,
  type TwoWayRequest,
} from '../db/page';
import { PART, pages } from '../db/parts';
import type { Db, ReplayScope, Row, Schema } from '../db/schema';
import { selectByKeys } from '../db/keys';
import { ofRange, scanDown, scanUp } from '../db/scan';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { isTenantConnected } from '../db/tenant-state';
import { transact } from '../db/transact';
import { MADE_BY_HAND } from './own-events';
import { noteReplay, type Replayer } from './replays';

export const EVENT_TABLES = [
  { table: 'event_payload', key: 'seq' },
  { table: 'event_replay', key: 'event_id' },
  { table: 'event', key: 'seq' },
] as const satisfies ErasedTable[];

export interface EventFilter {
  type?: string;
  status?: EventStatus;
  /** The event's own customer (cus_…). */
  customer?: string;
  contact?: string;
  /** Epoch milliseconds of receipt: from `since` up to, not including, `until`. */
  since?: number;
  until?: number;
}

type EventRow = Row<'event'> & { email: string | null };

const selectEvents = (db: Db, tenant: Tenant) =>
  db
    .selectFrom('event')
    .leftJoin('contact', (join) =>
      join
        .onRef('contact.account_id', '=', 'event.account_id')
        .onRef('contact.livemode', '=', 'event.livemode')
        .onRef('contact.id', '=', 'event.contact_id'),
    )
    .selectAll('event')
    .select('contact.email as email')
    .where(ofTenant(tenant, 'event'));

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

/** Without an order. */
export const eventsWith = (db: Db, tenant: Tenant, filter: EventFilter): SelectQueryBuilder<Schema, 'event', object> =>
  filtered(db.selectFrom('event').where(ofTenant(tenant, 'event')), filter);

/** Of so many contacts each is looked up by itself; of more, the events are gone through. */
const MOST_CONTACTS = 1_000;
/** Selects in one statement: SQLite takes 500. */
const SELECTS = 100;

/**
 * The events of the contacts that are found by a part of their address or name, newest first. Throws invalid_request when what
 * the page starts at is no event of the install. `count` up to `most`; null where very many contacts are found.
 */
export async function pageEventsByContact(
  db: Db,
  tenant: Tenant,
  part: string,
  { limit, starting_after, ending_before, ...filter }: EventFilter & TwoWayRequest,
  most: number,
): Promise<{ events: TwoWayList<EventView>; count: Count | null }> {
  const { isUp, from, order, request } = wayOf({ limit, starting_after, ending_before });
  const wanted = { from: await seqOfStart(db, tenant, from), isUp, limit: limit + 1 };
  const contacts = await findContactIds(db, tenant, part, MOST_CONTACTS + 1);
  const isMany = contacts.length > MOST_CONTACTS;
  const seqs = isMany
    ? await scanForContacts(db, tenant, part, filter, wanted)
    : await newestOf(db, tenant, contacts, filter, wanted);
  const rows =
    seqs.length === 0
      ? []
      : await selectEvents(db, tenant).where('event.seq', 'in', inList(seqs)).orderBy('event.seq', order).execute();
  return {
    events: toTwoWayList(rows, request, viewEvent),
    count: isMany ? null : await countOf(db, tenant, contacts, filter, most),
  };
}

/** Up to `most`. */
async function countOf(
  db: Db,
  tenant: Tenant,
  contacts: readonly string[],
  filter: EventFilter,
  most: number,
): Promise<Count> {
  if (contacts.length === 0) return countedTo(most, 0);
  return countUpTo(
    db,
    eventsWith(db, tenant, filter).where('event.contact_id', 'in', inList(contacts)).select('event.seq'),
    most,
  );
}

interface Wanted {
  /** A `seq`, not included; undefined: from the end. */
  from: string | undefined;
  isUp: boolean;
  limit: number;
}

/** A seek in the index of each contact's events: few rows are read, however many events there are. */
async function newestOf(
  db: Db,
  tenant: Tenant,
  contacts: readonly string[],
  filter: EventFilter,
  { from, isUp, limit }: Wanted,
): Promise<string[]> {
  const newest = (contact: string) =>
    db
      .selectFrom(
        filtered(db.selectFrom('event').where(ofTenant(tenant, 'event')), { ...filter, contact })
          .$if(from !== undefined, (query) => query.where('event.seq', isUp ? '>' : '<', from ?? ''))
          .select('event.seq')
          .orderBy('event.seq', isUp ? 'asc' : 'desc')
          .limit(limit)
          .as('of_one'),
      )
      .select('seq');
  let seqs: string[] = [];
  for (let start = 0; start < contacts.length; start += SELECTS) {
    const [first, ...rest] = contacts.slice(start, start + SELECTS).map(newest);
    if (!first) break;
    const found = await rest.reduce((all, one) => all.unionAll(one), first).execute();
    const sorted = [...seqs, ...found.map(({ seq }) => seq)].sort();
    seqs = (isUp ? sorted : sorted.reverse()).slice(0, limit);
    await breathe();
  }
  return seqs;
}

/** Where so many contacts are found, so are events soon. */
async function scanForContacts(
  db: Db,
  tenant: Tenant,
  part: string,
  filter: EventFilter,
  { from, isUp, limit }: Wanted,
): Promise<string[]> {
  const seqs: string[] = [];
  await (isUp ? scanUp : scanDown)(db, tenant, { table: 'event', key: 'seq', after: from }, async (range) => {
    const found = await filtered(db.selectFrom('event').where(ofTenant(tenant, 'event')), filter)
      .where(ofRange('event.seq', range))
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('contact')
            .select('contact.id')
            .whereRef('contact.account_id', '=', 'event.account_id')
            .whereRef('contact.livemode', '=', 'event.livemode')
            .whereRef('contact.id', '=', 'event.contact_id')
            .where(isContactFoundBy(part)),
        ),
      )
      .select('event.seq')
      .orderBy('event.seq', isUp ? 'asc' : 'desc')
      .limit(limit - seqs.length)
      .execute();
    seqs.push(...found.map(({ seq }) => seq));
    return seqs.length >= limit;
  });
  return seqs;
}

type EventQuery<T extends keyof Schema, O> = SelectQueryBuilder<Schema, T | 'event', O>;

function filtered<T extends keyof Schema, O>(query: EventQuery<T, O>, filter: EventFilter): EventQuery<T, O> {
  const { type, status, customer, contact, since, until } = filter;
  let q = query as unknown as SelectQueryBuilder<Schema, 'event', O>;
  if (type !== undefined) q = q.where('event.type', '=', type);
  // A literal, so that SQLite may use the partial index on the rarer statuses.
  if (status !== undefined) q = q.where('event.status', '=', sql.lit(knownStatus(status)));
  // What is pending stands in the queue's index, found by a sub-select that doesn't name the tenant.
  if (status === 'pending')
    q = q.where('event.seq', 'in', (eb) =>
      eb
        .selectFrom('event as due')
        .select('due.seq')
        .where('due.due_at', 'is not', null)
        .where('due.status', '=', 'pending'),
    );
  if (customer !== undefined) q = q.where('event.customer_id', '=', customer).where(ofCustomersContact(customer));
  if (contact !== undefined) q = q.where('event.contact_id', '=', contact);
  if (since !== undefined) q = q.where('event.seq', '>=', firstIdAt(since));
  if (until !== undefined) q = q.where('event.seq', '<', firstIdAt(until));
  return q;
}

/** How events of a customer are found: by its contact, which they move along with, or among those without a contact. */
const ofCustomersContact = (customer: string) => sql<SqlBool>`(event.contact_id is null or event.contact_id = (
  select link.contact_id from customer_link link
  where link.account_id = event.account_id and link.livemode = event.livemode and link.customer_id = ${customer}
))`;

/** Goes into a statement as it is, so a type isn't enough. Throws invalid_request. */
function knownStatus(value: string): EventStatus {
  const status = oneOf(EVENT_STATUSES, value);
  if (status === undefined)
    throw new AppError('invalid_request', `status: must be one of ${EVENT_STATUSES.join(', ')}`, 'status');
  return status;
}

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

/** `now` in epoch milliseconds. */
export const toBeReplayed = (scope: ReplayScope, now: number) =>
  ({
    status: 'pending',
    reason: null,
    outcome: 'Waiting to be replayed',
    due_at: now,
    claims: 0,
    attempts: 0,
    give_up_at: null,
    replay: scope,
  }) as const;

/**
 * Runs an event again under today's settings. What was done stays done: no second contact, run or email. Undefined when
 * there is no such event; throws not_installed, and invalid_request when its payload was not kept. `now` in epoch
 * milliseconds.
 */
export async function replayEvent(
  db: Db,
  tenant: Tenant,
  id: string,
  now: number,
  scope: ReplayScope = 'active_then',
  by: Replayer = { via: 'api', user: null },
): Promise<EventView | undefined> {
  const event = await readEvent(db, tenant, id);
  if (!event) return undefined;
  if (!(await isTenantConnected(db, tenant)))
    throw new AppError('not_installed', 'Nothing can be replayed while the account is disconnected.');
  if (event.payload === null)
    throw new AppError('invalid_request', 'This event can’t be replayed: its payload was not kept.', 'id');
  if (id.startsWith(MADE_BY_HAND))
    throw new AppError(
      'invalid_request',
      'This event was made by hand for one workflow: start that again instead.',
      'id',
    );
  await transact(db, async (trx) => {
    await noteReplay(trx, tenant, event, { scope, by }, now);
    await trx.updateTable('event').set(toBeReplayed(scope, now)).where(ofTenant(tenant)).where('id', '=', id).execute();
  });
  const row = await selectEvents(db, tenant).where('event.id', '=', id).executeTakeFirstOrThrow();
  return viewEvent(row);
}

function viewEvent(row: EventRow): EventView {
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

/** Makes events due that wait for Stripe or for the account to be connected again. `now` in epoch milliseconds. */
export async function wakeWaitingEvents(db: Db, tenant: Tenant, now: number): Promise<void> {
  const next = (last?: { seq: string }) =>
    db
      .selectFrom('event')
      .select('seq')
      .where(ofTenant(tenant))
      // A literal, so that SQLite may use the partial index.
      .where('status', '=', sql.lit('waiting'))
      .where('seq', '>', last?.seq ?? '')
      .orderBy('seq')
      .limit(PART)
      .execute();
  for await (const some of pages(next))
    await db
      .updateTable('event')
      .set({ due_at: now })
      .where(ofTenant(tenant))
      .where('seq', 'in', inList(some.map(({ seq }) => seq)))
      .where('status', '=', 'waiting')
      .where('claims', '=', 0)
      .execute();
}

/**
 * Payloads received before a time (epoch milliseconds); `seq` begins with the time of receipt. An event that still waits
 * keeps its payload however old it is (while an account has to be reconnected, without limit), and so does one that a run
 * needs for its emails.
 */
export const oldPayloads = (before: number): OldRows => ({
  table: 'event_payload',
  key: 'seq',
  end: firstIdAt(before),
  stays: sql`exists (
    select 1 from event e
    where e.account_id = event_payload.account_id and e.livemode = event_payload.livemode and e.seq = event_payload.seq
      and (
        e.status in ('pending', 'waiting')
        or exists (
          select 1 from run r
          where r.account_id = e.account_id and r.livemode = e.livemode and r.event_id = e.id and r.status = 'running'
        )
      )
  )`,
});
