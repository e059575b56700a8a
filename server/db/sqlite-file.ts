/** The file of a SQLite database: readable by its owner alone, and used by one process at a time. */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { Sqlite } from './sqlite';

/** A rolling deploy starts the next process before the last one has stopped, which takes up to 10 s. */
const PATIENCE_MS = 20_000;
const TRY_AGAIN_MS = 100;
export const MEMORY = ':memory:';
/** Kept from being collected, which would close and so free them. */
const held = new Set<Database>();

export interface DatabaseLock {
  /**
   * Whether others still find it: not once its file or the database's was deleted, moved or replaced, which a later start
   * takes for a database that nobody uses.
   */
  isHeld(): boolean;
  release(): void;
}

/** The path that DATABASE_URL names; undefined for PostgreSQL and SQLite in memory. */
export function findFile(databaseUrl: string): string | undefined {
  const file = /^sqlite:(.+)$/.exec(databaseUrl)?.[1];
  return file === MEMORY ? undefined : file;
}

/** Its folder too, where there is none. SQLite gives the files beside it the same mode. */
export function createFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    // Only where it is new: to close a file that is in use would give up all locks this process has on it.
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/**
 * Takes the database for this process, which must be one that works on it; undefined while another has it. The operating
 * system frees the lock when the process ends, however it ends. Where many may work, it always succeeds. Throws for a file
 * that has several names.
 */
export function tryLock(databaseUrl: string): DatabaseLock | undefined {
  const file = findFile(databaseUrl);
  if (file === undefined) return { isHeld: () => true, release: () => undefined };
  createFile(file);
  requireOneName(file);
  const { lock: path, holder } = besides(file);
  createFile(path);
  for (const one of [file, `${file}-wal`, `${file}-shm`, path]) keepPrivate(one);
  const lock = new Sqlite(path, { timeout: 0 });
  try {
    // Nothing is written; without this a journal would lie beside it.
    lock.pragma('journal_mode = memory');
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (codeOf(error) === 'SQLITE_BUSY') return undefined;
    throw error;
  }
  held.add(lock);
  tellHolder(holder);
  const files = [path, realpathSync(file)].map((one) => ({ path: one, identity: identityOf(one) }));
  const isHeld = () => held.has(lock) && files.every((one) => identityOf(one.path) === one.identity);
  return {
    isHeld,
    release() {
      // Not a second time, nor one that was taken away: it may be the next process's by then.
      if (isHeld()) rmSync(holder, { force: true });
      if (held.delete(lock)) lock.close();
    },
  };
}

/** Who works on the database, in words such as "process 7 on web-1 since …"; undefined when nobody holds its lock. */
export function findHolder(databaseUrl: string): string | undefined {
  const file = findFile(databaseUrl);
  if (file === undefined || !existsSync(file) || !isLocked(besides(file).lock)) return undefined;
  try {
    const { pid, host, since } = JSON.parse(readFileSync(besides(file).holder, 'utf8')) as Record<string, unknown>;
    return `process ${String(pid)} on ${String(host)} since ${String(since)}`;
  } catch {
    return 'another process';
  }
}

/** As `tryLock`, after as long as another process may take to stop; `onWait` hears once whom it waits for. Throws then. */
export async function waitForLock(
  databaseUrl: string,
  onWait: (holder: string) => void,
  patienceMs = PATIENCE_MS,
): Promise<DatabaseLock> {
  const giveUpAt = performance.now() + patienceMs;
  for (let isWaiting = false; ; isWaiting = true) {
    const lock = tryLock(databaseUrl);
    if (lock) return lock;
    const holder = findHolder(databaseUrl) ?? 'another process';
    if (!isWaiting) onWait(holder);
    if (performance.now() >= giveUpAt)
      throw new Error(
        `${holder} uses ${databaseUrl} and did not end within ${patienceMs / 1000} s: only one process may work on a SQLite file.`,
      );
    await wait(TRY_AGAIN_MS);
  }
}

/** By its real path, as SQLite names the files beside it: a link must not lead past the lock. */
function besides(file: string): { lock: string; holder: string } {
  const lock = `${realpathSync(file)}.lock`;
  return { lock, holder: `${lock}.json` };
}

/** By another name the lock beside the file would be another one, and so would what SQLite keeps there. */
function requireOneName(file: string): void {
  const { nlink } = statSync(file);
  if (nlink > 1)
    throw new Error(
      `${file} has ${nlink} names (hard links): under another one, a second process would not see that it is in use. Leave it one name: copy it with npm run backup instead.`,
    );
}

/** Undefined where nothing is there. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
}

function isLocked(path: string): boolean {
  if (!existsSync(path)) return false;
  const lock = new Sqlite(path, { readonly: true, timeout: 0 });
  try {
    lock.pragma('schema_version');
    return false;
  } catch (error) {
    if (codeOf(error) === 'SQLITE_BUSY') return true;
    throw error;
  } finally {
    lock.close();
  }
}

/** A release before let everybody read; a file of another user's stays as that one wants it. */
function keepPrivate(path: string): void {
  try {
    chmodSync(path, 0o600);
  } catch (error) {
    if (!['ENOENT', 'EPERM'].includes(codeOf(error))) throw error;
  }
}

/** Whom others have to wait for. A full disk is no reason not to start: the lock itself needs no room. */
function tellHolder(path: string): void {
  const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  try {
    writeFileSync(path, JSON.stringify(holder), { mode: 0o600 });
  } catch (error) {
    if (!['ENOSPC', 'EDQUOT'].includes(codeOf(error))) throw error;
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code);
