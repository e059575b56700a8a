/** Webhook endpoints: who gets which event. */
import type Stripe from 'stripe';
import { EVENT_TYPES, HOUSEKEEPING_TYPES } from '../../../shared/catalogue';
import { flag, mergeMetadata, required, text, textList, type Params } from './form';
import { noSuch } from './stripe-error';
import type { StripeEvent, Tenant } from './tenant';

export interface Endpoint {
  webhook: Stripe.WebhookEndpoint;
  secret: string;
  /** A Connect endpoint hears of every account, and each event says which; the others only of their own. */
  isConnect: boolean;
  /** The account that made it through the API; null for one that came with the configuration. */
  account: string | null;
}

export interface Endpoints {
  /** A Connect endpoint as an operator registers it, for Tillpost's types only; the API doesn't list it. */
  addConnect(livemode: boolean, url: string, secret: string): Endpoint;
  create(tenant: Tenant, params: Params): Stripe.WebhookEndpoint & { secret: string };
  list(tenant: Tenant): Stripe.WebhookEndpoint[];
  find(tenant: Tenant, id: string): Endpoint;
  update(endpoint: Endpoint, params: Params): Stripe.WebhookEndpoint;
  remove(endpoint: Endpoint): void;
  /**
   * Who hears of an event. An account with the app in both modes has its test events sent to the live Connect endpoint too.
   * `everyType` passes over what the endpoints asked for.
   */
  receiversOf(event: StripeEvent, account: string, options: { isInBothModes: boolean; everyType: boolean }): Endpoint[];
}

export function createEndpoints(now: () => number, newId: (prefix: string) => string): Endpoints {
  const endpoints: Endpoint[] = [];

  const newWebhook = (livemode: boolean, url: string, enabled_events: string[]): Stripe.WebhookEndpoint => ({
    id: newId('we'),
    object: 'webhook_endpoint',
    api_version: null,
    application: null,
    created: now(),
    description: null,
    enabled_events,
    livemode,
    metadata: {},
    status: 'enabled',
    url,
  });

  const isOwn = (endpoint: Endpoint, { account, livemode }: Tenant) =>
    endpoint.webhook.livemode === livemode && endpoint.account === account.id;

  return {
    addConnect(livemode, url, secret) {
      const webhook = newWebhook(livemode, url, [...EVENT_TYPES, ...HOUSEKEEPING_TYPES]);
      const endpoint = { webhook, secret, isConnect: true, account: null };
      endpoints.push(endpoint);
      return endpoint;
    },
    create(tenant, params) {
      const webhook = newWebhook(tenant.livemode, required(params, 'url'), textList(params, 'enabled_events'));
      webhook.api_version = text(params, 'api_version') ?? null;
      webhook.description = text(params, 'description') ?? null;
      webhook.metadata = mergeMetadata({}, params);
      const isConnect = flag(params, 'connect') ?? false;
      if (isConnect) webhook.application = `ca_sandbox_${tenant.livemode ? 'live' : 'test'}`;
      const secret = newId('whsec');
      endpoints.push({ webhook, secret, isConnect, account: tenant.account.id });
      return { ...webhook, secret };
    },
    list: (tenant) => endpoints.filter((endpoint) => isOwn(endpoint, tenant)).map(({ webhook }) => webhook),
    find(tenant, id) {
      const endpoint = endpoints.find((candidate) => candidate.webhook.id === id && isOwn(candidate, tenant));
      if (!endpoint) throw noSuch('webhook endpoint', id);
      return endpoint;
    },
    update({ webhook }, params) {
      const types = textList(params, 'enabled_events');
      if (types.length > 0) webhook.enabled_events = types;
      webhook.url = text(params, 'url') ?? webhook.url;
      webhook.description = text(params, 'description') ?? webhook.description;
      webhook.metadata = mergeMetadata(webhook.metadata, params);
      const isDisabled = flag(params, 'disabled');
      if (isDisabled !== undefined) webhook.status = isDisabled ? 'disabled' : 'enabled';
      return webhook;
    },
    remove(endpoint) {
      endpoints.splice(endpoints.indexOf(endpoint), 1);
    },
    receiversOf(event, account, { isInBothModes, everyType }) {
      return endpoints.filter(({ webhook, isConnect, account: owner }) => {
        const isMode = webhook.livemode === event.livemode || (isConnect && webhook.livemode && isInBothModes);
        const isAsked =
          everyType || webhook.enabled_events.includes('*') || webhook.enabled_events.includes(event.type);
        return isMode && isAsked && webhook.status === 'enabled' && (isConnect || owner === account);
      });
    },
  };
}
