/** The log, one event, and replay. */
import { Router } from 'express';
import { EVENT_STATUSES, type EventView, type List } from '../../../shared/api';
import { isChoiceType, isTriggerType } from '../../../shared/catalogue';
import { oneOf } from '../../../shared/one-of';
import { findIdByAddress } from '../../audience/find-addresses';
import type { Context } from '../../context';
import type { DayRange } from '../../db/day-range';
import { tenantKey, type Tenant } from '../../db/tenant';
import { listEmails } from '../../emails/list-emails';
import { eventChart, type ChartBar } from '../../events/chart';
import { listEvents, listEventsByContact, readEvent, replayEvent } from '../../events/events';
import { readRelated } from '../../events/related';
import { listReplays } from '../../events/replays';
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
import { formOf, getFound, idOf, PAGE_SIZE, queryOf, textIn } from '../read-request';
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
    const query = queryOf(req, ['type', 'status', 'contact', 'since', 'until', 'starting_after']);
    const events = await find(ctx, tenant, query, timeZone);
    const days = await chart(tenant, lastDays(CHART_DAYS, clock.now(), timeZone));
    sendPage(
      ctx,
      res,
      <EventsPage events={events} query={query} days={days} apiEvents={await listApiEventNames(db, tenant)} />,
    );
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

async function find({ db }: Context, tenant: Tenant, query: EventQuery, timeZone: string): Promise<List<EventView>> {
  const request = {
    limit: PAGE_SIZE,
    type: query.type,
    status: oneOf(EVENT_STATUSES, query.status),
    ...rangeOfDays(query, timeZone),
    starting_after: query.starting_after,
  };
  if (!query.contact) return listEvents(db, tenant, request);
  // A whole address is somebody's; a part may be of many.
  const contact = await findIdByAddress(db, tenant, query.contact);
  return contact
    ? listEvents(db, tenant, { ...request, contact })
    : listEventsByContact(db, tenant, query.contact, request);
}
