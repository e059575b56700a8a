/** A move from one engine to the other: who may be moved where, and both databases held meanwhile. */
import { existsSync } from 'node:fs';
import { takeAlone } from '../../db/alone';
import { findUnknownMigrations, isMigrated, migrate } from '../../db/migrate';
import { isHalfMoved, readProgress } from '../../db/move-progress';
import { openDatabase } from '../../db/open';
import type { Db } from '../../db/schema';
import { findFile } from '../../db/sqlite-file';
import { readTables, type Table } from '../../db/tables';
import { redact } from '../../log';
import { messageOf } from '../doctor/database';
import { copyAll, countRows, inWords, type Copied, type Ends } from './copy';

type Side = '--from' | '--to';

interface Options extends Pick<Ends, 'say' | 'atOnce'> {
  from: string;
  to: string;
}

const FORM = 'must be sqlite:./path/to/file.db or postgres://user:password@host/database';

/** Throws with a sentence for people; a target is then as it was, or goes on from there at the next run. */
export async function moveDatabase({ from, to, ...options }: Options): Promise<Copied[]> {
  const kinds = [engineOf('--from', from), engineOf('--to', to)];
  if (kinds[0] === kinds[1])
    throw new Error(
      kinds[0] === 'sqlite'
        ? '--from and --to are both SQLite: `npm run backup` makes a copy of a SQLite file'
        : '--from and --to are both PostgreSQL: pg_dump and pg_restore move it',
    );
  const file = findFile(from);
  if (file !== undefined && !existsSync(file)) throw new Error(`--from: there is no file ${file}`);
  return holding('--from', from, async (source, assertSource) => {
    await examineSource(source);
    return holding('--to', to, async (target, assertTarget) => {
      await examineTarget(source, target);
      const tables = await sameTables(source, target);
      const assertAlone = async () => {
        await assertSource();
        await assertTarget();
      };
      return copyAll({ source, target, tables, assertAlone, ...options });
    });
  });
}

function engineOf(side: Side, url: string): 'sqlite' | 'postgres' {
  if (/^sqlite:.+/.test(url)) {
    if (findFile(url) === undefined) throw new Error(`${side}: a database in memory ends with its process; it ${FORM}`);
    return 'sqlite';
  }
  if (/^postgres(ql)?:\/\/./.test(url) && URL.canParse(url)) return 'postgres';
  throw new Error(`${side} ${FORM}`);
}

/** The database is nobody else's until `work` is over; errors of taking it say which side it is, without its password. */
async function holding<T>(
  side: Side,
  url: string,
  work: (db: Db, assertAlone: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const alone = await takeAlone(url).catch((error: unknown) => {
    throw new Error(`${side} ${redact(url)}: ${messageOf(error)}`, { cause: error });
  });
  const db = openDatabase(url, 'alone');
  try {
    return await work(db, async () => {
      if (!(await alone.isHeld()))
        throw new Error(
          `${side}: the connection that kept others away broke: run this again, it looks at all of it anew`,
        );
    });
  } finally {
    await db.destroy();
    await alone.release();
  }
}

async function examineSource(source: Db): Promise<void> {
  const tables = await readTables(source);
  if (!tables.some(({ name }) => name === 'event')) throw new Error('--from: this is no database of a Tillpost');
  await refuseNewer('--from', source);
  if (!(await isMigrated(source)))
    throw new Error('--from: of an older release; start this one on it once, stop it, then move');
  if (await isHalfMoved(source))
    throw new Error('--from: holds a part only, of a move into it that did not end: that one goes first');
}

/** Nothing is written before it is known that nothing is there but what an earlier run of this wrote. */
async function examineTarget(source: Db, target: Db): Promise<void> {
  const own = new Set((await readTables(source)).map(({ name }) => name));
  const there = await readTables(target);
  const strangers = there.filter(({ name }) => !own.has(name));
  if (strangers.length > 0)
    throw new Error(`--to: holds tables that are not Tillpost’s: ${namesOf(strangers).join(', ')}. It must be empty.`);
  const progress = await readProgress(target);
  const filled: string[] = [];
  for (const table of there) {
    const count = (await countRows(target, table)) - (progress.get(table.name)?.rows ?? 0);
    if (count !== 0) filled.push(`${table.name} (${inWords(count)})`);
  }
  if (filled.length > 0)
    throw new Error(`--to: holds rows that this move did not write: ${filled.join(', ')}. It must be empty.`);
  await refuseNewer('--to', target);
  await migrate(target);
}

async function refuseNewer(side: Side, db: Db): Promise<void> {
  const unknown = await findUnknownMigrations(db);
  if (unknown.length > 0) throw new Error(`${side}: of a newer release (${unknown.join(', ')}); move with that one`);
}

/** Both were migrated by the same release: that they differ after all would lose columns in silence. */
async function sameTables(source: Db, target: Db): Promise<Table[]> {
  const tables = await readTables(source);
  if (JSON.stringify(tables) !== JSON.stringify(await readTables(target)))
    throw new Error('--from and --to have other tables or columns, though of the same release');
  return tables;
}

const namesOf = (tables: readonly Table[]) => tables.map(({ name }) => name);
