/** `npm run backup -- <file> [--overwrite]`: a sound copy of the SQLite file that DATABASE_URL names, also while a server runs. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readDatabaseUrl } from '../config';
import { backUp } from '../db/backup';
import { findFile } from '../db/sqlite-file';
import { findMissingFile, messageOf } from './doctor/database';

const USAGE = 'npm run backup -- <file> [--overwrite]';

async function main(): Promise<void> {
  const databaseUrl = readDatabaseUrl();
  const file = findFile(databaseUrl);
  if (file === undefined)
    throw new Error(
      databaseUrl.startsWith('sqlite:')
        ? 'DATABASE_URL is a database in memory, which only its own process can read.'
        : 'DATABASE_URL is PostgreSQL: back it up with pg_dump, or by its write-ahead log.',
    );
  const missing = findMissingFile(databaseUrl);
  if (missing) throw new Error(missing.says);
  const to = readTarget(file);
  let said = 0;
  await backUp(file, to, (share) => {
    if (share < said + 0.1) return;
    said = share;
    console.log(`${Math.floor(share * 100)}%`);
  });
  const megabytes = (statSync(to).size / 1e6).toFixed(1);
  console.log(
    `Wrote and checked ${to}: ${megabytes} MB. It is of use only with the ENCRYPTION_KEY: keep that elsewhere.`,
  );
}

/** The real path. Throws where a backup must not go. */
function readTarget(file: string): string {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { overwrite: { type: 'boolean' } } });
  const [given, ...more] = positionals;
  if (!given || more.length > 0) throw new Error(`Where to? One file, please.\n\n${USAGE}`);
  const folder = dirname(resolve(given));
  // Not made: it may be a disk that isn't mounted.
  if (!existsSync(folder)) throw new Error(`There is no folder ${folder}.`);
  const to = join(realpathSync(folder), basename(given));
  const database = realpathSync(file);
  const names = ['', '-wal', '-shm', '-journal', '.lock', '.lock.json'].map((end) => database + end);
  if (names.includes(existsSync(to) ? realpathSync(to) : to)) throw new Error(`${given} is the database itself.`);
  if (!existsSync(to)) return to;
  if (!values.overwrite) throw new Error(`${given} exists: choose another name, or add --overwrite.`);
  if (!statSync(to).isFile()) throw new Error(`${given} is not a file.`);
  return realpathSync(to);
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
