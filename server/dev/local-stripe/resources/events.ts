import { text, textList } from '../form';
import { invalidParam } from '../stripe-error';
import { get, listPage, mustFind, type Route } from '../route';

/** How far back the Events API looks. */
const KEPT_SECONDS = 30 * 86_400;
/** https://docs.stripe.com/api/events/list#list_events-types */
const MAX_TYPES = 20;

export const eventRoutes: Route[] = [
  get('/v1/events', 'event_read', (call) => {
    const { tenant, params } = call;
    const types = [...textList(params, 'types'), ...textList(params, 'type')];
    if (types.length > MAX_TYPES)
      throw invalidParam('types', `You may only filter by at most ${MAX_TYPES} event types at once.`);
    const delivered = text(params, 'delivery_success');
    const oldest = tenant.now() - KEPT_SECONDS;
    return listPage(
      tenant.events,
      call,
      (event) =>
        event.created >= oldest &&
        (types.length === 0 || types.some((type) => type === event.type || type === '*')) &&
        (delivered === undefined || (delivered === 'true') === (event.pending_webhooks === 0)),
    );
  }),
  get('/v1/events/:id', 'event_read', ({ tenant, id }) => mustFind(tenant.events, 'event', id)),
];
