/** Whether a webhook endpoint at Stripe sends us what we need. */
import type Stripe from 'stripe';
import { STRIPE_API_VERSION } from '../../stripe';

/** What is wrong with the endpoints that lead to `url`, in words; empty when one of them is right. */
export function faultsOf(atUrl: readonly Stripe.WebhookEndpoint[], url: string, types: readonly string[]): string[] {
  const current = atUrl.find((endpoint) => endpoint.api_version === STRIPE_API_VERSION) ?? atUrl[0];
  if (!current) return [`no endpoint leads to ${url}`];
  const missing = types.filter(
    (type) => !current.enabled_events.includes(type) && !current.enabled_events.includes('*'),
  );
  return [
    ...(current.status === 'enabled' ? [] : [`${current.id} is ${current.status}`]),
    ...(missing.length > 0 ? [`${current.id} does not send ${missing.join(', ')}`] : []),
    ...(current.api_version === STRIPE_API_VERSION
      ? []
      : [
          `${current.id} has the API version ${current.api_version ?? 'of its account'} instead of ${STRIPE_API_VERSION}`,
        ]),
  ];
}
