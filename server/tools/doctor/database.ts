/** Whether the database answers, has our tables, and lets us write. */
import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import { isMigrated } from '../../db/migrate';
import type { Db } from '../../db/schema';
import { redact } from '../../log';
import { fault, ok, type Finding } from './finding';

const CHECK = 'Database';
const FILE = /^sqlite:(?!:memory:)(.+)$/;

/** Looking must not make the file: as another user it would belong to the wrong one. */
export function findMissingFile(databaseUrl: string): Finding | undefined {
  const file = FILE.exec(databaseUrl)?.[1];
  if (!file || existsSync(file)) return undefined;
  return fault(CHECK, `${file} does not exist yet`, 'start the server once: it creates the file and its tables');
}

export async function examineDatabase(db: Db): Promise<Finding> {
  try {
    if (!(await isMigrated(db)))
      return fault(
        CHECK,
        'it answers, but misses tables',
        'start this version of the server once: it migrates at start',
      );
  } catch (error) {
    return fault(
      CHECK,
      `it does not answer: ${messageOf(error)}`,
      'look at DATABASE_URL, and whether the database runs',
    );
  }
  try {
    await writeAndUndo(db);
  } catch (error) {
    return fault(
      CHECK,
      `it can not be written: ${messageOf(error)}`,
      'look at its owner, its rights and the free space',
    );
  }
  return ok(CHECK, 'it answers, is migrated and can be written');
}

class Undo extends Error {}

/** A table, as migrations make them: rights to rows alone would not do for the next version. */
async function writeAndUndo(db: Db): Promise<void> {
  const work = db.transaction().execute(async (trx) => {
    await sql`create table tillpost_doctor (checked integer)`.execute(trx);
    throw new Undo();
  });
  await work.catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error;
  });
}

const messageOf = (error: unknown): string => {
  // Node gives an AggregateError without words when no address of a host takes the connection.
  const { message, code } = error as { message?: string; code?: string };
  return redact(message || code || String(error));
};
