/** What was asked of the local Stripe, so that a test can say how often. */
const KEPT = 50_000;

interface LoggedRequest {
  method: string;
  path: string;
  /** Of token requests. */
  grant_type: string | null;
  idempotency_key: string | null;
  /** Null while there is no answer, and for good where there was none. */
  status: number | null;
}

export interface RequestLog {
  add(method: string, path: string, given: { grantType: string | null; idempotencyKey: string | null }): LoggedRequest;
  /** Newest last. */
  list(): readonly LoggedRequest[];
  /** How many fit all that is given; a string is the whole path. */
  count(match?: { method?: string; path?: string | RegExp; grant_type?: string }): number;
  clear(): void;
}

export function createRequestLog(): RequestLog {
  const requests: LoggedRequest[] = [];
  return {
    add(method, path, { grantType, idempotencyKey }) {
      const request = { method, path, grant_type: grantType, idempotency_key: idempotencyKey, status: null };
      requests.push(request);
      if (requests.length > KEPT) requests.splice(0, KEPT / 10);
      return request;
    },
    list: () => requests,
    count: ({ method, path, grant_type } = {}) =>
      requests.filter(
        (request) =>
          (method === undefined || request.method === method) &&
          (grant_type === undefined || request.grant_type === grant_type) &&
          (path === undefined || (typeof path === 'string' ? request.path === path : path.test(request.path))),
      ).length,
    clear: () => void (requests.length = 0),
  };
}
