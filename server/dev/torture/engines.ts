/** The databases under torture: what both have in common. */
import type { Dice } from './dice';
import { mountDisk, type Disk } from './disk';
import type { EngineName } from './options';
import { startPostgres } from './postgres-engine';
import { startSqlite } from './sqlite-engine';

export interface Engine {
  name: EngineName;
  url: string;
  /** How many Tillposts share it. */
  processes: number;
  /** Does one bad thing to the database; answers what, once it is over. */
  disturb(dice: Dice): Promise<string>;
  /** Somebody else keeps everyone from writing for so long. */
  hold(ms: number): Promise<void>;
  /** Starts it again if it ended by itself; resolves once it answers. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}

/** An engine whose troubles come one after the other: a server that is being restarted can't be restarted. */
export interface StagedEngine extends Engine {
  /** Null where no file system may be mounted. */
  disk: Disk | null;
  /** Waits for the trouble before to end. */
  inTurn<T>(trouble: () => Promise<T>): Promise<T>;
  end(keepsFiles: boolean): Promise<void>;
}

/** Room for an empty database with its log, and for what a round leaves behind. */
const BASE_MB = { sqlite: 64, postgres: 384 };
const MB_PER_ROUND = 32;

export async function startEngine(name: EngineName, folder: string, rounds: number): Promise<StagedEngine> {
  const disk = mountDisk(folder, BASE_MB[name] + rounds * MB_PER_ROUND);
  const engine = await (name === 'sqlite' ? startSqlite(folder) : startPostgres(folder));
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...engine,
    disk,
    inTurn(trouble) {
      const own = last.then(trouble);
      last = own.catch(() => undefined);
      return own;
    },
    async end(keepsFiles) {
      await engine.stop();
      disk?.unmount(keepsFiles);
    },
  };
}
