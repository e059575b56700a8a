/** A process that is told to stop ends soon, whatever it waits for. */
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { openDatabase } from '../db/open';
import { fixtureEvent } from './fixtures/stripe';
import { ENGINES, keptDatabase } from './databases';
import { ACCOUNT, LIVE, SECRETS, sign, startTillpost } from './harness';

/** Less than what a stop allows those who don't end by themselves. */
const SOON_MS = 7_000;

describe.each(ENGINES)('on %s, a stop while senders go on without a pause', (engine) => {
  it('ends their connections in order, soon, and loses nothing that was acknowledged', async () => {
    const { databaseUrl, remove } = await keptDatabase(engine);
    const lines = new PassThrough();
    const tillpost = await startTillpost({ databaseUrl, runsWorker: true, overrides: { log: pino(lines) } });
    await tillpost.connect(LIVE);
    await tillpost.enable({}, {}, LIVE);
    const senders = Array.from({ length: 8 }, () => startSender(tillpost.url));
    while (senders.some(({ acknowledged }) => acknowledged.length < 20)) await nextTurn();

    const startedAt = performance.now();
    await tillpost.stop();
    expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
    for (const { ended } of senders) expect(await ended).toBe('close');
    expect(lines.read()).toBeNull();

    const db = openDatabase(databaseUrl);
    const kept = new Set((await db.selectFrom('event').select('id').execute()).map(({ id }) => id));
    expect(senders.flatMap(({ acknowledged }) => acknowledged).filter((id) => !kept.has(id))).toEqual([]);
    await db.destroy();
    await tillpost.localStripe.close();
    remove();
  });
});

it('answers a request that was half sent, and does not wait for the next on its connection', async () => {
  const tillpost = await startTillpost();
  const socket = connect(tillpost.port, '127.0.0.1');
  const body = JSON.stringify(customerCreated());
  const headers = {
    Host: 'tillpost.example',
    Expect: '100-continue',
    'Content-Length': body.length,
    'Stripe-Signature': sign(body, SECRETS.webhook.live, tillpost.clock.now()),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.write(`POST /webhooks/stripe HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  await new Promise((resolve) => socket.once('readable', resolve));
  const startedAt = performance.now();
  const stopped = tillpost.stop();
  while (await isListening(tillpost.port)) await nextTurn();
  socket.write(body);
  expect(await text(socket)).toContain('HTTP/1.1 200 OK');
  await stopped;
  expect(performance.now() - startedAt).toBeLessThan(SOON_MS);
  await tillpost.localStripe.close();
});

const isListening = (port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = connect(port, '127.0.0.1', () => resolve(true));
    probe.on('error', () => resolve(false)).on('connect', () => probe.destroy());
  });

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

const customerCreated = () =>
  fixtureEvent('customer.created', { account: ACCOUNT, livemode: true, created: Math.floor(Date.now() / 1000) });

/** Delivers event after event on one connection, as a proxy under load does, until an answer or an error ends it. */
function startSender(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const acknowledged: string[] = [];
  const deliver = (event: { id: string }) =>
    new Promise<string | undefined>((resolve, reject) => {
      const body = JSON.stringify(event);
      const headers = { 'Stripe-Signature': sign(body, SECRETS.webhook.live, Date.now()) };
      const sent = request(`${url}/webhooks/stripe`, { agent, method: 'POST', headers }, (answer) => {
        if (answer.statusCode === 200) acknowledged.push(event.id);
        answer.resume().on('end', () => resolve(answer.headers.connection));
      });
      sent.on('error', reject).end(body);
    });
  const goOn = async () => {
    let connection: string | undefined = 'keep-alive';
    while (connection === 'keep-alive') connection = await deliver(customerCreated());
    return connection;
  };
  return { acknowledged, ended: goOn() };
}
