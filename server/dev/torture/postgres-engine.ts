/** PostgreSQL under torture: connections cut, restarts, crashes, tables that somebody else has locked. */
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../embedded-postgres';
import type { Dice } from './dice';
import type { Engine } from './engine';

const DATABASE = 'torture';
const ASK_AGAIN_MS = 100;
/** Its log must fit on the small disk. */
const SETTINGS = ['max_wal_size=128MB', 'min_wal_size=32MB'];

export async function startPostgres(folder: string): Promise<Engine> {
  const postgres = await startEmbeddedPostgres({ folder, settings: SETTINGS });
  const url = await postgres.createDatabase(DATABASE);
  let databases = 0;

  /** `work` may run several times. */
  async function withClient<T>(work: (client: Client) => Promise<T>, patience = 100): Promise<T> {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await work(client);
    } catch (error) {
      if (patience === 0) throw error;
      if (isGone(error)) await postgres.start().catch(() => undefined);
    } finally {
      await client.end().catch(() => undefined);
    }
    await wait(ASK_AGAIN_MS);
    return withClient(work, patience - 1);
  }
  const ask = <T>(sql: string) => withClient(async (client) => (await client.query(sql)).rows as T[]);

  const backends = (wanted: string) =>
    `from pg_stat_activity where datname = '${DATABASE}' and pid <> pg_backend_pid() and ${wanted}`;

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
    hold: (ms) =>
      withClient(async (client) => {
        await client.query('begin; lock table event in access exclusive mode');
        await wait(ms);
        await client.query('rollback');
      }),
    async newDatabase() {
      const name = `fresh${++databases}`;
      return {
        url: await postgres.createDatabase(name),
        isOpened: async () =>
          (await ask(`select 1 from pg_stat_activity where datname = '${name}' limit 1`)).length > 0,
      };
    },
    async revive() {
      await ask('select 1');
    },
    stop: () => postgres.stop(),
  };
}

/** Nobody listens any more: after a panic that it can't recover from, PostgreSQL ends, and has to be started. */
const isGone = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
