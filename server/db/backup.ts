/** A copy of a SQLite file as it is at one moment, while a server goes on writing to it. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import { Sqlite } from './sqlite';
import { createFile } from './sqlite-file';

/** 40 MB at pages of 4 KB. */
const PAGES_AT_ONCE = 10_000;

/** Throws, leaving nothing, when the copy can't be made or isn't sound. `onProgress` hears the share that is done. */
export async function backUp(file: string, to: string, onProgress: (share: number) => void): Promise<void> {
  const part = `${to}.${process.pid}.part`;
  try {
    createFile(part);
    await copyTo(file, part, onProgress);
    examine(part);
    flush(part);
    renameSync(part, to);
    flush(dirname(to));
  } finally {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(part + end, { force: true });
  }
}

async function copyTo(file: string, part: string, onProgress: (share: number) => void): Promise<void> {
  const source = new Sqlite(file, { readonly: true });
  try {
    // The copy is of this transaction's moment. Without it SQLite begins anew whenever another process has written.
    source.exec('begin');
    source.prepare('select count(*) from sqlite_master').get();
    await source.backup(part, {
      progress({ totalPages, remainingPages }) {
        if (totalPages > 0) onProgress(1 - remainingPages / totalPages);
        return PAGES_AT_ONCE;
      },
    });
  } finally {
    source.close();
  }
}

/** And makes it one file, without a log beside it. */
function examine(part: string): void {
  const copy = new Sqlite(part);
  try {
    copy.pragma('journal_mode = delete');
    const found = faultsOf(copy);
    if (found !== 'ok') throw new Error(`the copy is not sound, and so may be the database: ${found}`);
  } finally {
    copy.close();
  }
}

const faultsOf = (copy: Database) => String(copy.pragma('integrity_check(1)', { simple: true }));

function flush(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
