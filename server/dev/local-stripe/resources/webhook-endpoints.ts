import type { Endpoints } from '../endpoints';
import { del, embeddedList, get, post, type Route } from '../route';

export const webhookEndpointRoutes = (endpoints: Endpoints): Route[] => [
  post('/v1/webhook_endpoints', 'webhook_write', ({ tenant, params }) => endpoints.create(tenant, params)),
  get('/v1/webhook_endpoints', 'webhook_read', ({ tenant, path }) => embeddedList(endpoints.list(tenant), path)),
  get('/v1/webhook_endpoints/:id', 'webhook_read', ({ tenant, id }) => endpoints.find(tenant, id).webhook),
  post('/v1/webhook_endpoints/:id', 'webhook_write', ({ tenant, id, params }) =>
    endpoints.update(endpoints.find(tenant, id), params),
  ),
  del('/v1/webhook_endpoints/:id', 'webhook_write', ({ tenant, id }) => {
    endpoints.remove(endpoints.find(tenant, id));
    return { id, object: 'webhook_endpoint', deleted: true };
  }),
];
