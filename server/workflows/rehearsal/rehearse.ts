/** A workflow over the events of the log: who would have got what, and when. Reads; writes and sends nothing. */
import { availableParallelism } from 'node:os';
import { setImmediate as breathe } from 'node:timers/promises';
import { z } from 'zod';
import type { Rehearsal } from '../../../shared/api';
import { isContactEventType } from '../../../shared/contact-events';
import type { Definition } from '../../../shared/workflow';
import { NOT_IN_LOG } from '../../../shared/words/rehearsal';
import { allDone } from '../../all-done';
import { findAddresses } from '../../audience/find-addresses';
import { findLists } from '../../audience/mailing-lists';
import { suppressionKeyOf } from '../../audience/suppression-key';
import type { Context } from '../../context';
import { canShare } from '../../db/open';
import type { Db } from '../../db/schema';
import { tenantColumns, tenantKey, type Tenant } from '../../db/tenant';
import { AppError } from '../../errors';
import { readSettings } from '../../settings/settings';
import { findLiveWorkflows, type LiveWorkflow } from '../live-workflows';
import { judgedKind } from '../only-while';
import { createChoice } from './choice';
import { AT_ONCE, holdPlaces, readPayloadsOf, type Held, type Place, type Span } from './log';
import { play, type Score } from './play';
import { readEvents } from './read-events';
import type { Stage } from './rehearsal';
import { sumUp, type Summary, type Tally } from './tally';
import { createShares, type Shares } from './shares';
import { startThread } from './thread';
import { createTurns, type Turns } from './turns';
import { judgesOthers, typesFor } from './types';

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

interface Crew {
  /** Events from which on threads play them: starting one takes as long as playing some thousands. */
  from: number;
  threads: number;
}

const CREW: Crew = { from: 20_000, threads: Math.min(4, availableParallelism()) };

let revision = 0;

/**
 * An install has one at a time in this process. Throws rate_limited while another one is under way, what `signal` gives as
 * its reason when it is aborted, and invalid_request where the log is too long, or has no such events.
 */
export async function rehearse(
  ctx: Context,
  tenant: Tenant,
  request: RehearsalRequest,
  signal: AbortSignal,
  crew = CREW,
): Promise<Rehearsal> {
  if (isContactEventType(request.definition.trigger.event))
    throw new AppError('invalid_request', NOT_IN_LOG, 'definition.trigger.event');
  const install = tenantKey(tenant);
  if (ctx.rehearsing.has(install))
    throw new AppError('rate_limited', 'A rehearsal is under way. Try again when it has ended.');
  ctx.rehearsing.add(install);
  try {
    return await withAddresses(ctx.db, tenant, sumUp(await playLog(ctx, tenant, request, signal, crew)));
  } finally {
    ctx.rehearsing.delete(install);
  }
}

async function playLog(
  ctx: Context,
  tenant: Tenant,
  { definition, id, days }: RehearsalRequest,
  signal: AbortSignal,
  { from, threads }: Crew,
): Promise<Tally[]> {
  const { db } = ctx;
  const until = ctx.clock.now();
  const span: Span = { from: until - days * 86_400_000, until };
  const turns = createTurns(signal);
  const stage = await setStage(db, tenant, { definition, id }, span, turns);
  const score: Score = { tenant, stage, until };
  const shares = createShares();
  const trigger = definition.trigger.event;
  const about = { trigger, kind: judgedKind(trigger), hasOthers: judgesOthers(definition) };
  const choice = createChoice(db, tenant, about, shares);
  const held = await holdPlaces(db, tenant, { types: typesFor(definition), span, choice });
  signal.throwIfAborted();
  if (held.count < from || !canShare(ctx.secrets.databaseUrl))
    return [await play(db, score, partsOf(held, turns), turns)];
  return playInThreads(ctx, score, { held, shares, threads }, signal);
}

async function* partsOf(held: Held, turns: Turns): AsyncGenerator<Place[]> {
  for (const part of held.parts()) {
    yield part;
    await turns.next();
  }
}

async function playInThreads(
  ctx: Context,
  score: Score,
  { held, shares, threads: most }: { held: Held; shares: Shares; threads: number },
  signal: AbortSignal,
): Promise<Tally[]> {
  const { count, deal } = shares.divide(most);
  const script = { databaseUrl: ctx.secrets.databaseUrl, suppressionKey: suppressionKeyOf(ctx.db), score };
  const threads = Array.from({ length: count }, () => startThread(script));
  const close = () => allDone(threads.map((thread) => thread.close()));
  const breakOff = () => void close();
  signal.addEventListener('abort', breakOff);
  try {
    for (const part of held.parts(AT_ONCE * count)) {
      const dealt = deal(part);
      for (const [n, thread] of threads.entries()) if (dealt[n]?.length) await thread.play(dealt[n]);
      await breathe();
    }
    return await allDone(threads.map((thread) => thread.finish()));
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', breakOff);
    await close();
  }
}

async function setStage(
  db: Db,
  tenant: Tenant,
  { definition, id }: Pick<RehearsalRequest, 'definition' | 'id'>,
  span: Span,
  turns: Turns,
): Promise<Stage> {
  const live = (await findLiveWorkflows(db, [tenant])).get(tenantKey(tenant)) ?? [];
  return {
    workflow: asActive(tenant, definition, id),
    // Of the others only what a checkout's receipt gives way to matters.
    others: definition.trigger.event.startsWith('checkout.session.')
      ? live.filter((one) => one.id !== id && one.status === 'active')
      : [],
    settings: await readSettings(db, tenant),
    lists: new Map((await findLists(db, tenant)).map((list) => [list.id, list])),
    begun: judgesOthers(definition) ? await readBegun(db, tenant, span, turns) : new Map<string, number>(),
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

/** When the subscriptions began that did within the span: epoch seconds, by id. */
async function readBegun(db: Db, tenant: Tenant, span: Span, turns: Turns): Promise<Map<string, number>> {
  const begun = new Map<string, number>();
  const held = await holdPlaces(db, tenant, { types: ['customer.subscription.created'], span });
  for (const places of held.parts())
    for await (const { part, payloads } of readPayloadsOf(db, tenant, places)) {
      for (const { event, object } of await readEvents(part, payloads, turns))
        if (object.objectId) begun.set(object.objectId, event.created);
      await turns.next();
    }
  return begun;
}

async function withAddresses(db: Db, tenant: Tenant, { sample, ...summary }: Summary): Promise<Rehearsal> {
  const contacts = sample.map(({ contact }) => contact);
  const addresses = await findAddresses(db, tenant, contacts);
  return { ...summary, sample: sample.map((one) => ({ ...one, address: addresses.get(one.contact) ?? null })) };
}
