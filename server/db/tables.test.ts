import { freshDatabase, migratedDatabase } from '../test/databases';
import { migrate } from './migrate';
import { openDatabase } from './open';
import type { Db } from './schema';
import { readTables } from './tables';

async function tablesOf(url: string, prepare: (db: Db) => Promise<unknown> = migrate) {
  const db = openDatabase(url);
  try {
    await prepare(db);
    return await readTables(db);
  } finally {
    await db.destroy();
  }
}

describe('the tables that a database has', () => {
  it('are the same on both engines, each with a key, and of texts and whole numbers only', async () => {
    const tables = await tablesOf(await migratedDatabase('sqlite'));
    expect(await tablesOf(await migratedDatabase('postgres'))).toEqual(tables);
    expect(tables.length).toBeGreaterThanOrEqual(29);
    expect(tables.find(({ name }) => name === 'event_payload')).toEqual({
      name: 'event_payload',
      columns: [
        { name: 'account_id', type: 'text' },
        { name: 'livemode', type: 'integer' },
        { name: 'payload', type: 'text' },
        { name: 'seq', type: 'text' },
      ],
      key: ['account_id', 'livemode', 'seq'],
    });
    // What else there is, a move has to learn first: flags of PostgreSQL, JSON, bytes, numbers that it hands out.
    for (const { name, columns, key } of tables) {
      expect([name, key.length]).not.toEqual([name, 0]);
      expect([name, columns.filter(({ type }) => !['text', 'integer', 'bigint'].includes(type))]).toEqual([name, []]);
    }
    const names = tables.map(({ name }) => name);
    expect(names.indexOf('session')).toBeLessThan(names.indexOf('session_install'));
  });

  it.each(['sqlite', 'postgres'] as const)('hold no numbers that %s hands out itself', async (engine) => {
    const db = openDatabase(await migratedDatabase(engine));
    await migrate(db);
    const tables = await db.introspection.getTables();
    await db.destroy();
    const handedOut = tables.flatMap(({ name, columns }) =>
      columns.filter(({ isAutoIncrementing }) => isAutoIncrementing).map((column) => `${name}.${column.name}`),
    );
    expect(handedOut).toEqual([]);
  });

  it.each(['sqlite', 'postgres'] as const)('are none in a new database on %s', async (engine) => {
    expect(await tablesOf(await freshDatabase(engine), () => Promise.resolve())).toEqual([]);
  });
});
