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
import { newId } from '../db/new-id';
import type { Db } from '../db/schema';
import { tenantColumns, tenantKey, type Tenant } from '../db/tenant';
import { findLists } from '../audience/mailing-lists';
import { AppError } from '../errors';
import { groupBy } from '../group-by';
import { readSettings } from '../settings/settings';
import { kindOf, readEventObject } from '../stripe-objects/read-object';
import { findLiveWorkflows, type LiveWorkflow } from './live-workflows';
import { listsNamedIn } from './list-of-email';
import { asksForPayment, isAboutOthers, isConditional, judgedKind, untrueAfter } from './only-while';
import { createRehearsal, type Happened } from './rehearsal';
import { createChoice } from './rehearsal-choice';
import { createKnownReader } from './rehearsal-known';
import { readPayloadsOf, readPlaces, type Place, type Span } from './rehearsal-log';

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

/** Characters of payloads that are parsed at once. */
const PARSED = 200_000;
/** Steps of runs that are done before the event loop turns. */
const AT_ONCE = 25;

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
    begun: hasOthers ? await readBegun(db, tenant, span, signal) : new Map<string, number>(),
  });

  const known = createKnownReader(db, tenant, { trigger, hasOthers, hasLists: listsNamedIn(definition).length > 0 });
  const kind = judgedKind(trigger);
  const telling = new Set<string>([trigger, ...typesAbout(kind), ...untrueAfter(definition)]);
  const choice = createChoice(db, tenant, { kind, hasOthers });
  for await (const places of readPlaces(db, tenant, { types: typesFor(definition), span, choice })) {
    signal.throwIfAborted();
    await linkContacts(db, tenant, places);
    const starting = new Set(places.flatMap(({ type, contactId }) => (type === trigger ? (contactId ?? []) : [])));
    const isUnderWay = (id: string | null) => id !== null && (starting.has(id) || rehearsal.isUnderWay(id));
    // Of the others there is nothing to end.
    const mattering = places.filter(({ type, contactId }) => telling.has(type) || isUnderWay(contactId));
    for await (const { part, payloads } of readPayloadsOf(db, tenant, mattering)) {
      for (const { seq, type, isLate } of part)
        if (type === trigger && !isLate && !payloads.has(seq)) rehearsal.miss('payload_dropped');
      const events = await readAll(part, payloads);
      const last = (part.at(-1)?.created ?? 0) * 1000;
      const ending = events.flatMap(({ contactId }) => (contactId !== null && isUnderWay(contactId) ? contactId : []));
      rehearsal.learn(await known.read([...rehearsal.dueContacts(last), ...starting, ...ending], events));
      await breathe();
      for (const same of groupBy(events, ({ event }) => String(event.created)).values()) {
        // What bears the same second is known before anything is done.
        await goOn(same[0].event.created * 1000 - 1);
        rehearsal.happen(same);
      }
    }
  }
  rehearsal.learn(await known.read(rehearsal.dueContacts(now), []));
  await goOn(now);
  return rehearsal.result();

  async function goOn(until: number): Promise<void> {
    for (let done = 0; rehearsal.goOn(until); done++)
      if (done % AT_ONCE === AT_ONCE - 1) {
        await breathe();
        signal.throwIfAborted();
      }
  }
}

/** Under its own id where it is stored: a scheduled notice names its workflow. The revision is never a stored one. */
const asActive = (tenant: Tenant, definition: Definition, id = newId('wfl')): LiveWorkflow => ({
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
async function readBegun(db: Db, tenant: Tenant, span: Span, signal: AbortSignal): Promise<Map<string, number>> {
  const begun = new Map<string, number>();
  for await (const places of readPlaces(db, tenant, { types: ['customer.subscription.created'], span })) {
    signal.throwIfAborted();
    for await (const { part, payloads } of readPayloadsOf(db, tenant, places))
      for (const { event, object } of await readAll(part, payloads))
        if (object.objectId) begun.set(object.objectId, event.created);
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

async function readAll(places: readonly Place[], payloads: ReadonlyMap<string, string>): Promise<Happened[]> {
  const events: Happened[] = [];
  let parsed = 0;
  for (const { id, seq, type, created, contactId, isProcessed, isOff, isLate } of places) {
    const payload = payloads.get(seq);
    const object = payload === undefined ? null : parse(type, payload);
    if (!object) continue;
    events.push({ event: { id, type, created }, object, contactId, counts: isProcessed || isOff, starts: !isLate });
    parsed += payload?.length ?? 0;
    if (parsed < PARSED) continue;
    parsed = 0;
    await breathe();
  }
  return events;
}

const parse = (type: string, payload: string) => readEventObject(type, JSON.parse(payload) as Record<string, unknown>);
