/**
 * Copies every row of one database into another, a page and the note of it in one transaction: killed at any moment, it
 * goes on after the last page. What the source held is summed up while it is read; at the end the target is read whole.
 */
import { sql } from 'kysely';
import { insertNew } from '../../db/bulk';
import { isPostgres } from '../../db/engine';
import { createProgress, dropProgress, forgetProgress, readProgress, saveProgress } from '../../db/move-progress';
import type { Db } from '../../db/schema';
import type { Table } from '../../db/tables';
import { transact } from '../../db/transact';
import { ahead, keyOf, readPages, ROWS_AT_ONCE, type Key } from './pages';
import { addRows, isSameSum, NO_ROWS, sumText, type Sum } from './sum';

/** Both ends are migrated, and nobody else's until it is over. */
export interface Ends {
  source: Db;
  target: Db;
  tables: readonly Table[];
  /** Throws where others were let in meanwhile. */
  assertAlone: () => Promise<void>;
  /** Hears what is going on, in lines for a terminal. */
  say: (line: string) => void;
  /** Rows of a page; left out: as many as are quick. */
  atOnce?: number;
}

export interface Copied {
  table: string;
  rows: number;
  /** In hex. */
  sum: string;
}

/** How far a table is. */
interface Place extends Sum {
  last?: Key;
}

const SAY_EVERY_MS = 2_000;

/** Throws when the copy does not equal the source; nothing is given up then, and the target still counts as not moved. */
export async function copyAll(ends: Ends): Promise<Copied[]> {
  const { target, tables, say } = ends;
  await createProgress(target);
  let places = await readPlaces(target);
  if (places.size > 0) {
    say('Going on with a move that was interrupted; looking whether the source is still the same.');
    const changed = await findChanged(ends, places);
    if (changed.length > 0) {
      say(`The source has changed since (${changed.join(', ')}): beginning anew.`);
      await empty(ends);
      places = new Map();
    }
  }
  const copied = new Map<string, Sum>();
  for (const table of tables) copied.set(table.name, await copyTable(ends, table, places.get(table.name) ?? NO_ROWS));
  if (isPostgres(target)) await analyze(ends);
  say('Verifying the target.');
  await verify(ends, copied);
  await ends.assertAlone();
  await dropProgress(target);
  return [...copied].map(([table, sum]) => ({ table, rows: sum.rows, sum: sumText(sum) }));
}

async function readPlaces(target: Db): Promise<Map<string, Place>> {
  const progress = await readProgress(target);
  return new Map(
    [...progress].map(([table, { rows, sum, last_key }]) => [
      table,
      { rows, value: BigInt(`0x${sum}`), last: JSON.parse(last_key) as Key },
    ]),
  );
}

/** Tables of which other rows were copied than are there now: somebody worked on the source in between. */
async function findChanged({ source, tables, atOnce }: Ends, places: ReadonlyMap<string, Place>): Promise<string[]> {
  const changed: string[] = [];
  for (const table of tables) {
    const place = places.get(table.name);
    if (!place?.last) continue;
    let now = NO_ROWS;
    for await (const rows of readPages(source, table, { until: place.last, ...(atOnce ? { atOnce } : {}) }))
      now = addRows(now, rows);
    if (!isSameSum(now, place)) changed.push(table.name);
  }
  return changed;
}

/** Of what this move wrote, and there is nothing else. */
async function empty({ target, tables }: Ends): Promise<void> {
  await transact(target, async (trx) => {
    const names = tables.map(({ name }) => name);
    if (isPostgres(trx)) await sql`truncate ${sql.join(names.map((name) => sql.table(name)))}`.execute(trx);
    else for (const name of names.toReversed()) await sql`delete from ${sql.table(name)}`.execute(trx);
    await forgetProgress(trx);
  });
}

async function copyTable(ends: Ends, table: Table, from: Place): Promise<Sum> {
  const { source, target, say, atOnce = ROWS_AT_ONCE } = ends;
  const total = await countRows(source, table);
  let sum: Sum = from;
  let saidAt = performance.now();
  for await (const rows of ahead(readPages(source, table, { atOnce, ...(from.last ? { after: from.last } : {}) }))) {
    const key = keyOf(table, rows.at(-1));
    try {
      sum = addRows(sum, rows);
      await transact(target, async (trx) => {
        await insertNew(trx, table.name, rows as never);
        const { rows: count } = sum;
        await saveProgress(trx, {
          table_name: table.name,
          last_key: JSON.stringify(key),
          rows: count,
          sum: sumText(sum),
        });
      });
    } catch (error) {
      const first = keyOf(table, rows[0]);
      throw new Error(`${table.name}, rows ${first.join(' ')} to ${key.join(' ')}: ${(error as Error).message}`, {
        cause: error,
      });
    }
    if (performance.now() < saidAt + SAY_EVERY_MS) continue;
    saidAt = performance.now();
    say(`${table.name}: ${inWords(sum.rows)} of ${inWords(total)} rows`);
  }
  say(`${table.name}: ${inWords(sum.rows)} rows`);
  return sum;
}

/** Throws with every table that differs. */
async function verify({ target, tables, atOnce }: Ends, copied: ReadonlyMap<string, Sum>): Promise<void> {
  const faults: string[] = [];
  for (const table of tables) {
    const wanted = copied.get(table.name) ?? NO_ROWS;
    let found = NO_ROWS;
    for await (const rows of ahead(readPages(target, table, atOnce ? { atOnce } : {}))) found = addRows(found, rows);
    if (found.rows !== wanted.rows)
      faults.push(`${table.name} has ${inWords(found.rows)} rows instead of ${inWords(wanted.rows)}`);
    else if (!isSameSum(found, wanted)) faults.push(`${table.name} has rows with other values`);
  }
  if (faults.length > 0)
    throw new Error(
      `The target does not equal the source: ${faults.join('; ')}. Make a new, empty target and move again.`,
    );
}

/** Or PostgreSQL would plan for empty tables until it looks by itself. */
async function analyze({ target, tables }: Ends): Promise<void> {
  for (const { name } of tables) await sql`analyze ${sql.table(name)}`.execute(target);
}

export async function countRows(db: Db, { name }: Pick<Table, 'name'>): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(db);
  return Number(rows[0]?.count);
}

export const inWords = (count: number): string => count.toLocaleString('en-US');
