/** A workflow over the events of the log: who would have got what, and when. Reads; writes and sends nothing. */
import { setImmediate as breathe } from 'node:timers/promises';
import { z } from 'zod';
import type { ObjectKind, Rehearsal } from '../../shared/api';
import { ACCOUNT_EVENT_TYPES, type TriggerType } from '../../shared/catalogue';
import { isContactEventType } from '../../shared/contact-events';
import { NOT_IN_LOG } from '../../shared/words/rehearsal';
import type { Definition } from '../../shared/workflow';
import type { Context } from '../context';
import { keyFor, selectByKeys } from '../db/keys';
import type { Db } from '../db/schema';
import { tenantColumns, tenantKey, type Tenant } from '../db/tenant';
import { findAddresses } from '../audience/find-addresses';
import { findLists } from '../audience/mailing-lists';
import { AppError } from '../errors';
import { readSettings } from '../settings/settings';
import { kindOf, readEventObject } from '../stripe-objects/read-object';
import { findLiveWorkflows, type LiveWorkflow } from './live-workflows';
import { listsNamedIn } from './list-of-email';
import { asksForPayment, isAboutOthers, isConditional, judgedKind, untrueAfter } from './only-while';
import { createRehearsal, type Happened, type PlayedThrough } from './rehearsal';
import { createChoice } from './rehearsal-choice';
import { createKnownReader } from './rehearsal-known';
import { piecesOf, readPayloadsOf, readPlaces, type Place, type Span } from './rehearsal-log';

export interface RehearsalRequest {
  definition: Definition;
  /** Of the stored workflow that the definition is of. */
  id?: string;
  days: number;
}

/** How many days back; what is missing is the default, and anything else is refused. */
export const rehearsalDays = z
  .int('must be a whole number')
  .min(1, 'must be at least 1')
  .max(90, 'must be at most 90')
  .default(30);

let revision = 0;

/** After so many milliseconds the event loop turns. */
const TURN_MS = 8;
/**
 * Events that are parsed and played at once. Few, for while the event loop turns nothing of them is in hand: what lives
 * that long has to be moved by the garbage collector, which takes more time than playing it.
 */
const AT_ONCE = 40;

/**
 * An install has one at a time in this process. Throws rate_limited while another one is under way, what `signal` gives as
 * its reason when it is aborted, and invalid_request where the log is too long, or has no such events.
 */
export async function rehearse(
  ctx: Context,
  tenant: Tenant,
  request: RehearsalRequest,
  signal: AbortSignal,
): Promise<Rehearsal> {
  if (isContactEventType(request.definition.trigger.event))
    throw new AppError('invalid_request', NOT_IN_LOG, 'definition.trigger.event');
  const install = tenantKey(tenant);
  if (ctx.rehearsing.has(install))
    throw new AppError('rate_limited', 'A rehearsal is under way. Try again when it has ended.');
  ctx.rehearsing.add(install);
  try {
    return await play(ctx, tenant, request, signal);
  } finally {
    ctx.rehearsing.delete(install);
  }
}

