/** Plays a workflow over events: reads their payloads, and what is known of the people and objects they are about. */
import type { Db } from '../../db/schema';
import type { Tenant } from '../../db/tenant';
import { definitionOf } from '../definitions';
import { listsNamedIn } from '../list-of-email';
import { createKnownReader } from './known';
import { piecesOf, readPayloadsOf, type Place } from './log';
import { readEvents } from './read-events';
import { createRehearsal, type Stage } from './rehearsal';
import type { Tally } from './tally';
import type { Turns } from './turns';
import { judgesOthers, typesTelling } from './types';

export interface Score {
  tenant: Tenant;
  stage: Stage;
  /** What is due by then comes too: epoch milliseconds. */
  until: number;
}

/**
 * Events that are parsed and played at once. Few, for while the event loop turns nothing of them is in hand: what lives
 * that long has to be moved by the garbage collector, which takes more time than playing it.
 */
const AT_ONCE = 40;

/** `log`: the places of what matters, a part at a time, in the order in which it happened. */
export async function play(
  db: Db,
  { tenant, stage, until }: Score,
  log: AsyncIterable<readonly Place[]>,
  turns: Turns,
): Promise<Tally> {
  const definition = definitionOf(stage.workflow);
  const trigger = definition.trigger.event;
  const rehearsal = createRehearsal(stage);
  const hasLists = listsNamedIn(definition).length > 0;
  const known = createKnownReader(db, tenant, { trigger, hasOthers: judgesOthers(definition), hasLists });
  const telling = new Set(typesTelling(definition));

  for await (const { part, payloads } of ahead(readLog()))
    for (const places of piecesOf(part, ({ created }) => created, AT_ONCE)) {
      if (turns.areOver()) await turns.next();
      for (const { seq, type, isLate } of places)
        if (type === trigger && !isLate && !payloads.has(seq)) rehearsal.miss('payload_dropped');
      const events = await readEvents(places, payloads, turns);
      const last = places[places.length - 1]!.created * 1000;
      const contacts = concerned(places, startedBy(places));
      rehearsal.learn(await known.read([...rehearsal.dueContacts(last), ...contacts], events));
      for (const same of piecesOf(events, ({ event }) => event.created, 1)) {
        // What bears the same second is known before anything is done.
        await goOn(same[0].event.created * 1000 - 1);
        rehearsal.happen(same);
      }
    }
  rehearsal.learn(await known.read(rehearsal.dueContacts(until), []));
  await goOn(until);
  return rehearsal.tally();

  async function goOn(to: number): Promise<void> {
    while (rehearsal.goOn(to)) if (turns.areOver()) await turns.next();
  }

  /** It is read while what comes before is played, so it may be more than matters: of whom that ends. */
  async function* readLog() {
    let before = new Set<string>();
    for await (const places of log) {
      const starting = startedBy(places);
      const contacts = new Set(concerned(places, new Set([...starting, ...before])));
      before = starting;
      // Kept, and so at hand when they are asked for.
      await known.read(contacts, []);
      // Of the others there is nothing to end.
      const mattering = places.filter(({ type, contactId }) => telling.has(type) || contacts.has(contactId ?? ''));
      yield* readPayloadsOf(db, tenant, mattering);
    }
  }

  /** Those of their contacts of whom a run starts or is under way. */
  function concerned(places: readonly Place[], starting: ReadonlySet<string>): string[] {
    return places.flatMap(({ contactId }) =>
      contactId !== null && (starting.has(contactId) || rehearsal.isUnderWay(contactId)) ? contactId : [],
    );
  }

  /** The contacts that one of these may start a run of. */
  function startedBy(places: readonly Place[]): Set<string> {
    return new Set(places.flatMap(({ type, contactId }) => (type === trigger ? (contactId ?? []) : [])));
  }
}

/** Reads the next one while one is worked with. Once it has ended nothing is being read any more. */
async function* ahead<T>(source: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  const read = () => {
    const next = source.next();
    // It is thrown to whoever waits for it.
    next.catch(() => undefined);
    return next;
  };
  try {
    for (let next = read(); ;) {
      const { value, done } = await next;
      if (done) return;
      next = read();
      yield value;
    }
  } finally {
    await source.return(undefined);
  }
}
