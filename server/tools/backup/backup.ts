/** A backup of the database that is asked for, unless it would harm something. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { backUp } from '../../db/backup';
import { findFile } from '../../db/sqlite-file';
import { findMissingFile } from '../doctor/database';

interface Asked {
  databaseUrl: string;
  to: string;
  overwrite: boolean;
}

/** Returns the file that was written, and its bytes. Throws with a sentence for people, having written nothing. */
export async function makeBackup(asked: Asked, say: (line: string) => void): Promise<{ file: string; bytes: number }> {
  const { databaseUrl } = asked;
  const database = findFile(databaseUrl);
  if (database === undefined)
    throw new Error(
      databaseUrl.startsWith('sqlite:')
        ? 'DATABASE_URL is a database in memory, which only its own process can read.'
        : 'DATABASE_URL is PostgreSQL: back it up with pg_dump, or by its write-ahead log.',
    );
  const missing = findMissingFile(databaseUrl);
  if (missing) throw new Error(missing.says);
  const file = examineTarget(database, asked);
  let said = 0;
  await backUp(database, file, (share) => {
    if (share < said + 0.1) return;
    said = share;
    say(`${Math.floor(share * 100)}%`);
  });
  return { file, bytes: statSync(file).size };
}

/** Its real path. */
function examineTarget(database: string, { to: given, overwrite }: Asked): string {
  const folder = dirname(resolve(given));
  // Not made: it may be a disk that isn't mounted.
  if (!existsSync(folder)) throw new Error(`There is no folder ${folder}.`);
  const to = existsSync(given) ? realpathSync(given) : join(realpathSync(folder), basename(given));
  const own = ['', '-wal', '-shm', '-journal', '.lock', '.lock.json'].map((end) => realpathSync(database) + end);
  if (own.includes(to)) throw new Error(`${given} is the database itself.`);
  if (!existsSync(to)) return to;
  if (!statSync(to).isFile()) throw new Error(`${given} is not a file.`);
  if (!overwrite) throw new Error(`${given} exists: choose another name, or add --overwrite.`);
  return to;
}
