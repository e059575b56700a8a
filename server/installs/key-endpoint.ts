/** The webhook endpoint of a restricted-key install: at Stripe, in the merchant's own account. */
import { ACCOUNT_EVENT_TYPES } from '../../shared/catalogue';
import type { Context } from '../context';
import { tenantOf } from '../db/tenant';
import { classifyStripeError, missingPermission, STRIPE_API_VERSION, type StripeClient } from '../stripe';
import { NeedsReconnect, withStripe } from './credentials';
import type { Install } from './installs';
import { openSecret } from './seals';
import { createEndpoint, findEndpoints } from './webhook-endpoints';

export const endpointUrl = (ctx: Context, installId: string): string =>
  `${ctx.config.publicUrl}/webhooks/stripe/${installId}`;

/**
 * Makes sure exactly one endpoint of this account leads to the install: the known one is put right, or a new one is
 * made when it is gone, its secret is lost or its API version is another (neither can be changed). Leftovers of earlier
 * attempts under our address are deleted. Throws Stripe's errors.
 */
export async function ensureEndpoint(
  ctx: Context,
  stripe: StripeClient,
  installId: string,
  existing: Install | undefined,
): Promise<{ id: string; secret: string }> {
  const secret = existing && openSecret(ctx, 'webhook', existing);
  const ours = await findEndpoints(stripe, (url) => url.startsWith(endpointUrl(ctx, 'ins_')));
  const known = ours.find((one) => one.id === existing?.webhook_endpoint_id && one.api_version === STRIPE_API_VERSION);
  const wanted = { url: endpointUrl(ctx, installId), enabled_events: [...ACCOUNT_EVENT_TYPES] };
  const kept =
    secret && known
      ? { id: (await stripe.webhookEndpoints.update(known.id, { ...wanted, disabled: false })).id, secret }
      : await createEndpoint(stripe, wanted);
  for (const { id } of ours) if (id !== kept.id) await stripe.webhookEndpoints.del(id);
  return kept;
}

/**
 * Makes an endpoint of before this release send all our types. Nothing else of it is changed: what the merchant disabled
 * stays so, and a copy of the database started elsewhere doesn't take the events. What Stripe or the key don't allow is
 * logged, not thrown.
 */
export async function updateEndpointTypes(ctx: Context, install: Install): Promise<void> {
  const endpointId = install.webhook_endpoint_id;
  if (!endpointId) return;
  const wanted = { enabled_events: [...ACCOUNT_EVENT_TYPES] };
  try {
    await withStripe(ctx, tenantOf(install), (stripe) => stripe.webhookEndpoints.update(endpointId, wanted));
  } catch (error) {
    if (!classifyStripeError(error)) throw error;
    ctx.log.warn(
      { err: error, install: install.id, permission: missingPermission(error) },
      'the webhook endpoint may lack event types: the next start tries again, as does connecting with the key',
    );
  }
}

/** Deletes the install's endpoint at Stripe. What Stripe or the key no longer allow is logged, not thrown. */
export async function deleteEndpoint(ctx: Context, install: Install): Promise<void> {
  const endpointId = install.webhook_endpoint_id;
  if (!endpointId) return;
  try {
    await withStripe(ctx, tenantOf(install), (stripe) => stripe.webhookEndpoints.del(endpointId));
  } catch (error) {
    const failure = classifyStripeError(error);
    if (!failure && !(error instanceof NeedsReconnect)) throw error;
    if (failure !== 'gone')
      ctx.log.warn({ err: error, install: install.id }, 'the webhook endpoint could not be deleted at Stripe');
  }
}
