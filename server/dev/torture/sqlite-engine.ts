/** SQLite under torture: a file that others want as well. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Sqlite } from '../../db/sqlite';
import type { Engine } from './engine';

export function startSqlite(folder: string): Engine {
  const file = join(folder, 'tillpost.db');
  mkdirSync(folder, { recursive: true });
  let files = 0;

  /** A backup perhaps, or somebody at a prompt. */
  async function hold(ms: number): Promise<void> {
    const other = new Sqlite(file);
    try {
      other.pragma('busy_timeout = 10000');
      other.exec('begin immediate');
      await wait(ms);
      other.exec('rollback');
    } finally {
      other.close();
    }
  }

  return {
    name: 'sqlite',
    url: `sqlite:${file}`,
    processes: 1,
    async disturb(dice) {
      await hold(dice.between(300, 1_500));
      await wait(500);
      return 'lock';
    },
    hold,
    newDatabase() {
      const fresh = join(folder, `fresh${++files}.db`);
      return Promise.resolve({ url: `sqlite:${fresh}`, isOpened: () => Promise.resolve(existsSync(fresh)) });
    },
    revive: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
}
