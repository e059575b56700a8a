import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { sql } from 'kysely';
import { pino } from 'pino';
import { readConfig } from '../config';
import { openSuppressionKey } from '../audience/suppression-key';
import { createContext } from '../context';
import { migrate } from '../db/migrate';
import { Sqlite } from '../db/sqlite';
import { ENGINES, freshDatabase } from '../test/databases';
import type { Delivery } from '../events/delivery';
import { createInbox } from './inbox';

async function open(url: string) {
  const lines = new PassThrough();
  const ctx = createContext(readConfig({ DATABASE_URL: url }), { log: pino(lines) });
  await migrate(ctx.db);
  await openSuppressionKey(ctx);
  const inbox = createInbox(ctx);
  return {
    db: ctx.db,
    receive: (deliveries: Delivery[]) =>
      Promise.allSettled(deliveries.map((one) => inbox.receive(one))).then((all) =>
        all.map((one) => (one.status === 'fulfilled' ? 'stored' : String(one.reason))),
      ),
    stored: async () => (await ctx.db.selectFrom('event').select('id').orderBy('id').execute()).map(({ id }) => id),
    commits: async () =>
      (await ctx.metrics.commitSeconds.get()).values.find(({ metricName }) => metricName?.endsWith('_count'))?.value,
    logged: () => String(lines.read() ?? ''),
    close: () => ctx.db.destroy(),
  };
}

const delivery = (id: string, fields: Partial<Delivery> = {}): Delivery => ({
  tenant: { accountId: 'acct_1', livemode: true },
  id,
  type: 'customer.created',
  created: 1,
  status: 'pending',
  reason: null,
  outcome: 'Received',
  payload: '{}',
  object: null,
  ...fields,
});

describe('the inbox', () => {
  it.each(ENGINES)('keeps a delivery that comes twice in one batch once, on %s', async (engine) => {
    const inbox = await open(await freshDatabase(engine));
    expect(await inbox.receive([delivery('evt_1'), delivery('evt_1')])).toEqual(['stored', 'stored']);
    expect(await inbox.stored()).toEqual(['evt_1']);
    await inbox.close();
  });

  it.each(ENGINES)('takes few large payloads into one commit, and many small ones, on %s', async (engine) => {
    const inbox = await open(await freshDatabase(engine));
    const large = Array.from({ length: 9 }, (_, n) => delivery(`evt_${n}`, { payload: `"${'x'.repeat(800_000)}"` }));
    expect(await inbox.receive(large)).toEqual(Array(9).fill('stored'));
    expect(await inbox.commits()).toBe(3);
    await inbox.receive(Array.from({ length: 500 }, (_, n) => delivery(`evt_small${n}`)));
    expect(await inbox.commits()).toBe(4);
    expect(await inbox.stored()).toHaveLength(509);
    await inbox.close();
  });

  it('stores what came with a row that the database refuses', async () => {
    const inbox = await open(await freshDatabase('postgres'));
    const deliveries = [delivery('evt_1'), delivery('evt_2', { type: 'a text with \0 in it' }), delivery('evt_3')];
    expect(await inbox.receive(deliveries)).toEqual(['stored', expect.stringContaining('Unicode'), 'stored']);
    expect(await inbox.stored()).toEqual(['evt_1', 'evt_3']);
    await inbox.close();
  });

  it('refuses a whole batch at once while the database is locked, and stores what comes afterwards', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tillpost-inbox-'));
    const file = join(folder, 'tillpost.db');
    const inbox = await open(`sqlite:${file}`);
    const other = new Sqlite(file);
    other.exec('begin immediate');
    const refused: unknown = expect.stringContaining('database is locked');
    expect(await inbox.receive(['evt_1', 'evt_2', 'evt_3'].map((id) => delivery(id)))).toEqual([
      refused,
      refused,
      refused,
    ]);
    expect(inbox.logged()).not.toContain('one by one');
    other.exec('rollback');
    other.close();
    expect(await inbox.receive([delivery('evt_1')])).toEqual(['stored']);
    await inbox.close();
    rmSync(folder, { recursive: true });
  });

  it('says so when the disk is full, and goes on once it is not', async () => {
    const inbox = await open('sqlite::memory:');
    await sql`pragma max_page_count = 1`.execute(inbox.db);
    const large = delivery('evt_1', { type: 'x'.repeat(100_000) });
    expect(await inbox.receive([large])).toEqual([expect.stringContaining('database or disk is full')]);
    await sql`pragma max_page_count = 1000000`.execute(inbox.db);
    expect(await inbox.receive([large])).toEqual(['stored']);
    await inbox.close();
  });
});
