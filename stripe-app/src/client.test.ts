import { API_BASE, Refusal, signRequests, stubBackend } from '../test/backend';
import { overview, settings } from '../test/samples';
import { createClient } from './client';

const client = createClient({ apiBase: API_BASE, userId: 'usr_1', accountId: 'acct_1', livemode: false });

afterEach(() => jest.useRealTimers());

test('signs every request and says who asks, for which account and in which mode', async () => {
  const backend = stubBackend({ overview: overview() });
  expect(await client('overview')).toEqual({ ok: true, value: overview() });
  expect(backend.asked).toEqual([
    {
      route: 'overview',
      body: { user_id: 'usr_1', account_id: 'acct_1', livemode: false },
      signature: 't=1,v1=signed',
    },
  ]);
});

test('sends arguments beside the identity, which they cannot replace', async () => {
  const backend = stubBackend({ 'events/read': () => undefined });
  await client('events/read', { id: 'evt_1', account_id: 'acct_2' } as { id: string });
  expect(backend.asked[0]!.body).toEqual({ id: 'evt_1', user_id: 'usr_1', account_id: 'acct_1', livemode: false });
});

test('gives the backend’s refusal as a value with its parameter', async () => {
  stubBackend({
    'settings/save': () => {
      throw new Refusal(400, 'invalid_request', 'consent: must be one of two', 'settings.consent');
    },
  });
  expect(await client('settings/save', { settings: settings() })).toEqual({
    ok: false,
    error: { code: 'invalid_request', message: 'consent: must be one of two', param: 'settings.consent' },
  });
});

test.each([
  [401, 'unauthorized', 'signature_refused', 'Tillpost couldn’t verify this request.'],
  [404, 'not_installed', 'not_installed', 'This account isn’t connected to Tillpost in this mode.'],
  [500, 'internal_error', 'server_error', 'Something went wrong on your Tillpost server.'],
])('finds words for a %i (%s)', async (status, code, expected, words) => {
  stubBackend({
    overview: () => {
      throw new Refusal(status, code);
    },
  });
  expect(await client('overview')).toMatchObject({
    ok: false,
    error: { code: expected, message: expect.stringContaining(words) as string },
  });
});

test('asks a second time when a read meets a failing server', async () => {
  let asked = 0;
  stubBackend({
    overview: () => {
      if (++asked === 1) throw new Refusal(503, 'unavailable');
      return overview();
    },
  });
  expect(await client('overview')).toMatchObject({ ok: true });
});

test('never sends a change twice', async () => {
  const backend = stubBackend({
    'import/start': () => {
      throw new Refusal(503, 'unavailable');
    },
  });
  expect(await client('import/start')).toMatchObject({ ok: false, error: { code: 'server_error' } });
  expect(backend.asked).toHaveLength(1);
});

test('asks only once when the backend refuses a read', async () => {
  const backend = stubBackend({});
  expect(await client('events/read', { id: 'evt_1' })).toMatchObject({ ok: false, error: { code: 'not_found' } });
  expect(backend.asked).toHaveLength(1);
});

test('says that Tillpost can’t be reached when the network fails', async () => {
  stubBackend({});
  globalThis.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  expect(await client('overview')).toMatchObject({ ok: false, error: { code: 'unreachable' } });
});

test('takes an answer that isn’t JSON for a failing server', async () => {
  stubBackend({});
  globalThis.fetch = () => Promise.resolve(new Response('<html>Bad gateway</html>', { status: 502 }));
  expect(await client('overview')).toMatchObject({ ok: false, error: { code: 'server_error' } });
});

test('gives up after ten seconds, also on a signature that never comes', async () => {
  stubBackend({});
  signRequests(() => new Promise(() => undefined));
  jest.useFakeTimers();
  const answer = client('import/start');
  await jest.advanceTimersByTimeAsync(10_000);
  expect(await answer).toMatchObject({ ok: false, error: { code: 'timeout' } });
});

test('cancels a request that takes longer than ten seconds', async () => {
  stubBackend({});
  let signal: AbortSignal | null | undefined;
  globalThis.fetch = (_, init) => {
    signal = init?.signal;
    return new Promise(() => undefined);
  };
  jest.useFakeTimers();
  const answer = client('import/start');
  await jest.advanceTimersByTimeAsync(10_000);
  expect(await answer).toMatchObject({ ok: false, error: { code: 'timeout' } });
  expect(signal?.aborted).toBe(true);
});
