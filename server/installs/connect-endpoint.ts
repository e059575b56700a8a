/** The app owner's Connect webhook endpoint: receives the events of every account that installs the app, in one mode. */
import { EVENT_TYPES, HOUSEKEEPING_TYPES } from '../../shared/catalogue';
import { MODES } from '../config';
import type { Context } from '../context';
import { STRIPE_API_VERSION, type StripeClient } from '../stripe';
import { createEndpoint, faultsOf, findEndpoints } from './webhook-endpoints';

export const CONNECT_EVENT_TYPES = [...EVENT_TYPES, ...HOUSEKEEPING_TYPES] as const;

/** `outdated`: ids of endpoints of another API version, to be deleted by hand once the new secret is in place. */
export type EndpointOutcome = { id: string; outdated: string[] } & (
  { kind: 'created'; secret: string } | { kind: 'updated'; changes: string[] } | { kind: 'unchanged' }
);

/**
 * Makes sure an endpoint at `url` gets exactly our types in our API version. An endpoint's version can't be changed, so
 * another version means a second endpoint; both work until the old one is deleted by hand. Throws Stripe's errors.
 */
export async function setUpConnectEndpoint(stripe: StripeClient, url: string): Promise<EndpointOutcome> {
  const atUrl = await findEndpoints(stripe, (one) => one === url);
  const current = atUrl.find((endpoint) => endpoint.api_version === STRIPE_API_VERSION);
  const outdated = atUrl.filter((endpoint) => endpoint !== current).map(({ id }) => id);
  if (!current) {
    const created = await createEndpoint(stripe, { url, enabled_events: [...CONNECT_EVENT_TYPES], connect: true });
    return { kind: 'created', ...created, outdated };
  }
  const changes = differences(current);
  if (changes.length === 0) return { kind: 'unchanged', id: current.id, outdated };
  await stripe.webhookEndpoints.update(current.id, { enabled_events: [...CONNECT_EVENT_TYPES], disabled: false });
  return { kind: 'updated', id: current.id, changes, outdated };
}

function differences({ enabled_events: enabled, status }: { enabled_events: string[]; status: string }): string[] {
  const missing = CONNECT_EVENT_TYPES.filter((type) => !enabled.includes(type)).map((type) => `added ${type}`);
  const surplus = enabled
    .filter((type) => !(CONNECT_EVENT_TYPES as readonly string[]).includes(type))
    .map((type) => `removed ${type}`);
  return [...missing, ...surplus, ...(status === 'disabled' ? ['enabled it again'] : [])];
}

/**
 * Warns when the endpoint of a configured mode doesn't send what this release needs, such as types that came with it. Looks
 * only, and never throws. Outside of production events come through the Stripe CLI.
 */
export async function warnOfConnectEndpoints({ config, secrets, log, stripeFor }: Context): Promise<void> {
  if (!config.production) return;
  const url = `${config.publicUrl}/webhooks/stripe`;
  for (const mode of MODES) {
    const key = secrets.stripeKeys[mode];
    if (!key) continue;
    try {
      const atUrl = await findEndpoints(stripeFor(key), (one) => one === url);
      const faults = faultsOf(atUrl, url, CONNECT_EVENT_TYPES);
      if (faults.length > 0) log.warn({ mode, faults }, 'events of the app will be missed: run `npm run stripe:setup`');
    } catch (error) {
      log.warn({ err: error, mode }, 'the webhook endpoint of the app could not be looked at');
    }
  }
}
