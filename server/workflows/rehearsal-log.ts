/** The log in the order in which things happened at Stripe, a part at a time. */
import { setImmediate as breathe } from 'node:timers/promises';
import { firstIdAt } from '../db/new-id';
import { keyFor } from '../db/keys';
import { pages } from '../db/parts';
import { readPayloads } from '../db/payloads';
import { TooMuch } from '../db/queue';
import type { Db, Row } from '../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../db/tenant';
import { AppError } from '../errors';

/** Epoch milliseconds. */
export interface Span {
  from: number;
  until: number;
}

/** What of its row matters; very many are held at once. */
export type Place = Pick<
  Row<'event'>,
  'id' | 'seq' | 'type' | 'created' | 'received_at' | 'status' | 'reason' | 'contact_id' | 'customer_id'
>;

export interface Logged {
  row: Place;
  /** Undefined where its payload is no longer kept. */
  payload: string | undefined;
}

const COLUMNS = ['id', 'seq', 'created', 'received_at', 'status', 'reason', 'contact_id', 'customer_id'] as const;

const HOUR_S = 3_600;
/** Stripe's clock and ours may differ by so much. */
const SKEW_MS = 24 * 3_600_000;
/** Events whose places take some 150 MB. */
const MAX_EVENTS = 500_000;
/** Events of a part: some milliseconds. */
const AT_ONCE = 100;
/** Throws invalid_request where there are too many. */
export async function* readHappened(
  db: Db,
  tenant: Tenant,
  types: readonly string[],
  span: Span,
): AsyncGenerator<Logged[]> {
  const hours = await placesByHour(db, tenant, types, span);
  for (const hour of [...hours.keys()].sort((a, b) => a - b)) {
    const places = (hours.get(hour) ?? []).sort((a, b) => a.created - b.created || (a.seq < b.seq ? -1 : 1));
    hours.delete(hour);
    for (let start = 0; start < places.length; start += AT_ONCE) {
      yield* readPart(db, tenant, places.slice(start, start + AT_ONCE));
      await breathe();
    }
  }
}

/** By hour, for sorting all at once would take long. */
async function placesByHour(db: Db, tenant: Tenant, types: readonly string[], { from, until }: Span) {
  const hours = new Map<number, Place[]>();
  let found = 0;
  for (const type of types) {
    const next = (last: { seq: string } | undefined) =>
      db
        .selectFrom('event')
        .select(COLUMNS)
        .where(ofTenant(tenant))
        .where('type', '=', type)
        .where('seq', '>', last?.seq ?? firstIdAt(from - SKEW_MS))
        .orderBy('seq')
        .limit(500)
        .execute();
    for await (const page of pages(next)) {
      const own = page.filter(({ created }) => created * 1000 >= from && created * 1000 <= until);
      found += own.length;
      if (found > MAX_EVENTS)
        throw new AppError('invalid_request', 'days: has over 500,000 events; must be fewer days', 'days');
      for (const one of own) {
        const place: Place = { ...one, type };
        const hour = Math.floor(place.created / HOUR_S);
        const places = hours.get(hour);
        if (places) places.push(place);
        else hours.set(hour, [place]);
      }
    }
  }
  return hours;
}

async function* readPart(db: Db, tenant: Tenant, places: readonly Place[]): AsyncGenerator<Logged[]> {
  const columns = tenantColumns(tenant);
  let payloads: Map<string, string>;
  try {
    payloads = await readPayloads(
      db,
      places.map(({ seq }) => keyFor(columns, seq)),
    );
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    const half = Math.ceil(places.length / 2);
    yield* readPart(db, tenant, places.slice(0, half));
    yield* readPart(db, tenant, places.slice(half));
    return;
  }
  yield places.map((row) => ({ row, payload: payloads.get(row.seq) }));
}
