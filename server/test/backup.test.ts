/** A backup of a SQLite file while a server writes to it, and a start from it: real processes. */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Sqlite } from '../db/sqlite';
import { makeBackup } from '../tools/backup/backup';
import { READY, ROOT, startServer } from './server-process';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tillpost-backup-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** `npm run backup`. */
const backup = (databaseUrl: string, ...args: string[]): Promise<{ stdout: string; stderr: string; code?: number }> =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'server/tools/backup.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl },
  }).catch((error: { stdout: string; stderr: string; code: number }) => error);

async function startReady(file: string) {
  const server = await startServer(file);
  await server.says(READY);
  return {
    async kill() {
      server.kill('SIGKILL');
      await server.ended;
    },
    /** The id of an event that was acknowledged. */
    async deliver(): Promise<string> {
      const { id, status } = await server.deliver();
      expect(status).toBe(200);
      return id;
    },
  };
}

function eventsOf(file: string): string[] {
  const sqlite = new Sqlite(file, { readonly: true });
  const rows = sqlite.prepare('select id from event').all() as { id: string }[];
  sqlite.close();
  return rows.map(({ id }) => id);
}

it('holds all that a busy server had acknowledged before, and a server starts on it', async () => {
  const [file, copy] = [join(folder, 'tillpost.db'), join(folder, 'copy.db')];
  const server = await startReady(file);
  const acknowledged: string[] = [];
  let isBusy = true;
  const load = (async () => {
    while (isBusy) acknowledged.push(await server.deliver());
  })();
  while (acknowledged.length < 50) await wait(10);
  const before = [...acknowledged];
  const { stdout, stderr } = await backup(`sqlite:${file}`, copy);
  const during = acknowledged.length;
  isBusy = false;
  await load;
  expect(stderr).toBe('');
  expect(stdout).toMatch(/Wrote and checked .*copy\.db: [\d.]+ MB\.\n.*ENCRYPTION_KEY/);
  expect(during).toBeGreaterThan(before.length);
  expect(eventsOf(copy)).toEqual(expect.arrayContaining(before));
  expect((statSync(copy).mode & 0o777).toString(8)).toBe('600');
  expect(readdirSync(folder).filter((name) => name.startsWith('copy'))).toEqual(['copy.db']);

  // As docs/operations.md says: what lay beside the old file goes with it.
  await server.kill();
  expect(existsSync(`${file}-wal`)).toBe(true);
  for (const end of ['', '-wal', '-shm']) rmSync(file + end);
  copyFileSync(copy, file);
  const restored = await startReady(file);
  const next = await restored.deliver();
  await restored.kill();
  expect(eventsOf(file)).toEqual(expect.arrayContaining([...before, next]));
});

it('replaces nothing unasked, and leaves nothing where it is refused', async () => {
  const file = join(folder, 'tillpost.db');
  const url = `sqlite:${file}`;
  const sqlite = new Sqlite(file);
  sqlite.exec('create table t (n integer); insert into t values (1)');
  sqlite.close();
  const taken = join(folder, 'taken.db');
  writeFileSync(taken, 'mine');
  const copy = join(folder, 'copy.db');
  const refusals: [databaseUrl: string, to: string, overwrite: boolean, says: string][] = [
    [url, taken, false, 'exists: choose another name, or add --overwrite.'],
    [url, file, true, 'is the database itself.'],
    [url, `${file}-wal`, true, 'is the database itself.'],
    [url, folder, true, 'is not a file.'],
    [url, join(folder, 'none', 'copy.db'), false, `There is no folder ${join(folder, 'none')}.`],
    [`sqlite:${folder}/none.db`, copy, false, 'none.db does not exist yet'],
    [`sqlite:${taken}`, copy, false, 'file is not a database'],
    ['postgres://127.0.0.1/x', copy, false, 'DATABASE_URL is PostgreSQL: back it up with pg_dump'],
    ['sqlite::memory:', copy, false, 'in memory'],
  ];
  for (const [databaseUrl, to, overwrite, says] of refusals)
    // Not by toThrow: in a worker of jest, SQLite's errors are of the first file that used it.
    await expect(makeBackup({ databaseUrl, to, overwrite }, () => undefined)).rejects.toMatchObject({
      message: expect.stringContaining(says) as string,
    });
  expect(await backup(url)).toMatchObject({ code: 1, stderr: expect.stringContaining('Where to? One file') as string });
  expect(readdirSync(folder).sort()).toEqual(['taken.db', 'tillpost.db']);
  expect((await backup(url, taken, '--overwrite')).stderr).toBe('');
  const replaced = new Sqlite(taken);
  expect(replaced.prepare('select n from t').all()).toEqual([{ n: 1 }]);
  replaced.close();
});
