/**
 * Limits on pages that need no session, in this process's memory. The socket's address may be a proxy's, which is
 * everybody: its limit is generous, and the tight one is on what is tried, a link or a key.
 */
import type { Request, RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { inSeconds } from '../shared/in-seconds';
import { AppError } from './errors';
import { sha256 } from './vault';

const PER_MINUTE = { address: 1_200, token: 30, keys: 600, key: 10 };

/** Each caller's limits are its own; `address` is how many requests a minute one address may make. */
export function createLimits({ address } = { address: PER_MINUTE.address }) {
  const limiter = (points: number) => new RateLimiterMemory({ points, duration: 60 });
  const addressOf = (req: Request) => req.socket.remoteAddress ?? '';
  const byAddress = limitBy(limiter(address), addressOf);
  return {
    byAddress,
    /** And by the link that is opened or sent. */
    byToken: [byAddress, limitBy(limiter(PER_MINUTE.token), (req) => sha256(String(req.params.token)))],
    /** By the key in the form, which has been read; each makes ten requests to Stripe. */
    byKey: [
      limitBy(limiter(PER_MINUTE.keys), addressOf),
      limitBy(limiter(PER_MINUTE.key), (req) => sha256(String((req.body as { key?: unknown } | undefined)?.key))),
    ],
  };
}

const limitBy =
  (limiter: RateLimiterMemory, keyOf: (req: Request) => string): RequestHandler =>
  async (req, res, next) => {
    const seconds = await waitFor(limiter, keyOf(req), res);
    if (seconds === undefined) return next();
    throw new AppError('rate_limited', `There were too many requests. Try again in ${inSeconds(seconds)}.`);
  };

/** Takes one of what is left; undefined, or the seconds until there is more, which the response then says as well. */
export async function waitFor(limiter: RateLimiterMemory, key: string, res: Response): Promise<number | undefined> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
    res.set('Retry-After', String(seconds));
    return seconds;
  }
}
