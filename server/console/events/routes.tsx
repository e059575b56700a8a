/** The log, one event, and replay. */
import { Router } from 'express';
import { EVENT_STATUSES, type EventView } from '../../../shared/api';
import { isChoiceType, isTriggerType } from '../../../shared/catalogue';
import { oneOf } from '../../../shared/one-of';
import { findIdByAddress } from '../../audience/find-addresses';
import type { Context } from '../../context';
import type { DayRange } from '../../db/day-range';
import { tenantKey, type Tenant } from '../../db/tenant';
import { listEmails } from '../../emails/list-emails';
import { eventChart, type ChartBar } from '../../events/chart';
import { countEventsTo, pageEvents, readEvent } from '../../events/events';
import { listReplays, replayEvent } from '../../events/replays';
import { pageEventsByContact } from '../../events/events-by-contact';
import type { EventFilter } from '../../events/event-filter';
import { countReplayable, replayEvents } from '../../events/replay-many';
import { readRelated } from '../../events/related';
import { createMemory } from '../../memory';
import { readSettings } from '../../settings/settings';
import { turnOnEvent } from '../../settings/turn-on-event';
import { fieldsOf } from '../../stripe-objects/fields';
import { readEventObject } from '../../stripe-objects/read-object';
import { listApiEventNames } from '../../workflows/api-event-names';
import { listRuns } from '../../workflows/list-runs';
import { listWorkflowNames } from '../../workflows/workflow-names';
import { lastDays, rangeOfDays } from '../days';
import { withNotice } from '../notices';
import { AppError } from '../../errors';
import type { Count, TwoWayList } from '../../db/page';
import { href } from '../components/filters';
import { isFirstPage, PAGE_QUERY, placeOf } from '../components/pages';
import { formOf, getFound, idOf, MOST_COUNTED, PAGE_SIZE, queryOf, textIn } from '../read-request';
import { ReplayPage } from './replay';
import type { SectionParts } from '../section';
import { sendPage } from '../send';
import { getSession, tenantOn, timeZoneOf } from '../viewer';
import { EventPage } from './event';
import { EventsPage, type EventQuery } from './events';

const CHART_DAYS = 30;
const PAST_DAYS_MS = 60_000;

export function eventsRoutes(ctx: Context, { form }: SectionParts): Router {
  const router = Router();
  const { db, clock } = ctx;

  /** Days that are over hardly change; today does. */
  const pastDays = createMemory<ChartBar[]>(PAST_DAYS_MS);
  async function chart(tenant: Tenant, days: readonly DayRange[]): Promise<ChartBar[]> {
    const past = days.slice(0, -1);
    const key = `${tenantKey(tenant)} ${past.at(-1)?.until}`;
    return [
      ...(await pastDays(key, clock.now(), () => eventChart(db, tenant, past))),
      ...(await eventChart(db, tenant, days.slice(-1))),
    ];
  }

  router.get('/events', async (req, res) => {
    const [tenant, timeZone] = [tenantOn(res), timeZoneOf(res)];
    const query = queryOf(req, [...FILTERS, ...PAGE_QUERY]);
    const found = await find(ctx, tenant, query, timeZone);
    const days = await chart(tenant, lastDays(CHART_DAYS, clock.now(), timeZone));
    const apiEvents = await listApiEventNames(db, tenant);
    sendPage(ctx, res, <EventsPage {...found} query={query} days={days} apiEvents={apiEvents} />);
  });

  /** Undefined where the contact is given by a part of an address. */
  async function toReplay(tenant: Tenant, query: EventQuery, { until, after }: ReplayGo, timeZone: string) {
    const filter = await exactFilter(ctx, tenant, query, timeZone);
    const keptSince = clock.now() - ctx.config.retentionDays * DAY_MS;
    return filter && { filter: receivedBy(filter, until), keptSince, after };
  }

  router.get('/events/replay', async (req, res) => {
    const [tenant, filter] = [tenantOn(res), queryOf(req, FILTERS)];
    const { received_until, starting_after: after } = queryOf(req, ['received_until', 'starting_after']);
    const until = after ? Number(received_until ?? NaN) : clock.now();
    if (!Number.isSafeInteger(until)) throw NO_TIME();
    const asked = await toReplay(tenant, filter, { until, after }, timeZoneOf(res));
    const count = asked ? await countReplayable(db, tenant, asked, MOST_COUNTED) : NONE;
    sendPage(ctx, res, <ReplayPage count={count} filter={filter} until={until} after={after} />);
  });

  router.post('/events/replay', ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const fields = formOf(req);
    const filter = Object.fromEntries(
      FILTERS.map((name) => [name, textIn(fields, name).trim().slice(0, 255) || undefined]),
    ) as EventQuery;
    const until = Number(textIn(fields, 'received_until') || NaN);
    if (!Number.isSafeInteger(until)) throw NO_TIME();
    const after = textIn(fields, 'starting_after') || undefined;
    const asked = await toReplay(tenant, filter, { until, after }, timeZoneOf(res));
    if (!asked) throw new AppError('invalid_request', 'contact: filter by a whole address, or by none', 'contact');
    const { count, last } = await replayEvents(db, tenant, asked, {
      scope: textIn(fields, 'newer_workflows') ? 'active_now' : 'active_then',
      by: { via: getSession(res).kind === 'full' ? 'console' : 'dashboard', user: null },
      now: clock.now(),
    });
    ctx.nudge();
    const rest = last === undefined ? NONE : await countReplayable(db, tenant, { ...asked, after: last }, 1);
    const path =
      rest.count > 0
        ? href('/events/replay', { ...filter, received_until: String(until), starting_after: last })
        : href('/events', { ...filter });
    const about = count === 1 ? '1 event' : `${count} events`;
    res.redirect(303, count === 0 ? path : withNotice(ctx, res, path, 'replayed_many', about));
  });

  router.get('/events/:id', async (req, res) => {
    const tenant = tenantOn(res);
    const event = getFound(await readEvent(db, tenant, idOf(req)));
    const { contact } = event;
    // A contact that was deleted took along what its runs were started by.
    const runs = contact ? (await listRuns(db, tenant, { contact, event: event.id, limit: 100 })).data : [];
    const settings = await readSettings(db, tenant);
    const page = {
      event,
      properties: propertiesOf(event),
      runs,
      workflows: runs.length > 0 ? await listWorkflowNames(db, tenant) : new Map<string, string>(),
      emails: (await listEmails(db, tenant, { event: event.id, limit: 100 })).data,
      related: await readRelated(db, tenant, event),
      replays: await listReplays(db, tenant, event),
      isTypeOn: isChoiceType(event.type) && settings.events[event.type].enabled,
    };
    sendPage(ctx, res, <EventPage {...page} />);
  });

  router.post('/events/:id/turn-on', ...form, async (req, res) => {
    const tenant = tenantOn(res);
    const { id, type } = getFound(await readEvent(db, tenant, idOf(req)));
    if (isChoiceType(type)) await turnOnEvent(db, tenant, type, { startsWorkflows: false }, clock.now());
    res.redirect(303, withNotice(ctx, res, `/events/${id}`, 'event_on'));
  });

  router.post('/events/:id/replay', ...form, async (req, res) => {
    const id = idOf(req);
    const scope = textIn(formOf(req), 'newer_workflows') ? 'active_now' : 'active_then';
    const by = { via: getSession(res).kind === 'full' ? 'console' : 'dashboard', user: null } as const;
    getFound(await replayEvent(db, tenantOn(res), id, clock.now(), scope, by));
    ctx.nudge();
    res.redirect(303, withNotice(ctx, res, `/events/${id}`, 'replayed'));
  });

  return router;
}

