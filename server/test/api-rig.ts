/** Programs that use the API: Loops' own client, and plain requests. */
import { LoopsClient } from 'loops';
import { transact } from '../db/transact';
import type { Tenant } from '../db/tenant';
import { createApiKey } from '../installs/api-keys';
import type { ApiScope } from '../../shared/api-keys';
import { lending, LIVE, TEST, type HarnessOptions, type Tillpost } from './harness';

/** A Tillpost with both modes connected, whose keys may make many requests. */
export const withApi = (options: HarnessOptions, work: (tillpost: Tillpost) => Promise<void>): Promise<void> =>
  lending(
    async (tillpost) => {
      await tillpost.connect(TEST);
      await tillpost.connect(LIVE);
    },
    { env: { API_REQUESTS_PER_SECOND: '1000' } },
  )(options, work);

export const newKey = ({ db, clock }: Tillpost, tenant: Tenant = TEST, scope: ApiScope = 'write'): Promise<string> =>
  transact(db, (trx) => createApiKey(trx, tenant, { name: 'A program', scope }, clock.now()));

/** Loops' own client, as its users have it, with another base address. */
export async function clientOf(tillpost: Tillpost, tenant?: Tenant, scope?: ApiScope): Promise<LoopsClient> {
  const client = new LoopsClient(await newKey(tillpost, tenant, scope));
  client.apiRoot = `${tillpost.url}/api/`;
  return client;
}

/** The answer's status, body and headers. */
export async function request(
  { url }: Pick<Tillpost, 'url'>,
  path: string,
  {
    key,
    method = 'GET',
    body,
    headers = {},
  }: { key?: string; method?: string; body?: unknown; headers?: Record<string, string> } = {},
) {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), ...headers },
    ...(text === undefined ? {} : { body: text }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}
