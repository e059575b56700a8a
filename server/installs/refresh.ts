/**
 * One refresh at a time per install, because each exchange ends the refresh token it used: callers in one process share
 * one exchange, a lease on the row excludes other processes, and the new pair is stored before it is used
 * (compare-and-swap). A process that dies between Stripe's response and that write loses the pair: the account has to be
 * connected again.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../context';
import { tenantKey, type Tenant } from '../db/tenant';
import { findInstall, markNeedsReconnect, type Install } from './installs';
import { openSecret, sealSecret } from './seals';
import { exchangeToken, isInvalidGrant, type Grant } from './token-exchange';

/** Longer than the exchange's time-out (token-exchange.ts). */
const TOKEN_LEASE_MS = 15_000;
/** How often a process looks whether another one has finished. */
const LOOK_AGAIN_MS = 50;

/** Stripe refuses the install's credentials for good: a person has to connect the account again. */
export class NeedsReconnect extends Error {
  constructor(readonly tenant: Tenant) {
    super(`${tenantKey(tenant)} has to be connected to Stripe again`);
  }
}

const inFlight = new WeakMap<Context, Map<string, Promise<Install>>>();

/** The install with a token newer than `stale`'s. Throws NeedsReconnect, or Stripe's errors. */
export function refreshToken(ctx: Context, tenant: Tenant, stale: Install): Promise<Install> {
  const flights = inFlight.get(ctx) ?? new Map<string, Promise<Install>>();
  inFlight.set(ctx, flights);
  const key = tenantKey(tenant);
  const running = flights.get(key);
  if (running) return running;
  const flight = refreshOnce(ctx, tenant, stale).finally(() => flights.delete(key));
  flights.set(key, flight);
  return flight;
}

async function refreshOnce(ctx: Context, tenant: Tenant, stale: Install): Promise<Install> {
  const giveUpAt = performance.now() + 2 * TOKEN_LEASE_MS;
  for (;;) {
    const leased = await takeLease(ctx, stale);
    if (leased) return refreshUnderLease(ctx, tenant, leased);
    const current = await currentInstall(ctx, tenant);
    if (current.access_token !== stale.access_token) return current;
    if (performance.now() > giveUpAt) throw new Error(`the token of ${stale.id} is being refreshed elsewhere`);
    await wait(LOOK_AGAIN_MS);
  }
}

const takeLease = (ctx: Context, stale: Install): Promise<Install | undefined> =>
  ctx.db
    .updateTable('install')
    .set({ token_lease_until: ctx.clock.now() + TOKEN_LEASE_MS })
    .where('id', '=', stale.id)
    .where('status', '=', 'active')
    .where('access_token', '=', stale.access_token)
    .where((eb) => eb.or([eb('token_lease_until', 'is', null), eb('token_lease_until', '<=', ctx.clock.now())]))
    .returningAll()
    .executeTakeFirst();

async function refreshUnderLease(ctx: Context, tenant: Tenant, leased: Install): Promise<Install> {
  try {
    const refresh = openSecret(ctx, 'refresh', leased);
    if (refresh === undefined) return await declareDead(ctx, tenant, leased);
    const grant = await exchangeToken(ctx, tenant.livemode, { grant_type: 'refresh_token', refresh_token: refresh });
    const stored = await storeTokens(ctx, tenant, leased, grant);
    ctx.metrics.refreshes.inc({ result: 'ok' });
    return stored ?? (await currentInstall(ctx, tenant));
  } catch (error) {
    if (error instanceof NeedsReconnect) throw error;
    if (isInvalidGrant(error)) return afterInvalidGrant(ctx, tenant, leased);
    ctx.metrics.refreshes.inc({ result: 'unavailable' });
    await releaseLease(ctx, leased);
    throw error;
  }
}

/** Undefined when somebody reconnected in the meantime: those tokens are newer. */
const storeTokens = (ctx: Context, tenant: Tenant, leased: Install, grant: Grant): Promise<Install | undefined> =>
  ctx.db
    .updateTable('install')
    .set({
      access_token: sealSecret(ctx, 'token', tenant, grant.accessToken),
      refresh_token: sealSecret(ctx, 'refresh', tenant, grant.refreshToken),
      token_expires_at: grant.expiresAt,
      token_lease_until: null,
    })
    .where('id', '=', leased.id)
    .where('access_token', '=', leased.access_token)
    .returningAll()
    .executeTakeFirst();

/** A newer pair on the row means that another process used this token after our lease ended, or somebody reconnected. */
async function afterInvalidGrant(ctx: Context, tenant: Tenant, leased: Install): Promise<Install> {
  const current = await currentInstall(ctx, tenant);
  if (current.refresh_token !== leased.refresh_token) return current;
  ctx.metrics.refreshes.inc({ result: 'dead' });
  return declareDead(ctx, tenant, leased);
}

/** Marks the install as needing reconnection, and throws NeedsReconnect. */
export async function declareDead(ctx: Context, tenant: Tenant, refused: Install): Promise<never> {
  await markNeedsReconnect(ctx.db, refused, ctx.clock.now());
  ctx.nudge();
  throw new NeedsReconnect(tenant);
}

const releaseLease = (ctx: Context, leased: Install) =>
  ctx.db
    .updateTable('install')
    .set({ token_lease_until: null })
    .where('id', '=', leased.id)
    .where('token_lease_until', '=', leased.token_lease_until)
    .execute();

async function currentInstall(ctx: Context, tenant: Tenant): Promise<Install> {
  const install = await findInstall(ctx.db, tenant);
  if (install?.status !== 'active') throw new NeedsReconnect(tenant);
  return install;
}
