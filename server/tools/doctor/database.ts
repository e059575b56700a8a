/** Whether the database answers, has our tables, and lets us write. */
import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import type { Context } from '../../context';
import { isMigrated } from '../../db/migrate';
import { isHalfMoved } from '../../db/move-progress';
import type { Db } from '../../db/schema';
import { findFile, findHolder } from '../../db/sqlite-file';
import { redact } from '../../log';
import { fault, ok, type Finding } from '../../finding';

const CHECK = 'Database';

/** Looking must not make the file: as another user it would belong to the wrong one. */
export function findMissingFile(databaseUrl: string): Finding | undefined {
  const file = findFile(databaseUrl);
  if (!file || existsSync(file)) return undefined;
  return fault(CHECK, `${file} does not exist yet`, 'start the server once: it creates the file and its tables');
}

export async function examineDatabase({ db, secrets: { databaseUrl } }: Context): Promise<Finding> {
  try {
    if (await isHalfMoved(db))
      return fault(CHECK, 'a move into it did not end', 'run the same `npm run move` again, it goes on where it was');
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
  const holder = findHolder(databaseUrl);
  return ok(CHECK, `it answers, is migrated and can be written${holder ? `; ${holder} runs on it` : ''}`);
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

export const messageOf = (error: unknown): string => {
  // Node gives an AggregateError without words when no address of a host takes the connection.
  const { message, code } = error as { message?: string; code?: string };
  return redact(message || code || String(error));
};
