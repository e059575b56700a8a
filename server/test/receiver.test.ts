import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../db/open';
import { ENGINES } from './databases';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, MALFORMED_SIGNATURES, SECRETS, TEST, sign, startTillpost, uniqueId, type Tillpost } from './harness';

const now = () => Math.floor(Date.now() / 1000);
const customerCreated = (options: Parameters<typeof fixtureEvent>[1] = {}) =>
  fixtureEvent('customer.created', { account: ACCOUNT, created: now(), ...options });

describe.each(ENGINES)('the receiver on %s', (engine) => {
  let tillpost: Tillpost;
  beforeAll(async () => {
    tillpost = await startTillpost({ engine });
    await tillpost.connect();
  });
  afterAll(() => tillpost.close());

  const post = (body: string | Buffer, headers: Record<string, string>, path = '/webhooks/stripe') =>
    fetch(`${tillpost.url}${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : new Uint8Array(body),
      headers,
    });
  const signed = (body: string, secret = SECRETS.webhook.test, at = Date.now()) => ({
    'Stripe-Signature': sign(body, secret, at),
  });
  const rowsOf = (id: string) => tillpost.db.selectFrom('event').selectAll().where('id', '=', id).execute();

  it('stores a signed event before it answers 200', async () => {
    const event = customerCreated();
    const response = await tillpost.deliver(event);
    expect([response.status, await response.json()]).toEqual([200, { received: true }]);
    expect(await rowsOf(event.id)).toMatchObject([
      { status: 'ignored', reason: 'event_off', type: 'customer.created', account_id: ACCOUNT },
    ]);
  });

  it('answers 200 to a duplicate and keeps one row, also when both arrive at once', async () => {
    const event = customerCreated();
    const answers = await Promise.all(Array.from({ length: 8 }, () => tillpost.deliver(event)));
    expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(200));
    expect(await rowsOf(event.id)).toHaveLength(1);
  });

  it.each([
    ['a thin event', { object: 'v2.core.event', type: 'v1.billing.meter.error_report_triggered' }, 'thin_event'],
    ['a type that is not supported', { type: 'charge.succeeded' }, 'unsupported_type'],
  ])('logs %s as ignored, without its payload', async (_what, fields, reason) => {
    const event = { ...customerCreated(), ...fields };
    expect((await tillpost.deliver(event)).status).toBe(200);
    const [row] = await rowsOf(event.id);
    expect(row).toMatchObject({ status: 'ignored', reason });
    expect(await tillpost.db.selectFrom('event_payload').selectAll().where('seq', '=', row!.seq).execute()).toEqual([]);
  });

  it('logs events of accounts that are not connected, and of none, as ignored without payload', async () => {
    const stranger = customerCreated({ account: 'acct_stranger' });
    const nobodys = customerCreated({ account: null });
    for (const event of [stranger, nobodys]) expect((await tillpost.deliver(event)).status).toBe(200);
    await tillpost.worker.drain();
    for (const { id } of [stranger, nobodys]) {
      const [row] = await rowsOf(id);
      expect(row).toMatchObject({ status: 'ignored', reason: 'not_installed' });
      expect(await tillpost.db.selectFrom('event_payload').selectAll().where('seq', '=', row!.seq).execute()).toEqual(
        [],
      );
    }
  });

  it.each([
    ['no signature', () => ({})],
    ['another secret', (body: string) => signed(body, 'whsec_someoneelse0000')],
    ['a signature of more than 301 seconds ago', (body: string) => signed(body, undefined, Date.now() - 302_000)],
    ['a signature of six minutes ahead', (body: string) => signed(body, undefined, Date.now() + 360_000)],
    ['a signature of another body', () => signed('{}')],
    ['the app’s signing secret', (body: string) => signed(body, SECRETS.app)],
  ])('refuses %s with 400 and stores nothing', async (_what, headers) => {
    const event = customerCreated();
    const body = JSON.stringify(event);
    const response = await post(body, headers(body));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_signature' } });
    expect(await rowsOf(event.id)).toEqual([]);
  });

  it.each(MALFORMED_SIGNATURES)('refuses the signature "%s" with 400', async (part) => {
    const response = await post('{"type":"x"}', { 'Stripe-Signature': `t=${now()},${part}` });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'invalid_signature' } }]);
  });

  it.each(MALFORMED_SIGNATURES)('accepts a good signature beside "%s"', async (part) => {
    const body = JSON.stringify(customerCreated());
    const [time, good] = signed(body)['Stripe-Signature'].split(',');
    for (const header of [`${time},${part},${good}`, `${time},${good},${part}`])
      expect((await post(body, { 'Stripe-Signature': header })).status).toBe(200);
  });

  it('accepts signatures up to 300 seconds old or ahead', async () => {
    for (const offset of [-240_000, 295_000]) {
      const body = JSON.stringify(customerCreated());
      expect((await post(body, signed(body, undefined, Date.now() + offset))).status).toBe(200);
    }
  });

  it('never admits a live event under the test secret, but a test event under the live one', async () => {
    const live = customerCreated({ livemode: true });
    expect((await tillpost.deliver(live, SECRETS.webhook.test)).status).toBe(400);
    expect(await rowsOf(live.id)).toEqual([]);
    expect((await tillpost.deliver(live, SECRETS.webhook.live)).status).toBe(200);
    expect((await tillpost.deliver(customerCreated(), SECRETS.webhook.live)).status).toBe(200);
  });

  it.each(['', '[]', 'null', '"text"', '{"type":1}', '{"id":"evt_1"}', '{"type":"a"', '\u0000'])(
    'refuses the body %j with 400',
    async (body) => {
      const header = `t=${now()},v1=${createHmac('sha256', SECRETS.webhook.test).update(`${now()}.${body}`).digest('hex')}`;
      expect((await post(body, { 'Stripe-Signature': header })).status).toBe(400);
    },
  );

  it('takes payloads of 900 kB and refuses those over 1 MB with 413', async () => {
    const big = customerCreated({ object: { description: 'x'.repeat(900_000) } });
    expect((await tillpost.deliver(big)).status).toBe(200);
    const huge = customerCreated({ object: { description: 'x'.repeat(1_200_000) } });
    expect((await tillpost.deliver(huge)).status).toBe(413);
  });

  it('refuses bodies with a content-encoding with 415', async () => {
    const event = customerCreated();
    expect((await tillpost.deliver(event, SECRETS.webhook.test, { 'Content-Encoding': 'gzip' })).status).toBe(415);
  });

  it('keeps what odd but signed events hold: no id, odd created, long names, NUL and lone surrogates', async () => {
    const base = customerCreated();
    const odd = [
      { ...base, id: undefined },
      { ...base, id: 7 },
      { ...base, id: uniqueId('evt'), created: 'yesterday' },
      { ...base, id: uniqueId('evt'), created: -5, data: null },
      { ...base, id: uniqueId('evt'), data: { object: [] } },
      { ...base, id: 'e'.repeat(300) },
      { ...base, id: uniqueId('evt'), account: 'a'.repeat(300) },
      { ...base, id: uniqueId('evt'), type: 't'.repeat(5_000) },
      {
        ...base,
        id: uniqueId('evt\u0000'),
        data: { object: { id: 'cus_\u0000', email: '\ud800@example.com', name: '\u0000\udfff' } },
      },
    ];
    for (const event of odd) expect((await tillpost.deliver(event)).status).toBe(200);
    await tillpost.worker.drain();
    expect(await tillpost.db.selectFrom('event').select('id').where('status', '=', 'pending').execute()).toEqual([]);
  });

  it('answers 2,000 random mutations of valid requests without a 5xx, and stores no forgery', async () => {
    const random = seeded(42);
    const statuses = new Set<number>();
    for (let round = 0; round < 100; round++) {
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          const event = customerCreated({ id: uniqueId('evt_mutated') });
          const body = Buffer.from(JSON.stringify(event));
          const headers: Record<string, string> = { 'Content-Type': 'application/json', ...signed(body.toString()) };
          const { mutatedBody, mutatedHeaders, isForged } = mutate(body, headers, random);
          const response = await post(mutatedBody, mutatedHeaders).catch(() => undefined);
          if (!response) return;
          statuses.add(response.status);
          if (isForged && response.status === 200)
            throw new Error(`stored a forgery: ${JSON.stringify(mutatedHeaders)}`);
        }),
      );
    }
    expect([...statuses].filter((status) => status >= 500)).toEqual([]);
    expect(statuses).toContain(400);
  });

  it('leaves other methods and paths to the app', async () => {
    expect((await fetch(`${tillpost.url}/webhooks/stripe`)).status).toBe(404);
    expect((await post('{}', signed('{}'), '/webhooks/stripe/ins_unknown')).status).toBe(404);
  });
});

it('verifies against every configured secret while one is rotated', async () => {
  const tillpost = await startTillpost({ env: { STRIPE_TEST_WEBHOOK_SECRET: 'whsec_old00000000,whsec_new00000000' } });
  for (const [secret, status] of [
    ['whsec_old00000000', 200],
    ['whsec_new00000000', 200],
    [SECRETS.webhook.test, 400],
  ] as const)
    expect((await tillpost.deliver(customerCreated(), secret)).status).toBe(status);
  await tillpost.close();
});

it('gives one effect to an event that two processes on one database receive at once', async () => {
  const first = await startTillpost({ engine: 'postgres' });
  const second = await startTillpost({
    databaseUrl: first.databaseUrl,
    localStripe: first.localStripe,
    env: { STRIPE_API_BASE: first.stripeUrl },
  });
  await first.connect();
  await first.enable();
  const events = Array.from({ length: 30 }, (_, i) =>
    customerCreated({ object: { id: `cus_twice${i % 10}`, email: `twice${i % 10}@example.com` } }),
  );
  await Promise.all(events.flatMap((event) => [first.deliver(event), second.deliver(event)]));
  await Promise.all([first.worker.drain(), second.worker.drain()]);
  const db = openDatabase(first.databaseUrl);
  // That the app was installed may have come before its account was stored, and is ignored then.
  const received = db.selectFrom('event').select(['type', 'status', 'reason']).where('type', '=', 'customer.created');
  const others = received.where('status', '!=', 'processed');
  expect(await others.execute()).toEqual([]);
  expect(await db.selectFrom('contact').select('email').execute()).toHaveLength(10);
  await db.destroy();
  await second.close();
  await first.close();
});

it('gives back what a killed process had claimed once the lease ends', async () => {
  const tillpost = await startTillpost({ engine: 'postgres' });
  await tillpost.connect();
  await tillpost.enable();
  const event = customerCreated();
  await tillpost.deliver(event);
  await tillpost.db
    .updateTable('event')
    .set({ status: 'pending', due_at: tillpost.clock.now() + 30_000, claims: 1 })
    .execute();
  await tillpost.worker.drain();
  expect(await tillpost.call('events/read', { id: event.id })).toMatchObject({ status: 'pending' });
  tillpost.clock.advance(31_000);
  await tillpost.worker.drain();
  expect(await tillpost.call('events/read', { id: event.id }, { tenant: TEST })).toMatchObject({ status: 'processed' });
  await tillpost.close();
});

it('frees at its start what a killed process had claimed in its SQLite file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tillpost-restart-'));
  const databaseUrl = `sqlite:${join(folder, 'tillpost.db')}`;
  const first = await startTillpost({ databaseUrl });
  await first.connect();
  await first.enable();
  const event = customerCreated();
  await first.deliver(event);
  await first.db
    .updateTable('event')
    .set({ due_at: Date.now() + 30_000, claims: 1 })
    .execute();
  await first.close();
  const second = await startTillpost({ databaseUrl, runsWorker: true });
  let status = 'pending';
  while (status === 'pending') ({ status } = await second.call('events/read', { id: event.id }));
  expect(status).toBe('processed');
  await second.close();
  rmSync(folder, { recursive: true });
});

function mutate(body: Buffer, headers: Record<string, string>, random: () => number) {
  const mutatedBody = Buffer.from(body);
  const mutatedHeaders = { ...headers };
  const signature = headers['Stripe-Signature'] ?? '';
  const at = Math.floor(random() * body.length);
  switch (Math.floor(random() * 7)) {
    case 0:
      mutatedBody[at] = (mutatedBody[at] ?? 0) ^ (1 + Math.floor(random() * 255));
      return { mutatedBody, mutatedHeaders, isForged: true };
    case 1:
      return { mutatedBody: body.subarray(0, at), mutatedHeaders, isForged: true };
    case 2:
      return {
        mutatedBody: Buffer.concat([body, Buffer.from(String.fromCharCode(random() * 256))]),
        mutatedHeaders,
        isForged: true,
      };
    case 3: {
      const position = signature.indexOf('v1=') + 3 + Math.floor(random() * 60);
      const digit = signature[position] === '0' ? '1' : '0';
      mutatedHeaders['Stripe-Signature'] = signature.slice(0, position) + digit + signature.slice(position + 1);
      return { mutatedBody, mutatedHeaders, isForged: true };
    }
    case 4:
      mutatedHeaders['Stripe-Signature'] = signature.replace(/t=\d+/, `t=${Math.floor(random() * 1e10)}`);
      return { mutatedBody, mutatedHeaders, isForged: true };
    case 5:
      mutatedHeaders['Content-Encoding'] = ['gzip', 'br', 'deflate', 'x'][Math.floor(random() * 4)] ?? 'x';
      return { mutatedBody, mutatedHeaders, isForged: true };
    default:
      mutatedHeaders['Content-Type'] =
        ['text/plain', 'multipart/form-data; boundary=x', 'application/json; charset=utf-7'][
          Math.floor(random() * 3)
        ] ?? '';
      return { mutatedBody, mutatedHeaders, isForged: false };
  }
}

/** mulberry32: the same mutations in every run. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
