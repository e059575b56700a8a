/** The log of those whose address or name was searched for. */
import { setImmediate as breathe } from 'node:timers/promises';
import type { EventView } from '../../shared/api';
import { findContactIds } from '../audience/list-contacts';
import { isContactFoundBy } from '../audience/contact-filter';
import { inList } from '../db/bulk';
import { countedTo, countUpTo, toTwoWayList, wayOf, type Count, type TwoWayList, type TwoWayRequest } from '../db/page';
import { ofRange, scanDown, scanUp } from '../db/scan';
import type { Db } from '../db/schema';
import type { Tenant } from '../db/tenant';
import { eventsWith, type EventFilter } from './event-filter';
import { selectEvents, seqOfStart, viewEvent } from './events';

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
        eventsWith(db, tenant, { ...filter, contact })
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
    const found = await eventsWith(db, tenant, filter)
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
