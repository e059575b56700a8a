/** Processes that are killed while they migrate, or migrate at once: real ones, and each database must come out as if nothing had been. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Migrator, sql, type Migration } from 'kysely';
import { isMigrated, migrate } from '../db/migrate';
import * as first from '../db/migrations/001-first';
import { isPostgres } from '../db/engine';
import { openDatabase } from '../db/open';
import type { Db } from '../db/schema';
import { ENGINES, freshDatabase, type Engine } from './databases';

/** Migrates; is killed when it is about to send its statement number KILL_AT. Prints how many there were. */
const PROGRAM = `
  const { openDatabase } = require(${JSON.stringify(join(__dirname, '../db/open.ts'))});
  const { migrate } = require(${JSON.stringify(join(__dirname, '../db/migrate.ts'))});
  let statements = 0;
  const count = {
    transformQuery({ node }) {
      if (++statements === Number(process.env.KILL_AT)) process.kill(process.pid, 'SIGKILL');
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  const db = openDatabase(process.env.DATABASE_URL);
  migrate(db.withPlugin(count)).then(() => db.destroy()).then(() => console.log(statements));
`;

async function run(databaseUrl: string, killAt = 0): Promise<{ signal: string | null; statements: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', PROGRAM], {
    env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl, KILL_AT: String(killAt) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { signal, statements: Number(printed) };
}

let folder: string;
let files = 0;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tillpost-kills-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const newDatabase = async (engine: Engine) =>
  engine === 'sqlite' ? `sqlite:${join(folder, `${++files}.db`)}` : freshDatabase(engine);

async function withDatabase<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = openDatabase(url);
  return work(db).finally(() => db.destroy());
}

/** Every table, column, default and index there is, in an order of its own. */
async function schemaOf(db: Db): Promise<unknown> {
  const query = isPostgres(db)
    ? sql`select table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') as line
        from information_schema.columns where table_schema = 'public'
        union all select indexdef from pg_indexes where schemaname = 'public' order by 1`
    : sql`select coalesce(sql, name) as line from sqlite_master order by 1`;
  return (await query.execute(db)).rows;
}

const cleanSchema = async (engine: Engine) =>
  withDatabase(await newDatabase(engine), async (db) => {
    await migrate(db);
    return schemaOf(db);
  });

/** A database of the first release, with rows. */
async function makeOld(url: string): Promise<void> {
  await withDatabase(url, async (db) => {
    const migrations = { '001-first': { up: first.up as Migration['up'] } };
    const { error } = await new Migrator({
      db,
      provider: { getMigrations: () => Promise.resolve(migrations) },
    }).migrateToLatest();
    expect(error).toBeUndefined();
    for (let n = 0; n < 50; n++) {
      await sql`insert into run (account_id, livemode, id, workflow_id, contact_id, event_id, run_key, slot, invoice_id, status, started_at)
        values ('acct_1', 1, ${`run_${n}`}, 'wfl_1', ${`con_${n}`}, 'evt_1', ${`invoice.paid in_${n}`}, ${`once con_${n}`}, ${`in_${n}`}, 'running', 1)`.execute(
        db,
      );
      await sql`insert into customer_link (account_id, livemode, customer_id, contact_id, stamp, deleted)
        values ('acct_1', 1, ${`cus_${n}`}, 'con_1', 1, ${n % 3})`.execute(db);
    }
  });
}

const rowsOf = async (db: Db) => ({
  runs: await db.selectFrom('run').selectAll().orderBy('id').execute(),
  links: await db.selectFrom('customer_link').selectAll().orderBy('customer_id').execute(),
});

/** Moments anywhere among so many statements, the first and the last among them. */
const moments = (statements: number, kills: number) =>
  Array.from({ length: kills }, (_none, n) => {
    const share = statements / kills;
    return 1 + Math.min(statements - 1, Math.floor(share * n + (n === 0 ? 0 : ((n * 37) % 100) / 100) * share));
  }).with(-1, statements);

const KILLS = { sqlite: 10, postgres: 5 };
/** Statements when all is done: PostgreSQL gives up the lock and gets its time-out back. */
const AFTER_ALL = { sqlite: 0, postgres: 2 };

describe.each(ENGINES)('on %s', (engine) => {
  it('a first start that is killed at any moment leaves what the next one finishes', async () => {
    const clean = await cleanSchema(engine);
    const { statements } = await run(await newDatabase(engine));
    expect(statements).toBeGreaterThan(50);
    for (const killAt of moments(statements, KILLS[engine])) {
      const url = await newDatabase(engine);
      expect(await run(url, killAt)).toMatchObject({ signal: 'SIGKILL' });
      await withDatabase(url, async (db) => {
        await migrate(db);
        expect({ killAt, schema: await schemaOf(db) }).toEqual({ killAt, schema: clean });
      });
    }
  });

  it('an upgrade that is killed at any moment, again and again, leaves every row and what the next one finishes', async () => {
    const [untouched, url] = [await newDatabase(engine), await newDatabase(engine)];
    await makeOld(untouched);
    await makeOld(url);
    const { statements } = await run(untouched);
    for (const killAt of moments(statements - AFTER_ALL[engine], KILLS[engine])) {
      expect(await run(url, killAt)).toMatchObject({ signal: 'SIGKILL' });
      await withDatabase(url, async (db) => expect(await isMigrated(db)).toBe(false));
    }
    const expected = await withDatabase(untouched, rowsOf);
    expect(expected.runs[49]).toMatchObject({ subject_kind: 'invoice', slot: 'once' });
    await withDatabase(url, async (db) => {
      await migrate(db);
      expect(await rowsOf(db)).toEqual(expected);
      expect(await schemaOf(db)).toEqual(await withDatabase(untouched, schemaOf));
    });
  });
});

it('several processes migrate one PostgreSQL at once', async () => {
  const url = await newDatabase('postgres');
  const ends = await Promise.all(Array.from({ length: 4 }, () => run(url)));
  expect(ends.map(({ signal }) => signal)).toEqual([null, null, null, null]);
  await withDatabase(url, async (db) => expect(await schemaOf(db)).toEqual(await cleanSchema('postgres')));
});

it('a migration on PostgreSQL may take longer than any other statement', async () => {
  const url = await newDatabase('postgres');
  await withDatabase(url, async (db) => {
    const limit = sql<{ limit: string }>`select current_setting('statement_timeout') as limit`;
    const before = (await limit.execute(db)).rows;
    expect(before).toEqual([{ limit: '20s' }]);
    await sql`create function refuse_limit() returns event_trigger language plpgsql as $$
      begin
        if tg_tag = 'CREATE INDEX' and current_setting('statement_timeout') <> '0' then raise 'limited'; end if;
      end $$`.execute(db);
    await sql`create event trigger refuse_limit on ddl_command_start execute function refuse_limit()`.execute(db);
    await migrate(db);
    expect((await limit.execute(db)).rows).toEqual(before);
  });
});
