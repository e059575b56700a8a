/** A workflow over the events of the log: who would have got what, and when. Reads; writes and sends nothing. */
import { setImmediate as breathe } from 'node:timers/promises';
import { z } from 'zod';
import type { ObjectKind, Rehearsal } from '../../shared/api';
import { ACCOUNT_EVENT_TYPES, isOwnType, type TriggerType } from '../../shared/catalogue';
import type { Definition } from '../../shared/workflow';
import { findSuppressions } from '../audience/suppressions';
import type { ObjectState } from '../audience/object-states';
import type { Context } from '../context';
import { keyFor, selectByKeys } from '../db/keys';
import { newId } from '../db/new-id';
import { parts } from '../db/parts';
import type { Db } from '../db/schema';
import { tenantColumns, tenantKey, type Tenant } from '../db/tenant';
import { AppError } from '../errors';
import { groupBy } from '../group-by';
import { readSettings } from '../settings/settings';
import { kindOf, readEventObject } from '../stripe-objects/read-object';
import { findLiveWorkflows, type LiveWorkflow } from './live-workflows';
import { asksForPayment, isAboutOthers, isConditional, judgedKind, subjectOf, untrueAfter } from './only-while';
import { createRehearsal, type Happened, type Known, type Person } from './rehearsal';
import { readHappened, type Logged, type Place, type Span } from './rehearsal-log';
import { isLate } from './run-key';

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
 * its reason when it is aborted, and invalid_request where the log is too long.
 */
export async function rehearse(
  ctx: Context,
  tenant: Tenant,
  request: RehearsalRequest,
  signal: AbortSignal,
): Promise<Rehearsal> {
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
    begun: hasOthers ? await readBegun(db, tenant, span, signal) : new Map<string, number>(),
  });

  const telling = new Set<string>([trigger, ...typesAbout(judgedKind(trigger)), ...untrueAfter(definition)]);
  for await (const part of readHappened(db, tenant, typesFor(definition), span)) {
    signal.throwIfAborted();
    const last = (part.at(-1)?.row.created ?? 0) * 1000;
    const placed = await withContacts(db, tenant, part);
    const starting = new Set(placed.flatMap(({ row, contactId }) => (row.type === trigger ? (contactId ?? []) : [])));
    const isUnderWay = (id: string | null) => id !== null && (starting.has(id) || rehearsal.isUnderWay(id));
    // Of the others there is nothing to end.
    const mattering = placed.filter(({ row, contactId }) => telling.has(row.type) || isUnderWay(contactId));
    const events = await readAll(mattering);
    for (const { row, payload } of part)
      if (!payload && row.type === trigger && !isLate(row.created, row.received_at)) rehearsal.miss('payload_dropped');
    const ending = events.flatMap(({ contactId }) => (contactId !== null && isUnderWay(contactId) ? contactId : []));
    const contacts = [...rehearsal.dueContacts(last), ...starting, ...ending];
    rehearsal.learn(await readKnown(db, tenant, contacts, { events, trigger, hasOthers }));
    await breathe();
    for (const same of groupBy(events, ({ event }) => String(event.created)).values()) {
      // What bears the same second is known before anything is done.
      await goOn(same[0].event.created * 1000 - 1);
      rehearsal.happen(same);
    }
  }
  rehearsal.learn(await readKnown(db, tenant, [...rehearsal.dueContacts(now)], { events: [], trigger, hasOthers }));
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
  draft: null,
  draft_at: null,
  activated_at: null,
  created_at: 0,
  updated_at: 0,
});

/** What starts its runs, ends them, or tells of what they are about. */
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
  for await (const part of readHappened(db, tenant, ['customer.subscription.created'], span)) {
    signal.throwIfAborted();
    for (const { event, object } of await readAll(part.map((one) => ({ ...one, contactId: null }))))
      if (object.objectId) begun.set(object.objectId, event.created);
  }
  return begun;
}

interface Placed extends Logged {
  contactId: string | null;
}

const isOff = ({ reason }: Place) => reason === 'event_off';

/** An event that is off counts as if it was on, for the contact that its customer is linked to. */
async function withContacts(db: Db, tenant: Tenant, part: readonly Logged[]): Promise<Placed[]> {
  const columns = tenantColumns(tenant);
  const keys = part.flatMap(({ row }) => (isOff(row) && row.customer_id ? keyFor(columns, row.customer_id) : []));
  const links = keys.length === 0 ? [] : await selectByKeys(db, 'customer_link', 'customer_id', keys);
  const linked = new Map(links.map((link) => [link.customer_id, link.contact_id]));
  return part.map(({ row, payload }) => ({
    row,
    payload,
    contactId: row.contact_id ?? linked.get(row.customer_id ?? '') ?? null,
  }));
}

async function readAll(placed: readonly Placed[]): Promise<Happened[]> {
  const events: Happened[] = [];
  let parsed = 0;
  for (const { row, payload, contactId } of placed) {
    const object = payload === undefined ? null : parse(row.type, payload);
    if (!object) continue;
    const { id, type, created } = row;
    events.push({
      event: { id, type, created },
      object,
      contactId,
      counts: row.status === 'processed' || isOff(row),
      starts: !isLate(created, row.received_at),
    });
    parsed += payload?.length ?? 0;
    if (parsed < PARSED) continue;
    parsed = 0;
    await breathe();
  }
  return events;
}

const parse = (type: string, payload: string) => readEventObject(type, JSON.parse(payload) as Record<string, unknown>);

interface Wanted {
  events: readonly Happened[];
  trigger: TriggerType;
  hasOthers: boolean;
}

/** What the database knows now of the contacts, and of what the events are about without telling its state. */
async function readKnown(
  db: Db,
  tenant: Tenant,
  contactIds: readonly string[],
  { events, trigger, hasOthers }: Wanted,
): Promise<Known> {
  const people = new Map<string, Person>();
  const columns = tenantColumns(tenant);
  for await (const ids of parts([...new Set(contactIds)])) {
    const keys = ids.map((id) => keyFor(columns, id));
    const contacts = await selectByKeys(db, 'contact', 'id', keys);
    const addresses = contacts.map(({ email }) => email);
    const suppressions = await findSuppressions(db, tenant, addresses);
    const subscriptions = hasOthers ? await readSubscriptions(db, keys) : undefined;
    for (const contact of contacts)
      people.set(contact.id, {
        contact,
        suppression: suppressions.get(contact.email),
        subscriptions: subscriptions?.get(contact.id) ?? [],
      });
  }
  const untold = events.flatMap(({ event, object }) =>
    event.type === trigger && (!object.state || isOwnType(trigger)) ? (subjectOf(event.type, object)?.id ?? []) : [],
  );
  const subjects = untold.map((id) => keyFor(columns, id));
  const states = subjects.length === 0 ? [] : await selectByKeys(db, 'object_state', 'id', subjects);
  return { people, states: new Map(states.map((state) => [state.id, state])) };
}

/** Of all customers of the contacts, by contact id. */
async function readSubscriptions(db: Db, contacts: ReturnType<typeof keyFor>[]): Promise<Map<string, ObjectState[]>> {
  const links = await selectByKeys(db, 'customer_link', 'contact_id', contacts);
  const customers = links.map((link) => keyFor(link, link.customer_id));
  const states = await selectByKeys(db, 'object_state', 'customer_id', customers, { where: "kind = 'subscription'" });
  const contactOf = new Map(links.map((link) => [link.customer_id, link.contact_id ?? '']));
  return groupBy(states, ({ customer_id }) => contactOf.get(customer_id ?? '') ?? '');
}
