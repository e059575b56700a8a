/** Moves from one engine to the other: real databases, real processes, killed at any statement. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { sql } from 'kysely';
import { insertNew } from '../db/bulk';
import { migrate } from '../db/migrate';
import { openDatabase } from '../db/open';
import type { Db } from '../db/schema';
import { tryLock } from '../db/sqlite-file';
import { readTables } from '../db/tables';
import { copyAll } from '../tools/move/copy';
import { moveDatabase } from '../tools/move/move';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { ENGINES, freshDatabase, keptDatabase, type Engine } from './databases';
import { ACCOUNT, startTillpost, TEST } from './harness';

const ROOT = join(__dirname, '../..');
const OTHER = { sqlite: 'postgres', postgres: 'sqlite' } as const;

const removals: (() => void)[] = [];
afterAll(() => removals.forEach((remove) => remove()));

async function newDatabase(engine: Engine): Promise<string> {
  const { databaseUrl, remove } = await keptDatabase(engine);
  removals.push(remove);
  return databaseUrl;
}

async function withDatabase<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = openDatabase(url);
  return work(db).finally(() => db.destroy());
}

/** Every row of every table. */
const allRows = (url: string) =>
  withDatabase(url, async (db) => {
    const all: Record<string, string[]> = {};
    for (const { name, columns } of await readTables(db)) {
      const list = sql.join(columns.map((column) => sql.ref(column.name)));
      const { rows } = await sql`select ${list} from ${sql.table(name)}`.execute(db);
      all[name] = rows.map((row) => JSON.stringify(row)).sort();
    }
    return all;
  });

/** Rows in every table, with texts that engines sort, quote and encode each in its way. */
async function fill(url: string, rowsOf = (_table: string): number => 7): Promise<void> {
  await withDatabase(url, async (db) => {
    await migrate(db);
    for (const { name, columns } of await readTables(db)) {
      const rows = Array.from({ length: rowsOf(name) }, (_none, n) =>
        Object.fromEntries(columns.map((column) => [column.name, valueOf(column, n)])),
      );
      await insertNew(db, name, rows as never);
    }
  });
}

const BEGINNINGS = ['a', 'B', 'é', '_', '😀', "O'", '"\\\n'];
const valueOf = (column: { name: string; type: string }, n: number) => {
  if (column.name === 'livemode') return n % 2;
  if (column.type === 'text') return `${BEGINNINGS[n % BEGINNINGS.length]} ${column.name} ${n}`;
  return column.type === 'bigint' ? 2 ** 53 - 1 - n : n;
};

/** A full source and an empty target. */
async function fullAndEmpty(engine: Engine, rowsOf?: (table: string) => number) {
  const [from, to] = [await newDatabase(engine), await newDatabase(OTHER[engine])];
  await fill(from, rowsOf);
  return { from, to };
}

/** Why a server doesn't start there. */
const startOn = (databaseUrl: string): Promise<string> =>
  withDatabase(databaseUrl, (db) =>
    startTillpost({ databaseUrl, overrides: { db } }).then(
      () => 'it started',
      (error: Error) => error.message,
    ),
  );

const silently = () => undefined;
const move = (from: string, to: string, say: (line: string) => void = silently) =>
  moveDatabase({ from, to, say, atOnce: 3 });

/** Copies as a move does; is killed by a statement, before it or right after it. Prints how many moments there were. */
const PROGRAM = `
  const { openDatabase } = require('./server/db/open.ts');
  const { readTables } = require('./server/db/tables.ts');
  const { copyAll } = require('./server/tools/move/copy.ts');
  let moments = 0;
  const pass = () => { if (++moments === Number(process.env.KILL_AT)) process.kill(process.pid, 'SIGKILL'); };
  const count = {
    transformQuery({ node }) { pass(); return node; },
    transformResult({ result }) { pass(); return Promise.resolve(result); },
  };
  const [source, target] = [process.env.FROM, process.env.TO].map((url) => openDatabase(url));
  (async () => {
    const tables = await readTables(source);
    const ends = { source: source.withPlugin(count), target: target.withPlugin(count), tables };
    await copyAll({ ...ends, atOnce: 3, say: () => undefined, assertAlone: () => Promise.resolve() });
    await source.destroy();
    await target.destroy();
    console.log(moments);
  })();
`;

async function copyUntil(from: string, to: string, killAt = 0) {
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', PROGRAM], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, FROM: from, TO: to, KILL_AT: String(killAt) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { signal, moments: Number(printed) };
}

/** `npm run move`; killed as soon as it says `until`. */
async function runMove(args: string[], until?: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/tools/move.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (until !== undefined && output.includes(until)) child.kill('SIGKILL');
    });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, output };
}