const propertiesOf = ({ type, payload }: { type: string; payload: unknown }) =>
  (payload !== null && isTriggerType(type) && readEventObject(type, fieldsOf(payload))?.properties) || {};

/** One go of several: of what had come `until` then (epoch milliseconds), what comes `after` the last event that was taken. */
interface ReplayGo {
  until: number;
  after: string | undefined;
}

const DAY_MS = 86_400_000;
const NO_TIME = () =>
  new AppError('invalid_request', 'received_until: must be a time in epoch milliseconds', 'received_until');

const FILTERS = ['type', 'status', 'contact', 'since', 'until'] as const;
const NONE = { count: 0, isMore: false };

const receivedBy = (filter: EventFilter, until: number): EventFilter => ({
  ...filter,
  until: Math.min(filter.until ?? Infinity, until),
});

/** Undefined where the contact is given by a part of an address, which may be of many. */
async function exactFilter(
  { db }: Context,
  tenant: Tenant,
  query: EventQuery,
  timeZone: string,
): Promise<EventFilter | undefined> {
  const filter = { type: query.type, status: oneOf(EVENT_STATUSES, query.status), ...rangeOfDays(query, timeZone) };
  if (!query.contact) return filter;
  const contact = await findIdByAddress(db, tenant, query.contact);
  return contact ? { ...filter, contact } : undefined;
}

async function find(
  ctx: Context,
  tenant: Tenant,
  query: EventQuery,
  timeZone: string,
): Promise<{ events: TwoWayList<EventView>; count: Count | null; isPart: boolean }> {
  const { db } = ctx;
  const filter = await exactFilter(ctx, tenant, query, timeZone);
  if (filter) {
    const events = await pageEvents(db, tenant, { ...filter, limit: PAGE_SIZE, ...placeOf(query) });
    const isAll = !events.has_more && isFirstPage(query);
    const count = isAll
      ? { count: events.data.length, isMore: false }
      : await countEventsTo(db, tenant, filter, MOST_COUNTED);
    return { events, count, isPart: false };
  }
  const rest = await exactFilter(ctx, tenant, { ...query, contact: undefined }, timeZone);
  const page = { ...rest, limit: PAGE_SIZE, ...placeOf(query) };
  return { ...(await pageEventsByContact(db, tenant, query.contact ?? '', page, MOST_COUNTED)), isPart: true };
}
