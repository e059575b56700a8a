/** Who asks: the key names the install. Before anything of the request but its head is read. */
import type { RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { ApiScope } from '../../shared/api-keys';
import { notAllowed } from '../../shared/words/connection';
import { isAllowed } from '../allowed';
import type { Context } from '../context';
import { tenantOf, type Tenant } from '../db/tenant';
import { AppError } from '../errors';
import { findApiKey, noteApiKeyUse, type ApiKey } from '../installs/api-keys';
import { findInstall, isConnected } from '../installs/installs';

/** Of the install whose key it is. */
export const tenantOn = (res: Response): Tenant => tenantOf(res.locals.apiKey as ApiKey);

/** A request of a key that may do it: 401 without one, 429 above the rate, 403 for what its scope or its install forbids. */
export function requireKey(ctx: Context): (scope: ApiScope) => RequestHandler {
  const points = ctx.config.apiRequestsPerSecond;
  const limiter = new RateLimiterMemory({ points, duration: 1 });

  async function spend(res: Response, key: ApiKey): Promise<void> {
    const left = await limiter.consume(key.id).catch((error: unknown) => {
      if (error instanceof RateLimiterRes) return null;
      throw error;
    });
    res.set({ 'x-ratelimit-limit': String(points), 'x-ratelimit-remaining': String(left?.remainingPoints ?? 0) });
    if (left !== null) return;
    res.set('Retry-After', '1');
    throw new AppError(
      'rate_limited',
      `This key makes more than ${points} requests in a second. Try again in a second.`,
    );
  }

  return (scope) => async (req, res, next) => {
    const [, given = ''] = /^Bearer (\S+)$/i.exec(req.get('authorization') ?? '') ?? [];
    const key = await findApiKey(ctx.db, given);
    if (!key) {
      res.set('WWW-Authenticate', 'Bearer');
      throw new AppError('unauthorized', 'Invalid API key');
    }
    await spend(res, key);
    await noteApiKeyUse(ctx.db, key, ctx.clock.now());
    const tenant = tenantOf(key);
    if (!isAllowed(ctx, tenant.accountId)) throw new AppError('forbidden', notAllowed(tenant.accountId));
    if (!isConnected(await findInstall(ctx.db, tenant)))
      throw new AppError('forbidden', 'The Stripe account of this key is not connected.');
    if (scope === 'write' && key.scope !== 'write')
      throw new AppError('scope', 'This key may only read. Make one with the scope write in Settings → API.');
    res.locals.apiKey = key;
    next();
  };
}
