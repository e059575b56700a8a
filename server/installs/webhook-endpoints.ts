/** Webhook endpoints at Stripe. https://docs.stripe.com/api/webhook_endpoints */
import type Stripe from 'stripe';
import { STRIPE_API_VERSION, type StripeClient } from '../stripe';

/** All endpoints of the account whose URL is wanted, over as many pages as there are. Throws Stripe's errors. */
export async function findEndpoints(
  stripe: StripeClient,
  isWanted: (url: string) => boolean,
): Promise<Stripe.WebhookEndpoint[]> {
  const found = [];
  for await (const endpoint of stripe.webhookEndpoints.list({ limit: 100 }))
    if (isWanted(endpoint.url)) found.push(endpoint);
  return found;
}

/**
 * Creates an endpoint in our API version. Its secret is in this response and never again. `connect: true` makes it
 * receive the events of connected accounts. Throws Stripe's errors.
 */
export async function createEndpoint(
  stripe: StripeClient,
  wanted: Pick<Stripe.WebhookEndpointCreateParams, 'url' | 'enabled_events' | 'connect'>,
): Promise<{ id: string; secret: string }> {
  const { id, secret } = await stripe.webhookEndpoints.create({
    ...wanted,
    api_version: STRIPE_API_VERSION,
    description: 'Tillpost',
  });
  if (!secret) throw new Error('Stripe created a webhook endpoint without its secret');
  return { id, secret };
}

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
