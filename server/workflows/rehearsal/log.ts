/** The log in the order in which things happened at Stripe, a part at a time, without what can't matter. */
import { keyFor, selectByKeys } from '../../db/keys';
import { firstIdAt } from '../../db/new-id';
import { pages } from '../../db/parts';
import { readPayloadsInParts } from '../../db/payloads';
import type { Db } from '../../db/schema';
import { ofTenant, tenantColumns, type Tenant } from '../../db/tenant';
import { AppError } from '../../errors';
import { isLate } from '../run-key';

/** Epoch milliseconds. */
export interface Span {
  from: number;
  until: number;
}

/** What of an event's row matters; very many are held at once. */
export interface Place {
  id: string;
  seq: string;
  type: string;
  /** Epoch seconds. */
  created: number;
  isLate: boolean;
  isProcessed: boolean;
  isOff: boolean;
  contactId: string | null;
  customerId: string | null;
}

const COLUMNS = ['id', 'seq', 'created', 'received_at', 'status', 'reason', 'contact_id', 'customer_id'] as const;

const HOUR_S = 3_600;
/** Stripe's clock and ours may differ by so much. */
const SKEW_MS = 24 * 3_600_000;
/** Events whose places take some 150 MB. */
const MAX_EVENTS = 500_000;
/** Events that are read at once. */
export const AT_ONCE = 250;
/** Of one second so many stay together. */
const MOST_OF_A_SECOND = 500;

/** Which events are to be held. */
export interface Choice {
  /** Whether this one is. Asked of all events of the first type, before those of the others. */
  take(place: Place): boolean;
  /** To be called between. */
  complete(): Promise<void>;
}

export interface Held {
  count: number;
  /** So many at once, in the order in which they happened; what has been taken is let go. */
  parts(atOnce?: number): Generator<Place[]>;
}

/** Events of these types, those of the first before the others. Throws invalid_request where there are too many. */
export async function holdPlaces(
  db: Db,
  tenant: Tenant,
  { types, span, choice }: { types: readonly string[]; span: Span; choice?: Choice },
): Promise<Held> {
  const hours = new Map<number, Place[]>();
  let count = 0;
  for (const [n, type] of types.entries()) {
    if (n === 1) await choice?.complete();
    for await (const page of readType(db, tenant, type, span)) {
      await linkContacts(db, tenant, page);
      for (const place of page) {
        if (choice && !choice.take(place)) continue;
        if (++count > MAX_EVENTS)
          throw new AppError('invalid_request', 'days: has over 500,000 events; must be fewer days', 'days');
        const hour = Math.floor(place.created / HOUR_S);
        const places = hours.get(hour);
        if (places) places.push(place);
        else hours.set(hour, [place]);
      }
    }
  }
  return { count, parts: (atOnce = AT_ONCE) => piecesOf(inOrder(hours), ({ created }) => created, atOnce) };
}

/** An event that is off counts as if it was on, for the contact that its customer is linked to. */
async function linkContacts(db: Db, tenant: Tenant, places: readonly Place[]): Promise<void> {
  const unlinked = places.filter(
    ({ isOff, contactId, customerId }) => isOff && contactId === null && customerId !== null,
  );
  if (unlinked.length === 0) return;
  const columns = tenantColumns(tenant);
  const keys = unlinked.map(({ customerId }) => keyFor(columns, customerId ?? ''));
  const links = await selectByKeys(db, 'customer_link', 'customer_id', keys);
  const linked = new Map(links.map((link) => [link.customer_id, link.contact_id]));
  for (const place of unlinked) place.contactId = linked.get(place.customerId ?? '') ?? null;
}

/** By hour, for sorting all at once would take long. Those of an hour are let go once it is over. */
function* inOrder(hours: Map<number, Place[]>): Generator<Place> {
  for (const hour of [...hours.keys()].sort((a, b) => a - b)) {
    const places = hours.get(hour) ?? [];
    hours.delete(hour);
    yield* places.sort((a, b) => a.created - b.created || (a.seq < b.seq ? -1 : 1));
  }
}

/** What follows each other, in pieces of `count` and as many more as bear the same second as its last. */
export function* piecesOf<T>(
  all: Iterable<T>,
  secondOf: (one: T) => number,
  count: number,
): Generator<[T, ...T[]], void> {
  let piece: [T, ...T[]] | undefined;
  let second: number | undefined;
  let ofSecond = 0;
  for (const one of all) {
    const before = second;
    second = secondOf(one);
    ofSecond = second === before ? ofSecond + 1 : 1;
    const mayPart = ofSecond === 1 || ofSecond > MOST_OF_A_SECOND;
    if (piece && (piece.length < count || !mayPart)) piece.push(one);
    else {
      if (piece) yield piece;
      piece = [one];
      ofSecond = 1;
    }
  }
  if (piece) yield piece;
}

async function* readType(db: Db, tenant: Tenant, type: string, { from, until }: Span): AsyncGenerator<Place[]> {
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
  for await (const page of pages(next))
    yield page
      .filter(({ created }) => created * 1000 >= from && created * 1000 <= until)
      .map(({ id, seq, created, received_at, status, reason, contact_id, customer_id }) => ({
        id,
        seq,
        type,
        created,
        isLate: isLate(created, received_at),
        isProcessed: status === 'processed',
        isOff: reason === 'event_off',
        contactId: contact_id,
        customerId: customer_id,
      }));
}

/** Their payloads, as many together as are not too much for one go; those that are no longer kept are missing. */
export function readPayloadsOf<P extends Place>(db: Db, tenant: Tenant, places: readonly P[]) {
  const columns = tenantColumns(tenant);
  return readPayloadsInParts(db, places, ({ seq }) => keyFor(columns, seq));
}