describe.each(ENGINES)('a move from %s', (engine) => {
  it('lets the other engine go on where this one stopped', async () => {
    const [from, to] = [await newDatabase(engine), await newDatabase(OTHER[engine])];
    const before = await startTillpost({ databaseUrl: from });
    await before.connect();
    await before.enable();
    const { id } = await createWorkflow(before.db, TEST, { template: 'new_customer' }, before.clock.now());
    await activateWorkflow(before.db, TEST, id, before.clock.now());
    const happens = (email: string) => before.localStripe.trigger('customer.created', { account: ACCOUNT, email });
    await happens('zoë@example.com');
    await before.worker.drain();
    await before.localStripe.idle();
    await before.stop();
    const rows = await allRows(from);
    expect(rows.email).toHaveLength(1);

    const copied = await move(from, to);
    expect(await allRows(to)).toEqual(rows);
    expect(await allRows(from)).toEqual(rows);
    expect(copied.map(({ table }) => table).sort()).toEqual(Object.keys(rows).sort());
    expect(copied.find(({ table }) => table === 'email')).toMatchObject({ rows: 1 });

    const { localStripe, clock, stripeUrl } = before;
    const after = await startTillpost({ databaseUrl: to, localStripe, clock, env: { STRIPE_API_BASE: stripeUrl } });
    const { data } = await after.call('contacts/list', {});
    expect(data.map(({ email }) => email)).toEqual(['zoë@example.com']);
    const [event] = (await after.call('events/list', {})).data;
    // Needs the token, which was sealed on the other engine.
    await after.call('events/replay', { id: event!.id });
    await after.worker.drain();
    expect((await after.call('events/list', {})).data[0]).toMatchObject({ id: event!.id, status: 'processed' });
    expect((await allRows(to)).email).toHaveLength(1);
    await after.close();
    await before.close();
  });

  it('that is killed at any statement, again and again, goes on and doubles nothing', async () => {
    const { from, to } = await fullAndEmpty(engine, (table) => (/^(event|contact|session)/.test(table) ? 7 : 2));
    const trial = await newDatabase(OTHER[engine]);
    await withDatabase(trial, migrate);
    await withDatabase(to, migrate);
    const { moments } = await copyUntil(from, trial);
    expect(moments).toBeGreaterThan(100);
    const rows = await allRows(from);
    expect(await allRows(trial)).toEqual(rows);
    // The share of the work at which each is killed; one that has less left to do ends by itself.
    const shares = [0.04, 0.13, 0.22, 0.31, 0.45, 0.6];
    let kills = 0;
    for (const share of shares) {
      const { signal } = await copyUntil(from, to, Math.ceil(moments * share));
      if (signal !== 'SIGKILL') break;
      kills++;
    }
    expect(kills).toBeGreaterThan(3);
    if (kills === shares.length) await move(from, to);
    expect(await allRows(to)).toEqual(rows);
  });

  it('as a command, killed on the way, keeps servers off the part and ends the second time', async () => {
    const { from, to } = await fullAndEmpty(engine, (table) => (table === 'event' ? 20_000 : 3));
    const first = await runMove(['--from', from, '--to', to], 'contact: 3 rows');
    expect(first).toMatchObject({ signal: 'SIGKILL' });
    expect(await startOn(to)).toMatch('a move into this database did not end');
    const second = await runMove(['--from', from, '--to', to]);
    expect(second.output).toContain('Going on with a move that was interrupted');
    expect(second.output).toMatch(/✓ event +20,000 rows {2}[\da-f]{16}\n/);
    expect(second.output).toContain('Keep ENCRYPTION_KEY');
    expect(second.output).not.toContain(':postgres@');
    expect(second.code).toBe(0);
    expect(await allRows(to)).toEqual(await allRows(from));
    const third = await runMove(['--from', from, '--to', to]);
    expect(third).toMatchObject({ code: 1, output: expect.stringContaining('event (20,000)') as string });
  });

  it('begins anew when somebody worked on the source in between', async () => {
    const { from, to } = await fullAndEmpty(engine);
    await withDatabase(to, migrate);
    await copyUntil(from, to, 260);
    const said: string[] = [];
    await withDatabase(from, (db) =>
      sql`update contact set email = 'changed' where email = ${valueOf({ name: 'email', type: 'text' }, 1)}`.execute(
        db,
      ),
    );
    await move(from, to, (line) => said.push(line));
    expect(said).toContain('The source has changed since (contact): beginning anew.');
    expect(await allRows(to)).toEqual(await allRows(from));
  });

  it('refuses a source that a server works on, and a target as well', async () => {
    const { from, to } = await fullAndEmpty(engine);
    const running = await startTillpost({ databaseUrl: from });
    await expect(move(from, to)).rejects.toThrow(
      /^--from .*(process \d+ on .* works on it|a Tillpost is connected to it, from 127.0.0.1 since 20.*Z): stop it first$/,
    );
    await expect(move(to, from)).rejects.toThrow(/^--(from|to)/);
    await running.close();
    const onTarget = await startTillpost({ databaseUrl: to });
    await expect(move(from, to)).rejects.toThrow(/^--to .*stop it first$/);
    await onTarget.close();
  });

  it('refuses a target with rows that it did not write, naming them, and one with strange tables', async () => {
    const { from, to } = await fullAndEmpty(engine, (table) => (table === 'email' ? 2 : 1));
    await fill(to, (table) => ({ email: 3, workflow: 1 })[table] ?? 0);
    const rows = await allRows(to);
    await expect(move(from, to)).rejects.toThrow(
      '--to: holds rows that this move did not write: email (3), workflow (1).',
    );
    expect(await allRows(to)).toEqual(rows);
    const strange = await newDatabase(OTHER[engine]);
    await withDatabase(strange, (db) => sql`create table recipe (id integer)`.execute(db));
    await expect(move(from, strange)).rejects.toThrow('--to: holds tables that are not Tillpost’s: recipe');
    expect(Object.keys(await allRows(strange))).toEqual(['recipe']);
  });

  it('finds at its end what differs, and the target does not count as moved then', async () => {
    const { from, to } = await fullAndEmpty(engine);
    await withDatabase(to, migrate);
    const copy = async (whenVerifying: (db: Db) => Promise<unknown>) =>
      withDatabase(from, (source) =>
        withDatabase(to, async (target) => {
          const tables = await readTables(source);
          const assertAlone = () => Promise.resolve();
          await whenVerifying(target);
          return copyAll({ source, target, tables, say: silently, assertAlone });
        }),
      );
    await copyUntil(from, to, 400);
    await expect(
      copy(async (db) => {
        await sql`update contact set email = 'nobody@example.com' where email = 'B email 1'`.execute(db);
        await sql`delete from consent_change where id = 'B id 1'`.execute(db);
      }),
    ).rejects.toThrow(/consent_change has 6 rows instead of 7; contact has rows with other values/);
    expect(await startOn(to)).toMatch('a move into this database did not end');
  });

  it('refuses a source of an older release, of a newer one, and of no release at all', async () => {
    const [from, to] = [await newDatabase(engine), await newDatabase(OTHER[engine])];
    await withDatabase(from, (db) => sql`create table recipe (id integer)`.execute(db));
    await expect(move(from, to)).rejects.toThrow('--from: this is no database of a Tillpost');
    await withDatabase(from, async (db) => {
      await sql`drop table recipe`.execute(db);
      await migrate(db);
      await sql`insert into kysely_migration (name, timestamp) values ('999-later', '2030')`.execute(db);
    });
    await expect(move(from, to)).rejects.toThrow('--from: of a newer release (999-later)');
    await withDatabase(from, (db) => sql`delete from kysely_migration where name > '020'`.execute(db));
    await expect(move(from, to)).rejects.toThrow('--from: of an older release; start this one on it once');
    expect(await allRows(to)).toEqual({});
  });
});

