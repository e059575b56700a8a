/** The databases under torture, and what can befall each of them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../embedded-postgres';
import type { Dice } from './dice';
import type { EngineName } from './options';

export interface Engine {
  name: EngineName;
  url: string;
  /** How many Tillposts share it. */
  processes: number;
  /** Does one bad thing to the database; answers what, once it is over. */
  disturb(dice: Dice): Promise<string>;
  stop(): Promise<void>;
}

/** Its troubles come one after the other: a server that is being restarted can't be restarted. */
export async function startEngine(name: EngineName, folder: string): Promise<Engine> {
  const engine = await (name === 'sqlite' ? startSqlite(folder) : startPostgres(folder));
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...engine,
    disturb(dice) {
      const own = last.then(() => engine.disturb(dice));
      last = own;
      return own;
    },
  };
}

async function startSqlite(folder: string): Promise<Engine> {
  const file = join(folder, 'tillpost.db');
  mkdirSync(folder, { recursive: true });
  return {
    name: 'sqlite',
    url: `sqlite:${file}`,
    processes: 1,
    /** Somebody else, a backup perhaps, holds the file's write lock for a while. */
    async disturb(dice) {
      const other = new Sqlite(file);
      try {
        other.pragma('busy_timeout = 10000');
        other.exec('begin immediate');
        await wait(dice.between(300, 1_500));
        other.exec('rollback');
        await wait(500);
      } finally {
        other.close();
      }
      return 'lock';
    },
    stop: () => Promise.resolve(),
  };
}

const DATABASE = 'torture';

async function startPostgres(folder: string): Promise<Engine> {
  const postgres = await startEmbeddedPostgres({ folder });
  const url = await postgres.createDatabase(DATABASE);

  /** Tries again while it recovers. */
  async function ask<T>(sql: string, patience = 100): Promise<T[]> {
    const client = new Client({ connectionString: `${postgres.url}/postgres` });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query(sql)).rows as T[];
    } catch (error) {
      if (patience === 0) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
    await wait(100);
    return ask(sql, patience - 1);
  }

  const backends = (wanted: string) => `from pg_stat_activity where datname = '${DATABASE}' and ${wanted}`;

  const troubles: Record<string, (dice: Dice) => Promise<void>> = {
    async 'connections ended'() {
      await ask(`select pg_terminate_backend(pid) ${backends('true')}`);
    },
    async 'connections ended in transactions'() {
      for (let times = 0; times < 5; times++) {
        await ask(`select pg_terminate_backend(pid) ${backends("state <> 'idle'")}`);
        await wait(100);
      }
    },
    async restart(dice) {
      await postgres.stop();
      await wait(dice.between(0, 2_000));
      await postgres.start();
    },
    /** When one of its own processes is killed, PostgreSQL throws everybody out and recovers as after a crash. */
    async crash() {
      const [victim] = await ask<{ pid: number }>(`select pid ${backends('true')} limit 1`);
      if (victim) process.kill(victim.pid, 'SIGKILL');
      await ask('select 1');
    },
  };

  return {
    name: 'postgres',
    url,
    processes: 3,
    async disturb(dice) {
      const name = dice.pick(Object.keys(troubles));
      await troubles[name]?.(dice);
      return name;
    },
    stop: () => postgres.stop(),
  };
}
