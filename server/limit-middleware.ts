/**
 * Limits on pages that need no session, in this process's memory. The socket's address may be a proxy's, which is
 * everybody: its limit is generous, and the tight one is on what is tried, a link or a key.
 */
import type { Request, RequestHandler, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
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
    try {
      await limiter.consume(keyOf(req));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw refuse(res, Math.max(1, Math.ceil(error.msBeforeNext / 1_000)));
    }
    next();
  };

function refuse(res: Response, seconds: number): AppError {
  res.set('Retry-After', String(seconds));
  const wait = seconds === 1 ? 'a second' : `${seconds} seconds`;
  return new AppError('rate_limited', `There were too many requests. Try again in ${wait}.`);
}
