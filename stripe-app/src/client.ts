/** The typed client over the extension API: what the views ask the backend, and what they tell people when it fails. */
import { fetchStripeSignature } from '@stripe/ui-extension-sdk/utils';
import type { ApiError, ExtensionApi } from '../../shared/api';

export interface Failure {
  code: string;
  /** A sentence for people that says what to do next. */
  message: string;
  /** The argument that was refused, as `settings.events.invoice.paid.user_group`. */
  param?: string;
}
export type Result<T> = { ok: true; value: T } | { ok: false; error: Failure };

type Route = keyof ExtensionApi;
export type Client = <R extends Route>(
  route: R,
  ...args: object extends ExtensionApi[R]['args'] ? [ExtensionApi[R]['args']?] : [ExtensionApi[R]['args']]
) => Promise<Result<ExtensionApi[R]['answer']>>;

/** The account, mode and person a client speaks for, and where the backend is. */
export interface Identity {
  /** With a trailing slash. */
  apiBase: string;
  userId: string | undefined;
  accountId: string;
  livemode: boolean;
}

const TIMEOUT_MS = 10_000;
/** A rehearsal reads a month of the log. */
const LONG_MS = 60_000;

/** Answers come back as values: nothing here throws. Reads are tried twice when the network or the server fails. */
export function createClient({ apiBase, userId, accountId, livemode }: Identity): Client {
  const ask = async (route: Route, args?: object): Promise<Result<unknown>> => {
    const body = { ...args, user_id: userId, account_id: accountId, livemode };
    const timeoutMs = route === 'workflows/rehearse' ? LONG_MS : TIMEOUT_MS;
    const first = await send(apiBase + route, body, timeoutMs);
    return !first.ok && isPassing(first.error) && isRead(route) ? send(apiBase + route, body, timeoutMs) : first;
  };
  return ask as Client;
}

async function send(url: string, body: object, timeoutMs: number): Promise<Result<unknown>> {
  try {
    return await withinTime(async (signal) => {
      const signature = await fetchStripeSignature();
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Stripe-Signature': signature },
        body: JSON.stringify(body),
        signal,
      });
      const answer: unknown = await response.json().catch(() => null);
      if (response.ok && answer !== null) return { ok: true, value: answer };
      return { ok: false, error: describe(response.status, answer) };
    }, timeoutMs);
  } catch {
    // Signature or network: nothing was answered, and the words say all that is known.
    return { ok: false, error: UNREACHABLE };
  }
}

/** Also ends what ignores the signal, as a signature that the Dashboard never gives. */
function withinTime<T>(work: (signal: AbortSignal) => Promise<Result<T>>, timeoutMs: number): Promise<Result<T>> {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout>;
  const timeUp = new Promise<Result<T>>((resolve) => {
    timer = setTimeout(() => {
      resolve({ ok: false, error: TIMED_OUT });
      controller.abort();
    }, timeoutMs);
  });
  return Promise.race([work(controller.signal), timeUp]).finally(() => clearTimeout(timer));
}

const TIMED_OUT: Failure = {
  code: 'timeout',
  message: 'Tillpost took too long to answer. Try again in a moment.',
};
const UNREACHABLE: Failure = {
  code: 'unreachable',
  message: 'Tillpost can’t be reached. Check your connection, or ask whoever runs your Tillpost server.',
};
const SERVER_FAILED: Failure = {
  code: 'server_error',
  message: 'Something went wrong on your Tillpost server. Try again in a moment.',
};
const SIGNATURE_REFUSED: Failure = {
  code: 'signature_refused',
  message:
    'Tillpost couldn’t verify this request. Reload the page. If that doesn’t help, the app’s signing secret on the server needs updating.',
};
const NOT_INSTALLED: Failure = {
  code: 'not_installed',
  message: 'This account isn’t connected to Tillpost in this mode.',
};

function describe(status: number, answer: unknown): Failure {
  if (status === 401) return SIGNATURE_REFUSED;
  if (status >= 500 || !isApiError(answer)) return SERVER_FAILED;
  return answer.error.code === NOT_INSTALLED.code ? NOT_INSTALLED : answer.error;
}

const isApiError = (answer: unknown): answer is ApiError =>
  typeof (answer as Partial<ApiError> | null)?.error?.message === 'string';

const PASSING = [TIMED_OUT, UNREACHABLE, SERVER_FAILED];
const isPassing = (error: Failure): boolean => PASSING.includes(error);
const isRead = (route: Route): boolean => /^overview$|\/(read|list)$/.test(route);
