import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { allDone } from '../all-done';
import { claim, LEASE_MS, readDue } from './claim';
import { migrate } from './migrate';
import { openDatabase } from './open';
import { Sqlite } from './sqlite';
import { transact } from './transact';
import type { Db, Trx } from './schema';
import { ENGINES, freshDatabase } from '../test/databases';
import { insertNew, upsert } from './bulk';
import { tenantColumns } from './tenant';
import { firstIdAt, timeOrderedId } from './new-id';

const tenant = { accountId: 'acct_1', livemode: false };

const eventRow = (id: string, due_at: number | null) => ({
  ...tenantColumns(tenant),
  id,
  seq: timeOrderedId(Date.now()),
  type: 'customer.created',
  created: 1,
  received_at: 1,
  status: 'pending' as const,
  reason: null,
  outcome: '',
  due_at,
});

describe.each(ENGINES)('the database on %s', (engine) => {
  let db: Db;
  let url: string;
  beforeEach(async () => {
    url = await freshDatabase(engine);
    db = openDatabase(url);
    await migrate(db);
  });
  afterEach(() => db.destroy());

  it('migrates twice without harm', async () => {
    await migrate(db);
    expect(await db.selectFrom('install').selectAll().execute()).toEqual([]);
  });

  it('inserts many rows once, by their key', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => eventRow(`evt_${i}`, 5));
    expect(await insertNew(db, 'event', [...rows, ...rows], ['id'])).toHaveLength(300);
    expect(
      await insertNew(
        db,
        'event',
        rows.map((row) => ({ ...row, seq: timeOrderedId(Date.now()) })),
        ['id'],
      ),
    ).toHaveLength(0);
  });

  it('inserts rows of different columns together', async () => {
    const { due_at: _, ...without } = eventRow('evt_1', null);
    for (const rows of [
      [without, eventRow('evt_2', 5)],
      [eventRow('evt_3', 6), { ...without, id: 'evt_4', seq: timeOrderedId(Date.now()) }],
    ])
      await insertNew(db, 'event', rows);
    expect(await db.selectFrom('event').select(['id', 'due_at']).orderBy('id').execute()).toEqual([
      { id: 'evt_1', due_at: null },
      { id: 'evt_2', due_at: 5 },
      { id: 'evt_3', due_at: 6 },
      { id: 'evt_4', due_at: null },
    ]);
  });

  it('overwrites whole rows by their key', async () => {
    await insertNew(db, 'event', [eventRow('evt_1', 5)]);
    const row = await db.selectFrom('event').selectAll().executeTakeFirstOrThrow();
    await upsert(db, 'event', ['id'], [{ ...row, outcome: 'changed' }]);
    expect(await db.selectFrom('event').select('outcome').execute()).toEqual([{ outcome: 'changed' }]);
  });

  it('claims due rows once until their lease ends', async () => {
    await insertNew(db, 'event', [eventRow('evt_1', 10), eventRow('evt_2', 20), eventRow('evt_3', null)]);
    const first = await claim(db, 'event', { now: 15, limit: 10, lease: 100 });
    expect(first.map((row) => [row.id, row.claims, row.attempts])).toEqual([['evt_1', 1, 1]]);
    expect(await claim(db, 'event', { now: 16, limit: 10, lease: 100 })).toHaveLength(0);
    expect((await claim(db, 'event', { now: 115, limit: 10 })).map((row) => row.id).sort()).toEqual(['evt_1', 'evt_2']);
  });

  it('tells which queues have something due, and when the next row after those is', async () => {
    await insertNew(db, 'event', [eventRow('evt_1', 10), eventRow('evt_2', 20), eventRow('evt_3', null)]);
    expect(await readDue(db, 5)).toEqual({ queues: new Set(), next: 10 });
    expect(await readDue(db, 10)).toEqual({ queues: new Set(['event']), next: 20 });
    expect(await readDue(db, 20)).toEqual({ queues: new Set(['event']), next: undefined });
  });

  it('undoes a transaction that throws', async () => {
    const work = transact(db, async (trx) => {
      await insertNew(trx, 'event', [eventRow('evt_1', 1)]);
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await db.selectFrom('event').select('id').execute()).toEqual([]);
  });

  if (engine === 'sqlite')
    it('writes nothing outside of a transaction that waited in vain for a locked file', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'tillpost-locked-'));
      const file = join(folder, 'a.db');
      const own = openDatabase(`sqlite:${file}`);
      await migrate(own);
      const other = new Sqlite(file);
      other.exec('begin immediate');
      const insert = (trx: Db, id: string) => insertNew(trx, 'event', [eventRow(id, 1)]);
      // Once the first has given up the second could go on.
      const first = (trx: Db) => insert(trx, 'evt_1').finally(() => other.exec('rollback'));
      const work = own.transaction().execute((trx) => allDone([first(trx), insert(trx, 'evt_2')]));
      await expect(work).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
      await setTimeout(200);
      expect(await own.selectFrom('event').select('id').execute()).toEqual([]);
      other.close();
      await own.destroy();
      rmSync(folder, { recursive: true });
    });

  describe('a write that the database refuses', () => {
    const refused = { ...eventRow('evt_2', 1), type: null as unknown as string };
    const writing = (db: Db) => insertNew(db, 'event', [refused]);
    const afterwards = (rest: (trx: Trx) => Promise<unknown>) =>
      db.transaction().execute(async (trx) => {
        await insertNew(trx, 'event', [eventRow('evt_1', 1)]);
        await writing(trx);
        await rest(trx);
      });
    const thrownBy = (work: Promise<unknown>) => work.then(String, (error: unknown) => error);

    it.each<[string, () => Promise<unknown>]>([
      ['alone', () => writing(db)],
      ['last in a transaction', () => afterwards(() => Promise.resolve())],
      ['before something is read', () => afterwards((trx) => trx.selectFrom('event').selectAll().execute())],
      ['before another write', () => afterwards((trx) => insertNew(trx, 'event', [eventRow('evt_3', 1)]))],
    ])('%s, is said by its own error, and nothing stays', async (_title, work) => {
      const code = engine === 'sqlite' ? 'SQLITE_CONSTRAINT_NOTNULL' : '23502';
      expect(await thrownBy(work())).toMatchObject({ code });
      expect(await db.selectFrom('event').selectAll().execute()).toEqual([]);
      await db.transaction().execute((trx) => insertNew(trx, 'event', [eventRow('evt_1', 1)]));
      expect(await db.selectFrom('event').select('id').execute()).toEqual([{ id: 'evt_1' }]);
      // Nor is it said of anything later on the same connection.
      const later = sql`select * from nowhere`.execute(db);
      expect(await thrownBy(later)).toMatchObject({ code: engine === 'sqlite' ? 'SQLITE_ERROR' : '42P01' });
    });
  });

  if (engine === 'postgres') {
    it('shares due rows between processes without giving one out twice', async () => {
      const other = openDatabase(url);
      await insertNew(
        db,
        'event',
        Array.from({ length: 200 }, (_, i) => eventRow(`evt_${i}`, 1)),
      );
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, i) => claim(i % 2 ? db : other, 'event', { now: 2, limit: 20 })),
      );
      const ids = claims.flat().map((row) => row.id);
      expect(new Set(ids).size).toBe(ids.length);
      await other.destroy();
    });

    it('ends a statement, and a transaction in which nothing happens, before the lease of what they work for', async () => {
      const { rows } = await sql<{ name: string; ms: number }>`
        select name, setting::int as ms from pg_settings
        where name in ('statement_timeout', 'idle_in_transaction_session_timeout')`.execute(db);
      expect(rows).toHaveLength(2);
      for (const { ms } of rows) {
        expect(ms).toBeGreaterThan(0);
        expect(ms).toBeLessThan(LEASE_MS);
      }
    });

    it('does a transaction anew when another process changed what it read', async () => {
      await insertNew(db, 'event', [eventRow('evt_1', 1)]);
      const append = (text: string) =>
        transact(db, async (trx) => {
          const row = await trx.selectFrom('event').selectAll().executeTakeFirstOrThrow();
          await trx
            .updateTable('event')
            .set({ outcome: row.outcome + text })
            .execute();
        });
      await Promise.all([...'abcdef'].map(append));
      const { outcome } = await db.selectFrom('event').select('outcome').executeTakeFirstOrThrow();
      expect([...outcome].sort().join('')).toBe('abcdef');
    });
  }
});

it('makes ids that sort by time, also within a millisecond', () => {
  const ids = Array.from({ length: 10_000 }, () => timeOrderedId(Date.now()));
  expect(ids).toEqual([...ids].sort());
  expect(new Set(ids).size).toBe(ids.length);
  expect(timeOrderedId(9e12) > firstIdAt(9e12)).toBe(true);
});
