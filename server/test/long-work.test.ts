/** Long work lets the event loop turn, and large payloads are taken a few at a time. */
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import express from 'express';
import { sql } from 'kysely';
import { countContacts, listContacts } from '../audience/list-contacts';
import { createAudienceExport } from '../console/audience/contact-csv';
import { moveContact } from '../db/contact-references';
import { firstIdAt } from '../db/new-id';
import { releaseContact } from '../db/release-contact';
import { transact } from '../db/transact';
import { readDelivery } from '../events/delivery';
import { recordDeliveries } from '../events/record';
import { groupBy } from '../group-by';
import { openSession } from '../installs/sessions';
import { disconnect } from '../lifecycle/disconnect';
import { createHousekeeping } from '../lifecycle/housekeeping';
import { ENGINES } from './databases';
import { ACCOUNT, lending, startTillpost, TEST, type Tillpost } from './harness';

const withTillpost = lending(async (tillpost) => {
  await tillpost.connect();
  await tillpost.localStripe.idle();
  for (const table of ['event', 'event_payload'] as const) await tillpost.db.deleteFrom(table).execute();
});

/** How often the event loop turned while the work was done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const counting = (async () => {
    while (!isOver) {
      await nextTurn();
      turns++;
    }
  })();
  await work();
  isOver = true;
  await counting;
  return turns;
}

const numbers = (count: number) =>
  sql`with recursive n(i) as (select 0 union all select i + 1 from n where i < ${sql.lit(count - 1)})`;
const padded = sql`substr('00000000' || cast(i as text), length(cast(i as text)) + 1)`;

const addContacts = ({ db }: Tillpost, count: number) =>
  sql`insert into contact (account_id, livemode, id, email, first_name, name_stamp, status, source,
    search_text, created_at, updated_at)
    ${numbers(count)}
    select ${ACCOUNT}, 0, 'con_' || ${padded}, 'c' || i || '@example.com', 'Somebody with a name of some length', 1,
      'subscribed', 'Stripe', 'c' || i || '@example.com somebody', 1, 1 from n`.execute(db);

/** Events that arrived at `at` (epoch milliseconds). */
async function addEvents(
  { db }: Tillpost,
  count: number,
  { at, status, due = null }: { at: number; status: string; due?: number | null },
): Promise<void> {
  const seq = sql`${firstIdAt(at)} || ${padded}`;
  await sql`insert into event (account_id, livemode, id, seq, type, created, received_at, status, outcome, contact_id, due_at)
    ${numbers(count)}
    select ${ACCOUNT}, 0, ${`evt_${status}`} || i, ${seq}, 'invoice.paid', 1, 1, ${status}, '', 'con_1', cast(${due} as bigint)
    from n`.execute(db);
  await sql`insert into event_payload (account_id, livemode, seq, payload)
    ${numbers(count)} select ${ACCOUNT}, 0, ${seq}, '{}' from n`.execute(db);
}

