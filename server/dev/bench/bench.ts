/** What all parts of one run share: its options, a folder, and one PostgreSQL that starts when it is first needed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres, type PostgresServer } from '../embedded-postgres';
import { parentOf } from './cpu';
import type { Options } from './options';

export const ENGINES = ['SQLite', 'PostgreSQL'] as const;
export type Engine = (typeof ENGINES)[number];

/** A run with `--quick` has one of so many. */
const QUICK_SHARE = 20;

export type Bench = ReturnType<typeof createBench>;

export function createBench(options: Options) {
  const folder = mkdtempSync(join(tmpdir(), 'tillpost-bench-'));
  let postgres: Promise<PostgresServer> | undefined;
  let databases = 0;
  const server = () => (postgres ??= startEmbeddedPostgres());
  const ask = async (query: string) => askPostgres(`${(await server()).url}/postgres`, query);

  return {
    options,
    /** For files that may go away afterwards. */
    folder,
    /** How many of something to do, made small by `--quick`. */
    size: (count: number) => (options.isQuick ? Math.ceil(count / QUICK_SHARE) : count),
    /** The URL of a new, empty database. */
    async newDatabase(engine: Engine): Promise<string> {
      const name = `bench_${++databases}`;
      return engine === 'SQLite' ? `sqlite:${join(folder, `${name}.db`)}` : (await server()).createDatabase(name);
    },
    /** So that nothing is still done for it while another one is measured. */
    async dropDatabase(url: string): Promise<void> {
      if (url.startsWith('postgres:')) await ask(`drop database ${new URL(url).pathname.slice(1)} with (force)`);
      else for (const end of ['', '-wal', '-shm']) rmSync(url.replace('sqlite:', '') + end, { force: true });
    },
    /** Writes out what was changed before, that nobody else pays for it. */
    checkpoint: () => ask('checkpoint'),
    /** The process above all of PostgreSQL's; undefined where /proc is not there. */
    async postmaster(): Promise<number | undefined> {
      // Of its children one that stays: the connection's own has ended by now.
      const [row] = await ask("select pid from pg_stat_activity where backend_type = 'checkpointer'");
      return parentOf(Number(row?.pid));
    },
    async close(): Promise<void> {
      await (await postgres)?.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function askPostgres(url: string, query: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(query)).rows;
  } finally {
    await client.end();
  }
}
