/** Bad days of Stripe's API, as tests order them. */
import type { Response } from 'express';
import { invalidApiKey, missingPermission, rateLimited, serverError, type StripeApiError } from './stripe-error';

export interface Fault {
  /** The `stripe` client tries a cut call once more by itself: order two. */
  kind: 'rate_limit' | 'server_error' | 'unauthorized' | 'forbidden' | 'hang' | 'cut' | 'slow' | 'old';
  /** How many calls it hits; until cleared when left out. */
  times?: number;
  /** A path, or a pattern for it. */
  path?: string | RegExp;
  account?: string;
  /** For `forbidden`: the one that is missing. */
  permission?: string;
  /** For `slow`: how long the answer waits. */
  delay_ms?: number;
  /** For `old`: what is answered to a GET of this path in place of what is true; undefined: the truth. */
  answer?(path: string): object | undefined;
}

export interface Faults {
  add(fault: Fault): void;
  /** Ends all faults; calls left hanging are cut. */
  clear(): void;
  /** The fault this call meets, if any; it is used up by one. */
  take(path: string, account: string | undefined): Fault | undefined;
  /** Plays the fault out. @throws StripeApiError for those that have an answer */
  play(fault: Fault, res: Response, next: () => void): void;
}

export function createFaults(): Faults {
  const faults: Fault[] = [];
  const hanging = new Set<Response>();

  const isHit = (fault: Fault, path: string, account: string | undefined): boolean =>
    (fault.times ?? 1) > 0 &&
    (fault.account === undefined || fault.account === account) &&
    (fault.path === undefined || (typeof fault.path === 'string' ? fault.path === path : fault.path.test(path)));

  return {
    add: (fault) => void faults.push({ ...fault }),
    clear() {
      faults.length = 0;
      for (const response of hanging) response.destroy();
      hanging.clear();
    },
    take(path, account) {
      const fault = faults.find((candidate) => isHit(candidate, path, account));
      if (fault?.times !== undefined) fault.times -= 1;
      return fault;
    },
    play(fault, res, next) {
      switch (fault.kind) {
        case 'rate_limit':
        case 'server_error':
        case 'unauthorized':
          throw answerOf(fault.kind);
        case 'forbidden':
          throw missingPermission('', fault.account ?? '', fault.permission ?? '');
        case 'cut':
          res.destroy();
          return;
        case 'hang':
          hanging.add(res);
          res.on('close', () => hanging.delete(res));
          return;
        case 'old': {
          const { method, baseUrl, path } = res.req;
          const answer = method === 'GET' ? fault.answer?.(baseUrl + path) : undefined;
          if (answer) res.json(answer);
          else next();
          return;
        }
        case 'slow':
          setTimeout(next, fault.delay_ms ?? 1_000).unref();
          return;
      }
    },
  };
}

function answerOf(kind: 'rate_limit' | 'server_error' | 'unauthorized'): StripeApiError {
  if (kind === 'rate_limit') return rateLimited();
  return kind === 'server_error' ? serverError() : invalidApiKey('');
}
