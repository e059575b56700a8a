/**
 * Work on many rows, a part at a time: on SQLite a statement about hundreds of thousands would hold up the whole process.
 * The event loop turns in between, within a transaction as well.
 */
import { setImmediate as breathe } from 'node:timers/promises';

/** So many as fit into one statement. */
export const PART = 500;

export async function* parts<T>(rows: readonly T[], size = PART): AsyncGenerator<T[]> {
  for (let start = 0; start < rows.length; start += size) {
    if (start > 0) await breathe();
    yield rows.slice(start, start + size);
  }
}

/** Pages of at most PART rows, the last one shorter; `next` gets the last row of the page before. */
export async function* pages<R>(next: (last: R | undefined) => Promise<R[]>): AsyncGenerator<R[]> {
  for (let last: R | undefined; ;) {
    const rows = await next(last);
    if (rows.length > 0) yield rows;
    if (rows.length < PART) return;
    last = rows.at(-1);
    await breathe();
  }
}
