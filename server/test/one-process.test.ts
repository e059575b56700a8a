/** One process to a SQLite file: real processes, started, waiting, killed and told to stop. */
import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Database } from 'better-sqlite3';
import { QUEUE_TABLES } from '../db/claim';
import { Sqlite } from '../db/sqlite';
import { findHolder, tryLock, waitForLock } from '../db/sqlite-file';
import { READY, ROOT, startServer } from './server-process';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tillpost-one-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const WAITING = 'waiting for the process that uses the database to end';
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

it('is kept by a second process that waits, says for whom, and refuses to start', async () => {
  const file = join(folder, 'made', 'tillpost.db');
  const first = await startServer(file);
  await first.says(READY);
  const startedAt = performance.now();
  const second = await startServer(file);
  await second.says(WAITING);
  const who = `process ${first.pid} on ${hostname()} since 20`;
  expect(second.output()).toContain(who);

  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'server/tools/doctor.ts'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, DATABASE_URL: `sqlite:${file}`, STRIPE_API_BASE: 'http://127.0.0.1:9' },
  }).catch((error: { stdout: string }) => error);
  expect(stdout).toMatch(new RegExp(`✓ Database +it answers, .*; ${who}\\S+ runs on it\\n`));

  expect(modeOf(join(folder, 'made'))).toBe('700');
  for (const end of ['', '-wal', '-shm', '.lock', '.lock.json'])
    expect([end, modeOf(file + end)]).toEqual([end, '600']);

  expect(await second.ended).toEqual({ code: 1, signal: null });
  expect(performance.now() - startedAt).toBeGreaterThan(20_000);
  expect(second.output().split(WAITING)).toHaveLength(2);
  expect(second.output().trim().split('\n').at(-1)).toMatch(
    new RegExp(
      `^Tillpost could not start: ${who}.* did not end within 20 s: only one process may work on a SQLite file\\.$`,
    ),
  );
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  first.kill('SIGTERM');
  expect(await first.ended).toEqual({ code: 0, signal: null });
});

it('is handed on at once by a process that is killed, and by one that stops', async () => {
  const file = join(folder, 'tillpost.db');
  const first = await startServer(file);
  await first.says(READY);
  const second = await startServer(file);
  await second.says(WAITING);
  first.kill('SIGKILL');
  await first.ended;
  await second.says(READY);
  expect(findHolder(`sqlite:${file}`)).toContain(`process ${second.pid} on`);
  const third = await startServer(file);
  await third.says(WAITING);
  second.kill('SIGTERM');
  expect(await second.ended).toEqual({ code: 0, signal: null });
  await third.says(READY);
  third.kill('SIGTERM');
  await third.ended;
  expect([findHolder(`sqlite:${file}`), existsSync(`${file}.lock.json`)]).toEqual([undefined, false]);
});

it('stops within 10 s of SIGTERM although another program keeps the file locked, and goes on answering until then', async () => {
  const file = join(folder, 'tillpost.db');
  const one = await startServer(file);
  await one.says(READY);
  const other = new Sqlite(file);
  for (const table of QUEUE_TABLES) insertDue(other, table, Date.now() + 300);
  other.exec('begin immediate');
  const deliver = () =>
    one.deliver().then(
      ({ status }) => status,
      () => 0,
    );
  const answers = Array.from({ length: 5 }, deliver);
  // By then the loop wants to write as well: it sleeps a second at the most.
  await wait(1_500);
  const askedAt = performance.now();
  const answered = fetch(`${one.url}/healthz`).then(
    () => performance.now() - askedAt,
    () => Infinity,
  );
  await Promise.race([answered, wait(4_000)]);
  const toldAt = performance.now();
  one.kill('SIGTERM');
  expect(await one.ended).toEqual({ code: 0, signal: null });
  expect(performance.now() - toldAt).toBeLessThan(10_000);
  expect(await answered).toBeLessThan(4_000);
  expect(await Promise.all(answers)).not.toContain(200);
  other.close();
});

