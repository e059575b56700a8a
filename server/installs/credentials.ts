/** Calls to Stripe with an install's credentials: whatever needs Stripe's API goes through `withStripe`. */
import type { Context } from '../context';
import type { Tenant } from '../db/tenant';
import { classifyStripeError, type StripeClient } from '../stripe';
import { findInstall, type Install } from './installs';
import { declareDead, NeedsReconnect, refreshToken } from './refresh';
import { openSecret } from './seals';

export { NeedsReconnect } from './refresh';

/** A token is replaced this long before it expires. */
const REFRESH_AHEAD_MS = 5 * 60_000;

/**
 * Runs `call` with a client for the install. Its token is refreshed ahead of expiry, and once when Stripe returns 401:
 * `call` may therefore run twice. Throws NeedsReconnect when the credentials are dead; Stripe's own errors pass through.
 */
export async function withStripe<T>(
  ctx: Context,
  tenant: Tenant,
  call: (stripe: StripeClient) => Promise<T>,
): Promise<T> {
  const install = await usableInstall(ctx, tenant);
  try {
    return await callAs(ctx, tenant, install, call);
  } catch (error) {
    if (classifyStripeError(error) !== 'dead_credentials') throw error;
    return retryWithFreshToken(ctx, tenant, install, call);
  }
}

async function usableInstall(ctx: Context, tenant: Tenant): Promise<Install> {
  const install = await findInstall(ctx.db, tenant);
  if (install?.status !== 'active') throw new NeedsReconnect(tenant);
  const left = (install.token_expires_at ?? Infinity) - ctx.clock.now();
  if (left > REFRESH_AHEAD_MS) return install;
  try {
    return await refreshToken(ctx, tenant, install);
  } catch (error) {
    if (error instanceof NeedsReconnect || left <= 0) throw error;
    ctx.log.warn({ err: error, install: install.id }, 'token could not be refreshed yet; it is still valid');
    return install;
  }
}

async function retryWithFreshToken<T>(
  ctx: Context,
  tenant: Tenant,
  refused: Install,
  call: (stripe: StripeClient) => Promise<T>,
): Promise<T> {
  if (refused.kind === 'restricted_key') return declareDead(ctx, tenant, refused);
  const install = await refreshToken(ctx, tenant, refused);
  try {
    return await callAs(ctx, tenant, install, call);
  } catch (error) {
    if (classifyStripeError(error) === 'dead_credentials') return declareDead(ctx, tenant, install);
    throw error;
  }
}

async function callAs<T>(
  ctx: Context,
  tenant: Tenant,
  install: Install,
  call: (stripe: StripeClient) => Promise<T>,
): Promise<T> {
  const token = openSecret(ctx, 'token', install);
  if (token === undefined) return declareDead(ctx, tenant, install);
  try {
    const result = await call(ctx.stripeFor(token));
    ctx.metrics.stripeRequests.inc({ result: 'ok' });
    return result;
  } catch (error) {
    const failure = classifyStripeError(error);
    if (failure) ctx.metrics.stripeRequests.inc({ result: failure });
    throw error;
  }
}