it('PostgreSQL lets no Tillpost connect while it is being moved', async () => {
  const { from, to } = await fullAndEmpty('postgres', () => 1);
  const tries: Promise<unknown>[] = [];
  await move(from, to, () => {
    if (tries.length === 0) tries.push(startOn(from));
  });
  expect(await tries[0]).toMatch('the database is being moved');
});

describe('what can’t be moved is said before anything is made', () => {
  const FILE = 'sqlite:/nowhere/tillpost.db';
  it.each([
    [FILE, 'sqlite:/b.db', '--from and --to are both SQLite: `npm run backup`'],
    ['postgres://a/b', 'postgresql://a/b', '--from and --to are both PostgreSQL: pg_dump'],
    ['sqlite::memory:', 'postgres://a/b', '--from: a database in memory ends with its process'],
    ['mysql://a/b', FILE, '--from must be sqlite:./path/to/file.db or postgres://'],
    [FILE, 'postgres://', '--to must be'],
    [FILE, 'postgres://127.0.0.1:9/none', '--from: there is no file /nowhere/tillpost.db'],
  ])('%s to %s', async (from, to, says) => {
    await expect(move(from, to)).rejects.toThrow(says);
  });

  it('a server that isn’t there, a wrong user and a missing database, without the password', async () => {
    const to = await newDatabase('sqlite');
    const here = await freshDatabase('postgres');
    await expect(move('postgres://me:secret@127.0.0.1:9/none', to)).rejects.toThrow(
      /^--from postgres:\/\/me:\[redacted\]@127\.0\.0\.1:9\/none: .*ECONNREFUSED/,
    );
    await expect(move(here.replace('postgres:postgres@', 'postgres:wrong@'), to)).rejects.toThrow(
      /^--from .*: password authentication failed for user "postgres"$/,
    );
    await expect(move(`${here}_not`, to)).rejects.toThrow(/^--from .*: database ".*_not" does not exist$/);
    expect(tryLock(to)?.release()).toBeUndefined();
  });
});
