/**
 * PostgreSQL only: what is asked for in one turn of the event loop, by functions that know nothing of each other, goes out
 * as one statement. There a round trip costs as much as reading or writing dozens of rows.
 */
import { CompiledQuery } from 'kysely';
import { createCache } from '../cache';
import type { Db } from './schema';

/** Begins a statement that a transaction doesn't wait for (postgres.ts). */
export const UNAWAITED = '/* unawaited */ ';

type Rows = Record<string, unknown>[];

interface Asked {
  /** Its parameters are $1, $2, … */
  text: string;
  parameters: readonly unknown[];
  resolve(rows: Rows): void;
  reject(error: unknown): void;
}

/** Rows of a select; may be one of several whose rows come in one result. */
export const readTogether = createJoin((texts) =>
  texts.map((text, part) => `select ${part} as part, to_json(t) as row from (${text}) t`).join(' union all '),
);

/**
 * A statement that returns nothing. No two of one turn may write to one row. In a transaction it isn't waited for: what it
 * is refused for is thrown by the next statement that is, at the latest by the commit.
 */
export const writeTogether = createJoin(
  (texts) => `with ${texts.map((text, part) => `w${part} as (${text})`).join()} select 1 where false`,
  UNAWAITED,
);

/** `prefix` of every statement. */
function createJoin(join: (texts: readonly string[]) => string, prefix = '') {
  const waiting = new WeakMap<Db, Asked[]>();
  const joined = createCache<string, string>(200);

  return (db: Db, text: string, parameters: readonly unknown[]): Promise<Rows> =>
    new Promise((resolve, reject) => {
      const asked = { text, parameters, resolve, reject };
      const others = waiting.get(db);
      if (others) others.push(asked);
      else {
        waiting.set(db, [asked]);
        process.nextTick(() => void send(db));
      }
    });

  async function send(db: Db): Promise<void> {
    const all = waiting.get(db) ?? [];
    waiting.delete(db);
    try {
      const parameters = all.flatMap((one) => one.parameters);
      const [only] = all;
      if (only && all.length === 1) return only.resolve(await run(db, prefix + only.text, parameters));
      const text = joined.remember(all.map((one) => one.text).join(';'), () => prefix + join(renumbered(all)));
      const rows = await run(db, text, parameters);
      all.forEach((one, part) =>
        one.resolve(rows.filter((row) => row.part === part).map(({ row }) => row as Rows[number])),
      );
    } catch (error) {
      for (const one of all) one.reject(error);
    }
  }
}

const run = async (db: Db, text: string, parameters: readonly unknown[]): Promise<Rows> =>
  (await db.executeQuery<Rows[number]>(CompiledQuery.raw(text, [...parameters]))).rows;

/** Each text's parameters follow those of the texts before it. */
function renumbered(all: readonly Asked[]): string[] {
  let before = 0;
  return all.map(({ text, parameters }) => {
    const offset = before;
    before += parameters.length;
    return text.replace(/\$(\d+)/g, (_all, n: string) => `$${Number(n) + offset}`);
  });
}