describe('the export of the audience', () => {
  let tillpost: Tillpost;
  beforeAll(async () => {
    tillpost = await startTillpost();
    await tillpost.connect();
    await addContacts(tillpost, 100_000);
  });
  afterAll(() => tillpost.close());

  async function open(query = '', list = 'audience'): Promise<IncomingMessage> {
    const session = await openSession(tillpost.ctx, { tenant: TEST, kind: 'full', previous: undefined });
    const headers = { Cookie: `tillpost_session=${session}` };
    return new Promise((resolve, reject) => {
      httpGet(`${tillpost.url}/${list}.csv${query}`, { headers, agent: false }, resolve).on('error', reject);
    });
  }
  async function read(answer: IncomingMessage): Promise<string> {
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
    return text;
  }

  it('is whole, waits for its reader, and leaves no listeners', async () => {
    const sendFile = createAudienceExport(tillpost.db);
    const listeners: number[] = [];
    const app = express().get('/', async (_req, res) => {
      res.on('drain', () => listeners.push(res.listenerCount('close') + res.listenerCount('error')));
      await sendFile(res, TEST, {});
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const lines = (await answer.text()).trimEnd().split('\r\n');
    server.close();
    expect(lines).toHaveLength(100_001);
    expect(new Set(lines).size).toBe(100_001);
    expect(listeners.length).toBeGreaterThan(20);
    expect(Math.max(...listeners)).toBe(Math.min(...listeners));
  });

  it('is one at a time, of whatever list, as the page says, and ends when its reader goes away', async () => {
    const first = await open();
    expect(first.statusCode).toBe(200);
    for (const list of ['audience', 'recovery', 'workflows/notices']) {
      const second = await open('', list);
      expect([list, second.statusCode, await read(second)]).toEqual([
        list,
        429,
        expect.stringContaining('An export of this account is under way.'),
      ]);
    }
    first.destroy();
    let status: number | undefined = 429;
    while (status === 429) {
      const next = await open('?query=c99999@');
      status = next.statusCode;
      if (status === 200) expect((await read(next)).split('\r\n')).toHaveLength(3);
      else next.resume();
    }
    expect(status).toBe(200);
  });

  it('is a search in parts, as is the count', async () => {
    const words = { query: 'c7@example' };
    const list = () => listContacts(tillpost.db, TEST, { ...words, limit: 25 });
    expect((await list()).data.map(({ email }) => email)).toEqual(['c7@example.com']);
    expect(await countContacts(tillpost.db, TEST, words)).toBe(1);
    expect(await countContacts(tillpost.db, TEST)).toBe(100_000);
    expect(await turnsDuring(list)).toBeGreaterThanOrEqual(9);
    expect(await turnsDuring(() => countContacts(tillpost.db, TEST, words))).toBeGreaterThanOrEqual(9);
    const all = await listContacts(tillpost.db, TEST, { query: 'example', limit: 25 });
    expect([all.data[0]?.email, all.data.length, all.has_more]).toEqual(['c99999@example.com', 25, true]);
  });
});

const METADATA = Object.fromEntries(Array.from({ length: 40_000 }, (_, n) => [`key${n}`, 'value']));

describe.each(ENGINES)('on %s', (engine) => {
  /** On PostgreSQL every answer comes in a turn of its own. */
  const expectTurns = (turns: number, least: number) => expect(turns).toBeGreaterThanOrEqual(least);

  it('a backlog is worked off without holding up the process', () =>
    withTillpost({ engine }, async (tillpost) => {
      await addEvents(tillpost, 1_500, { at: 1, status: 'pending', due: 1 });
      expectTurns(await turnsDuring(() => tillpost.worker.drain()), 8);
      const left = await tillpost.db.selectFrom('event').select('id').where('status', '=', 'pending').execute();
      expect(left).toEqual([]);
    }));

  it('large payloads are worked on a few at a time, each once', () =>
    withTillpost({ engine }, async (tillpost) => {
      await tillpost.enable();
      const now = tillpost.clock.now();
      const events = Array.from({ length: 12 }, (_, n) => ({
        id: `evt_large${n}`,
        type: 'invoice.paid',
        account: ACCOUNT,
        livemode: false,
        created: Math.floor(now / 1000),
        data: {
          object: { id: `in_${n}`, customer_email: `c${n}@example.com`, metadata: METADATA },
        },
      }));
      const deliveries = events.map((event) => readDelivery(event, JSON.stringify(event), now));
      await tillpost.db.transaction().execute((trx) => recordDeliveries(trx, deliveries, now));
      expectTurns(await turnsDuring(() => tillpost.worker.drain()), 8);
      const rows = await tillpost.db.selectFrom('event').select(['status', 'attempts']).execute();
      expect(rows).toEqual(Array(12).fill({ status: 'processed', attempts: 1 }));
      const [state] = await tillpost.db.selectFrom('object_state').select('properties').execute();
      expect(state?.properties.length).toBeLessThan(3_000);
    }));

  it('retention passes over what is kept once a round, and goes on in a new process', () =>
    withTillpost({ engine, env: { RETENTION_DAYS: '7' } }, async (tillpost) => {
      const { ctx, clock, db } = tillpost;
      await addEvents(tillpost, 1_200, { at: 1_000, status: 'waiting', due: clock.now() * 2 });
      await addEvents(tillpost, 1_200, { at: 2_000, status: 'processed' });
      await addEvents(tillpost, 10, { at: clock.now(), status: 'ignored' });
      await createHousekeeping().turn(ctx);
      const next = createHousekeeping();
      let turns = 0;
      while ((await next.turn(ctx)) > 0) turns++;
      expect(turns).toBeLessThan(15);
      const left = await db.selectFrom('event_payload').select('seq').execute();
      expect(left).toHaveLength(1_210);
    }));

  it('disconnecting ends all that waits, part by part', () =>
    withTillpost({ engine }, async (tillpost) => {
      const { ctx, db } = tillpost;
      await addEvents(tillpost, 1_200, { at: 1, status: 'waiting', due: tillpost.clock.now() * 2 });
      expectTurns(await turnsDuring(() => disconnect(ctx, TEST)), 2);
      const rows = await db.selectFrom('event').select(['status', 'due_at']).distinct().execute();
      expect(rows).toEqual([{ status: 'ignored', due_at: null }]);
    }));

  it('a contact with very many rows is merged and deleted part by part', () =>
    withTillpost({ engine }, async (tillpost) => {
      const { db } = tillpost;
      await addEvents(tillpost, 1_200, { at: 1, status: 'processed' });
      const counts = async () => {
        const rows = await db.selectFrom('event').select('contact_id').execute();
        return new Map([...groupBy(rows, (row) => row.contact_id ?? 'nobody')].map(([id, own]) => [id, own.length]));
      };
      const merge = () => transact(db, (trx) => moveContact(trx, TEST, { fromId: 'con_1', intoId: 'con_2' }));
      expectTurns(await turnsDuring(merge), 2);
      expect(await counts()).toEqual(new Map([['con_2', 1_200]]));
      const contact = { id: 'con_2', email: 'c2@example.com' };
      expectTurns(await turnsDuring(() => transact(db, (trx) => releaseContact(trx, TEST, contact, 1))), 2);
      expect(await counts()).toEqual(new Map([['nobody', 1_200]]));
      expect(await db.selectFrom('event_payload').select('seq').execute()).toEqual([]);
    }));
});