it('is left by a process whose lock was deleted, once another may have taken it', async () => {
  const file = join(folder, 'tillpost.db');
  const first = await startServer(file);
  await first.says(READY);
  rmSync(`${file}.lock`);
  const second = await startServer(file);
  expect(await first.ended).toEqual({ code: 1, signal: null });
  expect(first.output()).toContain('another process may work on the database, so this one ends');
  await second.says(READY);
  expect(findHolder(`sqlite:${file}`)).toContain(`process ${second.pid} on`);
  second.kill('SIGTERM');
  expect(await second.ended).toEqual({ code: 0, signal: null });
});

it('is not started on by a second name of the file', async () => {
  const file = join(folder, 'tillpost.db');
  new Sqlite(file).close();
  linkSync(file, join(folder, 'link.db'));
  const one = await startServer(join(folder, 'link.db'));
  expect(await one.ended).toEqual({ code: 1, signal: null });
  expect(one.output()).toMatch(/^Tillpost could not start: \S+link\.db has 2 names \(hard links\): /m);
});

/** A row that nothing is known of but when it is due. */
function insertDue(db: Database, table: string, dueAt: number): void {
  const columns = db.pragma(`table_info(${table})`) as { name: string; type: string; notnull: 0 | 1 }[];
  const required = columns.filter(({ name, notnull }) => notnull || name === 'due_at');
  const values = required.map(({ name, type }) =>
    name === 'due_at' ? dueAt : type.toLowerCase() === 'text' ? "'x'" : 0,
  );
  db.exec(`insert into ${table} (${required.map(({ name }) => name).join()}) values (${values.join()})`);
}

describe('the lock', () => {
  const urlOf = (name = 'tillpost.db') => `sqlite:${join(folder, name)}`;

  it('is held by one at a time, told to others, and free again after its release', () => {
    expect(findHolder(urlOf())).toBeUndefined();
    const lock = tryLock(urlOf());
    expect(findHolder(urlOf())).toContain(`process ${process.pid} on ${hostname()} since `);
    expect(tryLock(urlOf())).toBeUndefined();
    lock?.release();
    expect(findHolder(urlOf())).toBeUndefined();
    const next = tryLock(urlOf());
    lock?.release();
    expect(tryLock(urlOf())).toBeUndefined();
    next?.release();
  });

  it('is of the file, whatever it is called by', () => {
    const lock = tryLock(urlOf());
    symlinkSync(join(folder, 'tillpost.db'), join(folder, 'link.db'));
    expect(tryLock(urlOf('link.db'))).toBeUndefined();
    lock?.release();
  });

  it.each<[string, (file: string) => void]>([
    ['its file was deleted', (file) => rmSync(`${file}.lock`)],
    ['the database was moved away', (file) => renameSync(file, `${file}.moved`)],
    [
      'a copy was put in the place of the database',
      (file) => {
        copyFileSync(file, `${file}.copy`);
        renameSync(`${file}.copy`, file);
      },
    ],
  ])('is known to be lost once %s, and is then not let go of for another', (_what, happen) => {
    const file = join(folder, 'tillpost.db');
    const lock = tryLock(urlOf())!;
    expect(lock.isHeld()).toBe(true);
    happen(file);
    expect(lock.isHeld()).toBe(false);
    lock.release();
    expect(existsSync(`${file}.lock.json`)).toBe(true);
  });

  it('takes from others what they could read of a file of a release before', () => {
    const file = join(folder, 'tillpost.db');
    new Sqlite(file).close();
    chmodSync(file, 0o644);
    tryLock(urlOf())?.release();
    expect(modeOf(file)).toBe('600');
  });

  it.each(['sqlite::memory:', 'postgres://127.0.0.1:9/none'])('is everybody’s on %s', async (url) => {
    const onWait = jest.fn();
    expect([await waitForLock(url, onWait), tryLock(url), findHolder(url)]).toEqual([
      expect.anything(),
      expect.anything(),
      undefined,
    ]);
    expect(onWait).not.toHaveBeenCalled();
  });
});
