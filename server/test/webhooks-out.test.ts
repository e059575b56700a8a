/** Webhooks out: from what happens to a signed request that a program's server takes, over real sockets. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { WEBHOOK_TYPES, type WebhookType } from '../../shared/webhooks';
import { DELIVERY_WORDS } from '../../shared/words/webhooks';
import { findContactByEmail } from '../audience/contacts';
import { changeConsent } from '../audience/consent';
import { deleteContact } from '../audience/save';
import { insertNew } from '../db/bulk';
import { LEASE_MS } from '../db/claim';
import { transact } from '../db/transact';
import { createDns, type Dns } from '../deliverability/dns';
import { findInstall } from '../installs/installs';
import { wantsOf } from '../installs/wants';
import { disconnect } from '../lifecycle/disconnect';
import { eraseInstall } from '../lifecycle/erase';
import { createHousekeeping } from '../lifecycle/housekeeping';
import { createOutboxQueue, type Consumer } from '../outbox/outbox-queue';
import { tellEndpoints } from '../webhooks-out/tell-endpoints';
import {
  createEndpoint,
  deleteEndpoint,
  findEndpoint,
  rotateSecret,
  saveEndpoint,
  turnEndpoint,
} from '../webhooks-out/endpoints';
import { createDeliveryQueue } from '../webhooks-out/delivery-queue';
import { post } from '../webhooks-out/post';
import { sendTestMessage } from '../webhooks-out/send-test';
import { createRunQueue } from '../workflows/run-queue';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { clientOf, withApi } from './api-rig';
import { ENGINES } from './databases';
import { startDnsServer } from './dns-server';
import { fixtureEvent } from './fixtures/stripe';
import { ACCOUNT, TEST, type Tillpost } from './harness';
import { closing } from './leftovers';

const JENNY = 'jenny@example.com';
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 24 * 3_600_000];

interface Taken {
  headers: Record<string, string>;
  body: string;
  json: { type: WebhookType; timestamp: string; data: Record<string, unknown> };
}

type Answering = (req: IncomingMessage, res: ServerResponse) => void;

/** A merchant's program. */
async function listen(answer: Answering = (_req, res) => res.end('ok')) {
  const taken: Taken[] = [];
  const program = { answer };
  const server: Server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      taken.push({ headers: req.headers as Record<string, string>, body, json: JSON.parse(body) as Taken['json'] });
      program.answer(req, res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = closing(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hooks`, taken, program, close };
}

const answering =
  (status: number, body = '', headers: Record<string, string> = {}): Answering =>
  (_req, res) =>
    res.writeHead(status, headers).end(body);

type Program = Awaited<ReturnType<typeof listen>>;

async function withEndpoint(
  engine: (typeof ENGINES)[number],
  types: readonly WebhookType[],
  work: (tillpost: Tillpost, program: Program, endpoint: { id: string; secret: string }) => Promise<void>,
): Promise<void> {
  const program = await listen();
  await withApi({ engine }, async (tillpost) => {
    await tillpost.enable();
    // Connecting is an event as well.
    await tillpost.worker.drain();
    const input = { url: program.url, description: '', types };
    const endpoint = await transact(tillpost.db, (trx) =>
      createEndpoint(tillpost.ctx, trx, TEST, input, tillpost.clock.now()),
    );
    await work(tillpost, program, endpoint);
  }).finally(() => program.close());
}

const addContact = async (tillpost: Tillpost, email = JENNY): Promise<string> => {
  const { id } = await (await clientOf(tillpost)).createContact({ email });
  await tillpost.worker.drain();
  return id;
};

const deliveries = ({ db }: Tillpost) => db.selectFrom('webhook_delivery').selectAll().orderBy('id').execute();

const isSigned = (secret: string, { headers, body }: Taken): boolean => {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};

describe.each(ENGINES)('on %s', (engine) => {
  it('what happens is told as the API shows it, signed by Standard Webhooks', () =>
    withEndpoint(engine, WEBHOOK_TYPES, async (tillpost, { taken }, { secret }) => {
      const { db, clock } = tillpost;
      clock.advance(Date.now() - clock.now());
      const steps = [
        { id: 'mail', kind: 'email', email: { kind: 'transactional', subject: 'Hello', body: 'Hello' } },
      ] as const;
      const definition = { name: 'New', trigger: { event: 'customer.created' }, steps } as const;
      const { id } = await createWorkflow(db, TEST, { definition }, clock.now());
      await activateWorkflow(db, TEST, id, clock.now());
      const object = { id: 'cus_1', email: JENNY, name: 'Jenny Rosen' };
      const created = Math.floor(clock.now() / 1000);
      await tillpost.deliver(fixtureEvent('customer.created', { account: ACCOUNT, created, object }));
      await tillpost.worker.drain();
      await (await clientOf(tillpost)).updateContact({ email: JENNY, properties: { firstName: 'Jen' } });
      await tillpost.worker.drain();
      const jenny = (await findContactByEmail(db, TEST, JENNY))!;
      await transact(db, (trx) => deleteContact(trx, jenny, clock.now()));
      await tillpost.worker.drain();

      const told = taken.toSorted((a, b) => Number(a.json.data.sequence) - Number(b.json.data.sequence));
      expect(told.map(({ json }) => json.type)).toEqual([
        'contact.created',
        'workflow.run.started',
        'event.processed',
        'workflow.run.finished',
        'contact.updated',
        'contact.deleted',
      ]);
      for (const one of taken) expect(isSigned(secret, one)).toBe(true);
      expect(new Set(taken.map(({ headers }) => headers['webhook-id'])).size).toBe(taken.length);
      const [contact, started, event, finished, updated, deleted] = told.map(({ json }) => json.data);
      expect(contact).toMatchObject({ object: 'contact', id: jenny.id, email: JENNY, customers: ['cus_1'] });
      expect(started).toMatchObject({ object: 'run', contact: jenny.id, workflow: id });
      expect(event).toMatchObject({ object: 'event', type: 'customer.created', status: 'processed', email: JENNY });
      expect(finished).toMatchObject({ object: 'run', status: 'finished' });
      expect(updated).toMatchObject({ first_name: 'Jen', previous: { first_name: 'Jenny' } });
      const { sequence: _, ...rest } = deleted ?? {};
      expect(rest).toEqual({ id: jenny.id, object: 'contact', deleted: true, merged_into: null });
      expect(told[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Tillpost' });
    }));

  it('each endpoint is told only of what it chose, and one that is off of nothing', () =>
    withEndpoint(engine, ['contact.deleted'], async (tillpost, { taken, url }, { id }) => {
      const { ctx, db, clock } = tillpost;
      const install = async () => [...wantsOf(await findInstall(db, TEST))].sort();
      expect(await install()).toEqual(['contact.deleted']);
      await transact(db, (trx) =>
        createEndpoint(ctx, trx, TEST, { url, description: '', types: ['contact.created'] }, clock.now()),
      );
      expect(await install()).toEqual(['contact.created', 'contact.deleted']);
      await addContact(tillpost);
      expect(taken.map(({ json }) => json.type)).toEqual(['contact.created']);
      const endpoint = (await findEndpoint(db, TEST, id))!;
      await transact(db, (trx) => turnEndpoint(trx, endpoint, false));
      expect(await install()).toEqual(['contact.created']);
      await (await clientOf(tillpost)).deleteContact({ email: JENNY });
      await tillpost.worker.drain();
      expect(taken).toHaveLength(1);
    }));

  it('with a new secret both prove a request for a day, then only the new one', () =>
    withEndpoint(engine, ['contact.created'], async (tillpost, { taken }, { id, secret }) => {
      const { ctx, db, clock } = tillpost;
      clock.advance(Date.now() - clock.now());
      const rotate = async () => {
        const endpoint = (await findEndpoint(db, TEST, id))!;
        return transact(db, (trx) => rotateSecret(ctx, trx, endpoint, clock.now()));
      };
      clock.advance(-DAY);
      const fresh = await rotate();
      clock.advance(DAY - MINUTE);
      await addContact(tillpost, 'a@example.com');
      clock.advance(MINUTE);
      await addContact(tillpost, 'b@example.com');
      expect(taken.map((one) => [isSigned(secret, one), isSigned(fresh, one)])).toEqual([
        [true, true],
        [false, true],
      ]);
    }));

  it('what isn’t taken is tried ten times over three days, with the same id, and then given up', () =>
    withEndpoint(engine, ['contact.created'], async (tillpost, { taken, program }) => {
      const { clock } = tillpost;
      program.answer = answering(500, 'no\u0000t\u001b[31m now sk_live_1234567890abcdefghij', { 'x-a': 'b' });
      const start = clock.now();
      await addContact(tillpost);
      const [first] = await deliveries(tillpost);
      expect(first).toMatchObject({ status: 'pending', response_status: 500, outcome: 'Answered 500', attempts: 1 });
      expect(first?.response).toBe('no\ufffdt[31m now sk_live_[redacted]');
      for (let due = first?.due_at; due !== null && due !== undefined;) {
        clock.advance(due - clock.now());
        await tillpost.worker.drain();
        due = (await deliveries(tillpost))[0]?.due_at;
      }
      expect(taken).toHaveLength(10);
      expect(new Set(taken.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      expect((clock.now() - start) / DAY).toBeGreaterThan(2.9);
      expect((clock.now() - start) / DAY).toBeLessThanOrEqual(3);
      expect(await deliveries(tillpost)).toMatchObject([{ status: 'failed', attempts: 10, due_at: null }]);
    }));

  it('waits as long as Retry-After asks, by seconds or a date, at least the usual time and at most a day', () =>
    withEndpoint(engine, ['contact.created'], async (tillpost, { program }) => {
      const { clock, db } = tillpost;
      const dateIn = (ms: number) => new Date(clock.now() + ms).toUTCString();
      const cases: [status: number, retryAfter: string, seconds: number][] = [
        [429, '90', 90],
        [503, dateIn(120_000), 120],
        [503, '1', 5],
        [429, 'tomorrow', 5],
        [429, '99999999', 24 * 3_600],
        [500, '90', 5],
      ];
      for (const [n, [status, retryAfter, seconds]] of cases.entries()) {
        // Each by itself: what one asks for holds up the others too.
        await db.deleteFrom('webhook_delivery').execute();
        program.answer = answering(status, '', { 'retry-after': retryAfter });
        await (await clientOf(tillpost)).createContact({ email: `n${n}@example.com` });
        await createOutboxQueue([tellEndpoints]).turn(tillpost.ctx);
        const queue = createDeliveryQueue();
        await queue.turn(tillpost.ctx);
        await queue.finish?.(tillpost.ctx);
        const [{ due_at } = { due_at: null }] = await deliveries(tillpost);
        const waited = ((due_at ?? 0) - clock.now()) / 1_000;
        expect([status, retryAfter, Math.abs(waited - seconds) <= 1 ? seconds : waited]).toEqual([
          status,
          retryAfter,
          seconds,
        ]);
      }
    }));

  it('an endpoint that asks for time gets nothing meanwhile, but what a person tries it with', () =>
    withEndpoint(engine, ['contact.created'], async (tillpost, { taken, program }, { id }) => {
      const { db, clock, worker } = tillpost;
      program.answer = answering(429, '', { 'retry-after': '300' });
      await addContact(tillpost, 'first@example.com');
      const loops = await clientOf(tillpost);
      for (let n = 0; n < 5; n++) await loops.createContact({ email: `n${n}@example.com` });
      await worker.drain();
      expect(taken).toHaveLength(1);
      const endpoint = (await findEndpoint(db, TEST, id))!;
      await transact(db, (trx) => sendTestMessage(trx, endpoint, clock.now()));
      await worker.drain();
      expect(taken.map(({ json }) => json.type)).toEqual(['contact.created', 'webhook.test']);
      program.answer = answering(204);
      // Those that waited come some time apart, three at once.
      for (const ms of [301_000, 10_000, 10_000, 10_000]) {
        clock.advance(ms);
        await worker.drain();
      }
      expect((await deliveries(tillpost)).map(({ status, attempts }) => [status, attempts])).toEqual([
        ['delivered', 2],
        ...Array.from({ length: 5 }, () => ['delivered', 1]),
        ['delivered', 2],
      ]);
    }));

  it('410 turns an endpoint off at once, which every page says until it is on again', () =>
    withEndpoint(engine, ['contact.created'], async (tillpost, { taken, program }, { id }) => {
      const { db } = tillpost;
      program.answer = answering(410);
      await addContact(tillpost);
      expect(await deliveries(tillpost)).toMatchObject([{ status: 'failed', outcome: DELIVERY_WORDS.gone }]);
      const endpoint = (await findEndpoint(db, TEST, id))!;
      expect(endpoint.status).toBe('gone');
      expect(await findInstall(db, TEST)).toMatchObject({ wants: null, troubles: '["webhooks"]' });
      await addContact(tillpost, 'b@example.com');
      expect(taken).toHaveLength(1);
      await transact(db, (trx) => turnEndpoint(trx, endpoint, true));
      expect(await findInstall(db, TEST)).toMatchObject({ troubles: null });
    }));

  it('five days of nothing but failure turn it off, one success in between doesn’t', () =>
    withEndpoint(engine, ['contact.created'], async (tillpost, { program }, { id }) => {
      const { db, clock } = tillpost;
      const status = async () => (await findEndpoint(db, TEST, id))?.status;
      program.answer = answering(503);
      await addContact(tillpost, 'a@example.com');
      clock.advance(4 * DAY);
      program.answer = answering(204);
      await addContact(tillpost, 'b@example.com');
      program.answer = answering(503);
      await addContact(tillpost, 'c@example.com');
      clock.advance(4.9 * DAY);
      await addContact(tillpost, 'd@example.com');
      expect(await status()).toBe('active');
      clock.advance(0.2 * DAY);
      await addContact(tillpost, 'e@example.com');
      expect(await status()).toBe('failing');
      // What still waited is not sent any more.
      clock.advance(3 * DAY);
      await tillpost.worker.drain();
      expect((await deliveries(tillpost)).filter(({ due_at }) => due_at !== null)).toEqual([]);
    }));

  it('a process that dies between the answer and its record sends the same again, with the same id', () =>
    withEndpoint(engine, ['contact.created'], async (tillpost, { taken }) => {
      const { db, clock } = tillpost;
      await addContact(tillpost);
      const [sent] = await deliveries(tillpost);
      // As it stood when it had been claimed and sent, and nothing was recorded.
      await db
        .updateTable('webhook_delivery')
        .set({ status: 'pending', outcome: null, due_at: clock.now() + LEASE_MS, claims: 1 })
        .execute();
      await tillpost.worker.drain();
      expect(taken).toHaveLength(1);
      clock.advance(LEASE_MS);
      await tillpost.worker.drain();
      expect(taken.map(({ headers }) => headers['webhook-id'])).toEqual([sent?.id, sent?.id]);
      expect(taken[0]?.body).toBe(taken[1]?.body);
      expect(await deliveries(tillpost)).toMatchObject([{ status: 'delivered', attempts: 2 }]);
    }));

  it('an endpoint that never answers holds up no other install', () =>
    withEndpoint(engine, ['contact.created'], async (tillpost, { taken, program }) => {
      const { ctx, db, clock } = tillpost;
      const slow = await listen(() => undefined);
      const live = { accountId: ACCOUNT, livemode: true };
      await transact(db, (trx) =>
        createEndpoint(ctx, trx, live, { url: slow.url, description: '', types: ['contact.created'] }, clock.now()),
      );
      const loops = await clientOf(tillpost, live);
      for (let n = 0; n < 30; n++) await loops.createContact({ email: `slow${n}@example.com` });
      await (await clientOf(tillpost)).createContact({ email: JENNY });
      program.answer = answering(200);
      await tillpost.worker.start();
      for (let waited = 0; taken.length === 0 && waited < 40_000; waited += 20)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(taken).toHaveLength(1);
      expect(slow.taken.length).toBeLessThanOrEqual(6);
      await slow.close();
    }));

  it('a contact that is deleted while its messages are passed on leaves nothing behind', () =>
    withEndpoint(engine, ['contact.created'], async (tillpost) => {
      const { ctx, db, clock } = tillpost;
      await (await clientOf(tillpost)).createContact({ email: JENNY });
      const jenny = (await findContactByEmail(db, TEST, JENNY))!;
      let deletion: Promise<void> | undefined;
      const deleteMeanwhile: Consumer = async () => {
        deletion ??= transact(db, (trx) => deleteContact(trx, jenny, clock.now()));
        await new Promise((resolve) => setTimeout(resolve, 100));
      };
      await createOutboxQueue([tellEndpoints, deleteMeanwhile]).turn(ctx);
      await deletion;
      expect(await findContactByEmail(db, TEST, JENNY)).toBeUndefined();
      expect(await deliveries(tillpost)).toEqual([]);
    }));

  it('deliveries go with the contact they name, and after thirty days', () =>
    withEndpoint(engine, ['contact.created'], async (tillpost) => {
      const { ctx, clock } = tillpost;
      await addContact(tillpost, 'a@example.com');
      await addContact(tillpost, 'b@example.com');
      await (await clientOf(tillpost)).deleteContact({ email: 'a@example.com' });
      await tillpost.worker.drain();
      expect((await deliveries(tillpost)).map(({ payload }) => payload.includes('b@example.com'))).toEqual([true]);
      const keep = async () => {
        const housekeeping = createHousekeeping();
        while ((await housekeeping.turn(ctx)) > 0);
        return (await deliveries(tillpost)).length;
      };
      clock.advance(30 * DAY - HOUR);
      expect(await keep()).toBe(1);
      clock.advance(2 * HOUR);
      expect(await keep()).toBe(0);
    }));
});

describe.each(ENGINES)('on %s', (engine) => {
  const lastOf = async (tillpost: Tillpost, id: string) => (await findEndpoint(tillpost.db, TEST, id))?.status;
  const change = async ({ ctx, db }: Tillpost, id: string, url: string) => {
    const endpoint = (await findEndpoint(db, TEST, id))!;
    const input = { url, description: '', types: ['contact.created'] };
    await transact(db, (trx) => saveEndpoint(ctx, trx, endpoint, input));
  };

  it('a deleted endpoint is gone at once, and its log by the loop', () =>
    withEndpoint(engine, ['contact.created'], async (tillpost, { taken }, { id }) => {
      const { db, clock, worker } = tillpost;
      await addContact(tillpost);
      const [one] = await deliveries(tillpost);
      const more = Array.from({ length: 600 }, (_, n) => ({ ...one!, id: `whd_${n}`, contact_id: null }));
      await insertNew(db, 'webhook_delivery', more);
      const endpoint = (await findEndpoint(db, TEST, id))!;
      await transact(db, (trx) => deleteEndpoint(trx, endpoint, clock.now()));
      expect(await findEndpoint(db, TEST, id)).toBeUndefined();
      expect(wantsOf(await findInstall(db, TEST)).size).toBe(0);
      expect(await deliveries(tillpost)).toHaveLength(601);
      clock.advance(MINUTE);
      await worker.drain();
      expect(await deliveries(tillpost)).toEqual([]);
      expect(await db.selectFrom('webhook_endpoint').selectAll().execute()).toEqual([]);
      expect(taken).toHaveLength(1);
    }));

  it('what the address before answers counts for nothing', () =>
    withEndpoint(engine, ['contact.created'], async (tillpost, { program }, { id }) => {
      const next = await listen();
      let changed: Promise<void> | undefined;
      program.answer = (req, res) => {
        changed = change(tillpost, id, next.url);
        void changed.then(() => answering(410)(req, res));
      };
      await addContact(tillpost);
      expect(await lastOf(tillpost, id)).toBe('active');
      tillpost.clock.advance(MINUTE);
      await tillpost.worker.drain();
      expect(next.taken).toHaveLength(1);
      expect(await deliveries(tillpost)).toMatchObject([{ status: 'delivered' }]);
      await next.close();
    }));

  it('one that takes something is not turned off by a failure recorded beside it', () =>
    withEndpoint(engine, ['contact.created'], async (tillpost, { program, taken }, { id }) => {
      const { db, clock } = tillpost;
      await db
        .updateTable('webhook_endpoint')
        .set({ failing_since: clock.now() - 6 * DAY })
        .execute();
      // Both answers come before either is recorded.
      const held: (() => void)[] = [];
      program.answer = (req, res) => {
        const isFirst = taken.length === 1;
        held.push(() => answering(isFirst ? 500 : 200)(req, res));
        if (held.length === 2) for (const answer of held) answer();
      };
      const loops = await clientOf(tillpost);
      for (const email of ['a@example.com', 'b@example.com']) await loops.createContact({ email });
      await tillpost.worker.drain();
      expect(await lastOf(tillpost, id)).toBe('active');
    }));

  it('once disconnected it is told what that ended, and nothing that happens later', () =>
    withEndpoint(engine, ['contact.updated'], async (tillpost, { taken }) => {
      const { ctx, db, clock, worker } = tillpost;
      const id = await addContact(tillpost);
      const rename = (status: 'unsubscribed' | 'subscribed') =>
        transact(db, (trx) => changeConsent(trx, TEST, id, { status, cause: 'preferences' }, clock.now()));
      await rename('unsubscribed');
      await disconnect(ctx, TEST);
      await worker.drain();
      expect(taken).toHaveLength(1);
      clock.advance(MINUTE);
      await rename('subscribed');
      await worker.drain();
      expect(taken).toHaveLength(1);
    }));

  it('is told of the emails that a disconnect ends, also of one that was just being sent', () =>
    withEndpoint(engine, ['email.failed'], async (tillpost, { taken }) => {
      const { ctx, db, clock, worker } = tillpost;
      const email = { kind: 'transactional', subject: 'Hello', body: 'Hello' } as const;
      const steps = [{ id: 'mail', kind: 'email', email }] as const;
      const definition = { name: 'New', trigger: { event: 'customer.created' }, steps } as const;
      const { id } = await createWorkflow(db, TEST, { definition }, clock.now());
      await activateWorkflow(db, TEST, id, clock.now());
      for (const n of [1, 2]) {
        const created = Math.floor(clock.now() / 1000);
        const object = { id: `cus_${n}`, email: `n${n}@example.com` };
        await tillpost.deliver(fixtureEvent('customer.created', { account: ACCOUNT, created, object }));
      }
      await createRunQueue().turn(ctx);
      const [waiting, going] = await db.selectFrom('email').select('id').orderBy('id').execute();
      await db
        .updateTable('email')
        .set({ due_at: clock.now() + LEASE_MS, claims: 1, attempts: 1 })
        .where('id', '=', going!.id)
        .execute();
      await disconnect(ctx, TEST);
      await worker.drain();
      const told = () => taken.map(({ json: { type, data } }) => [type, data.id, data.status, data.reason]);
      const ended = ({ id: about }: { id: string }) => ['email.failed', about, 'failed', 'disconnected'];
      expect(told()).toEqual([ended(waiting!)]);
      clock.advance(LEASE_MS);
      await worker.drain();
      expect(told()).toEqual([ended(waiting!), ended(going!)]);
    }));

  it('an install that is being erased wants nothing', () =>
    withEndpoint(engine, WEBHOOK_TYPES, async (tillpost) => {
      await eraseInstall(tillpost.ctx, TEST);
      expect(await findInstall(tillpost.db, TEST)).toMatchObject({ wants: null });
    }));
});

describe('a request', () => {
  const message = { headers: { 'content-type': 'application/json' }, body: '{}' };
  const local = { allowsLoopback: true, dns: createDns() };

  it('follows no redirect', async () => {
    const elsewhere = await listen();
    const program = await listen(answering(307, '', { location: elsewhere.url }));
    const answer = await post({ ...message, url: program.url }, local);
    expect(answer).toEqual({ status: 307, isTaken: false, outcome: DELIVERY_WORDS.redirected(307), said: null });
    expect([program.taken.length, elsewhere.taken.length]).toEqual([1, 0]);
    await Promise.all([program.close(), elsewhere.close()]);
  });

  it('waits no longer than its time, for the head of an answer or its end', async () => {
    const silent = await listen(() => undefined);
    const endless = await listen((_req, res) => {
      res.writeHead(200);
      res.write('a');
    });
    const timeoutMs = 100;
    for (const { url } of [silent, endless])
      expect(await post({ ...message, url }, { ...local, timeoutMs })).toMatchObject({
        isTaken: false,
        outcome: DELIVERY_WORDS.timedOut,
      });
    await Promise.all([silent.close(), endless.close()]);
  });

  it('keeps at most 500 bytes of an answer, and reads little more', async () => {
    let written = 0;
    const flood = await listen((_req, res) => {
      res.writeHead(200);
      const write = () => {
        while (!res.destroyed && (written += 65_536) < 1e9) if (!res.write('ä'.repeat(32_768))) return;
      };
      res.on('drain', write);
      write();
    });
    const answer = await post({ ...message, url: flood.url }, local);
    expect(answer).toMatchObject({ status: 200, isTaken: true });
    expect(answer.said).toBe('ä'.repeat(250));
    expect(written).toBeLessThan(50e6);
    await flood.close();
  });

  it.each([
    ['nothing', ''],
    ['another protocol', '220 mail.example ESMTP\r\n'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'],
    ['a head without end', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(20_000)}`],
  ])('ends where %s comes back', async (_what, words) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(words));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const answer = await post({ ...message, url }, { ...local, timeoutMs: 5_000 });
    expect(answer).toMatchObject({ isTaken: false, outcome: DELIVERY_WORDS.noConnection });
    await new Promise((resolve) => server.close(resolve));
  });

  it('says where nobody listens', async () => {
    const program = await listen();
    await program.close();
    expect(await post({ ...message, url: program.url }, local)).toMatchObject({
      status: null,
      outcome: DELIVERY_WORDS.noConnection,
    });
  });

  /** Answers each question of an address with the next of these, and the last for ever. */
  const naming = (...answers: readonly string[][]): { dns: Dns; asked: () => number } => {
    let asked = 0;
    const addresses: Dns['addresses'] = (_name, family) => {
      if (family === 6) return Promise.resolve({ kind: 'none' });
      const records = answers[Math.min(asked++, answers.length - 1)] ?? [];
      return Promise.resolve({ kind: 'found', records });
    };
    return { dns: { ...createDns(), addresses }, asked: () => asked };
  };

  it.each([
    ['loopback', '127.0.0.1'],
    ['a private network', '10.0.0.1'],
    ['a cloud’s metadata', '169.254.169.254'],
    ['a carrier’s network', '100.64.0.1'],
    ['IPv6 loopback', '::1'],
    ['a mapped address', '::ffff:127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['a unique local address', 'fd00::1'],
  ])('goes nowhere where the name leads to %s', async (_what, address) => {
    const program = await listen();
    const { port } = new URL(program.url);
    const { dns } = naming([address]);
    const url = `http://innocent.example:${port}/`;
    expect(await post({ ...message, url }, { allowsLoopback: false, dns })).toMatchObject({
      outcome: DELIVERY_WORDS.refused,
    });
    expect(program.taken).toEqual([]);
    await program.close();
  });

  it('goes nowhere where the address stands there itself, which nobody looks up', async () => {
    const program = await listen();
    const { port } = new URL(program.url);
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '[::1]', '0'])
      expect(
        await post({ ...message, url: `http://${host}:${port}/` }, { ...local, allowsLoopback: false }),
      ).toMatchObject({
        outcome: DELIVERY_WORDS.refused,
      });
    expect(program.taken).toEqual([]);
    await program.close();
  });

  it('connects to the address that was checked, whatever the name means a moment later', async () => {
    const program = await listen();
    const { port } = new URL(program.url);
    const url = `http://rebinding.example:${port}/`;
    const here = naming(['127.0.0.1'], ['10.0.0.1']);
    expect(await post({ ...message, url }, { allowsLoopback: true, dns: here.dns })).toMatchObject({ isTaken: true });
    const elsewhere = naming(['10.0.0.1'], ['127.0.0.1']);
    expect(await post({ ...message, url }, { allowsLoopback: true, dns: elsewhere.dns })).toMatchObject({
      outcome: DELIVERY_WORDS.refused,
    });
    expect([here.asked(), elsewhere.asked(), program.taken.length]).toEqual([1, 1, 1]);
    await program.close();
  });

  it('takes no proxy from the environment', async () => {
    const proxy = await listen();
    const program = await listen();
    const before = { ...process.env };
    Object.assign(process.env, { HTTP_PROXY: proxy.url, http_proxy: proxy.url, NODE_USE_ENV_PROXY: '1' });
    try {
      expect((await post({ ...message, url: program.url }, local)).isTaken).toBe(true);
      expect([proxy.taken.length, program.taken.length]).toEqual([0, 1]);
    } finally {
      process.env = before;
    }
    await Promise.all([proxy.close(), program.close()]);
  });
});

it('the queue sends nothing where the name of an endpoint has come to mean a private address', async () => {
  const zone = { 'innocent.example': { A: ['10.0.0.1'] }, 'gone.example': {} };
  const dns = await startDnsServer(zone);
  const work = async (tillpost: Tillpost) => {
    const { ctx, db, clock } = tillpost;
    for (const host of Object.keys(zone)) {
      const input = { url: `https://${host}/`, description: '', types: ['contact.created'] };
      await transact(db, (trx) => createEndpoint(ctx, trx, TEST, input, clock.now()));
    }
    await addContact(tillpost);
    expect((await deliveries(tillpost)).map(({ status, outcome }) => [status, outcome])).toEqual([
      ['pending', DELIVERY_WORDS.refused],
      ['pending', DELIVERY_WORDS.unknownHost],
    ]);
    expect(dns.asked).toContain('A innocent.example');
  };
  await withApi({ overrides: { dns: createDns([dns.address]) } }, work).finally(() => dns.close());
});