async function play(
  ctx: Context,
  tenant: Tenant,
  { definition, id, days }: RehearsalRequest,
  signal: AbortSignal,
): Promise<Rehearsal> {
  const { db } = ctx;
  const now = ctx.clock.now();
  const turns = createTurns(signal);
  const span: Span = { from: now - days * 86_400_000, until: now };
  const trigger = definition.trigger.event;
  const hasOthers = isAboutOthers(trigger) && judgedKind(trigger) === 'subscription' && isConditional(definition);
  const live = (await findLiveWorkflows(db, [tenant])).get(tenantKey(tenant)) ?? [];
  const rehearsal = createRehearsal({
    workflow: asActive(tenant, definition, id),
    // Of the others only what a checkout's receipt gives way to matters.
    others: trigger.startsWith('checkout.session.')
      ? live.filter((one) => one.id !== id && one.status === 'active')
      : [],
    settings: await readSettings(db, tenant),
    lists: new Map((await findLists(db, tenant)).map((list) => [list.id, list])),
    begun: hasOthers ? await readBegun(db, tenant, span, turns) : new Map<string, number>(),
  });

  const known = createKnownReader(db, tenant, { trigger, hasOthers, hasLists: listsNamedIn(definition).length > 0 });
  const kind = judgedKind(trigger);
  const telling = new Set<string>([trigger, ...typesAbout(kind), ...untrueAfter(definition)]);
  const choice = createChoice(db, tenant, { kind, hasOthers });
  for await (const { part, payloads } of ahead(readLog()))
    for (const places of piecesOf(part, ({ created }) => created, AT_ONCE)) {
      if (turns.areOver()) await turns.next();
      for (const { seq, type, isLate } of places)
        if (type === trigger && !isLate && !payloads.has(seq)) rehearsal.miss('payload_dropped');
      const events = await readAll(places, payloads, turns);
      const last = places[places.length - 1]!.created * 1000;
      const contacts = concerned(places, startedBy(places));
      rehearsal.learn(await known.read([...rehearsal.dueContacts(last), ...contacts], events));
      for (const same of piecesOf(events, ({ event }) => event.created, 1)) {
        // What bears the same second is known before anything is done.
        while (rehearsal.goOn(same[0].event.created * 1000 - 1)) if (turns.areOver()) await turns.next();
        rehearsal.happen(same);
      }
    }
  rehearsal.learn(await known.read(rehearsal.dueContacts(now), []));
  while (rehearsal.goOn(now)) if (turns.areOver()) await turns.next();
  return withAddresses(db, tenant, rehearsal.result());

  /** What matters. It is read while what comes before is played, so it may be more: of whom that ends. */
  async function* readLog() {
    let before = new Set<string>();
    for await (const places of readPlaces(db, tenant, { types: typesFor(definition), span, choice })) {
      await linkContacts(db, tenant, places);
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

async function withAddresses(db: Db, tenant: Tenant, { sample, ...result }: PlayedThrough): Promise<Rehearsal> {
  const contacts = sample.map(({ contact }) => contact);
  const addresses = await findAddresses(db, tenant, contacts);
  return { ...result, sample: sample.map((one) => ({ ...one, address: addresses.get(one.contact) ?? null })) };
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

type Turns = ReturnType<typeof createTurns>;

/** The event loop turns when so much time has passed. `next` throws what the signal gives as its reason when it is aborted. */
function createTurns(signal: AbortSignal) {
  let endsAt = performance.now() + TURN_MS;
  return {
    areOver: () => performance.now() >= endsAt,
    async next(): Promise<void> {
      await breathe();
      signal.throwIfAborted();
      endsAt = performance.now() + TURN_MS;
    },
  };
}

/** Under its own id where it is stored: a scheduled notice names its workflow. The revision is never a stored one. */
const asActive = (tenant: Tenant, definition: Definition, id = 'wfl_rehearsed'): LiveWorkflow => ({
  ...tenantColumns(tenant),
  id,
  name: definition.name,
  status: 'active',
  revision: --revision,
  trigger_type: definition.trigger.event,
  definition: JSON.stringify(definition),
  activated_at: null,
  created_at: 0,
});

/** What starts its runs, first; then what ends them, or tells of what they are about. */
function typesFor(definition: Definition): string[] {
  const { trigger, exit_events } = definition;
  const exits = [...exit_events.map(({ event }) => event), ...untrueAfter(definition)];
  return [
    ...new Set([trigger.event, ...exits, ...typesAbout(judgedKind(trigger.event)), ...typesEnding(trigger.event)]),
  ];
}

const typesAbout = (kind: ObjectKind | undefined): string[] =>
  ACCOUNT_EVENT_TYPES.filter((type) => kind !== undefined && kindOf(type) === kind);

/** Nobody is asked to pay for what has ended. */
const typesEnding = (trigger: TriggerType): string[] =>
  asksForPayment(trigger) ? [...typesAbout('subscription'), 'customer.deleted'] : [];

/** When the subscriptions began that did within the span: epoch seconds, by id. */
async function readBegun(db: Db, tenant: Tenant, span: Span, turns: Turns): Promise<Map<string, number>> {
  const begun = new Map<string, number>();
  for await (const places of readPlaces(db, tenant, { types: ['customer.subscription.created'], span }))
    for await (const { part, payloads } of readPayloadsOf(db, tenant, places)) {
      for (const { event, object } of await readAll(part, payloads, turns))
        if (object.objectId) begun.set(object.objectId, event.created);
      await turns.next();
    }
  return begun;
}

/** An event that is off counts as if it was on, for the contact that its customer is linked to. */
async function linkContacts(db: Db, tenant: Tenant, places: readonly Place[]): Promise<void> {
  const columns = tenantColumns(tenant);
  const keys = places.flatMap(({ isOff, customerId }) => (isOff && customerId ? keyFor(columns, customerId) : []));
  if (keys.length === 0) return;
  const links = await selectByKeys(db, 'customer_link', 'customer_id', keys);
  const linked = new Map(links.map((link) => [link.customer_id, link.contact_id]));
  for (const place of places) place.contactId ??= linked.get(place.customerId ?? '') ?? null;
}

/** Characters of payloads after which the event loop may turn: they are parsed in some milliseconds. */
const PARSED_AT_ONCE = 200_000;

async function readAll(
  places: readonly Place[],
  payloads: ReadonlyMap<string, string>,
  turns: Turns,
): Promise<Happened[]> {
  const happened: Happened[] = [];
  let parsed = 0;
  for (const { id, seq, type, created, contactId, isProcessed, isOff, isLate } of places) {
    const payload = payloads.get(seq) ?? '';
    parsed += payload.length;
    const object = payload === '' ? null : parse(type, payload);
    if (object)
      happened.push({ event: { id, type, created }, object, contactId, counts: isProcessed || isOff, starts: !isLate });
    if (parsed < PARSED_AT_ONCE) continue;
    parsed = 0;
    if (turns.areOver()) await turns.next();
  }
  return happened;
}

const parse = (type: string, payload: string) => readEventObject(type, JSON.parse(payload) as Record<string, unknown>);
