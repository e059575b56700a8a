/** The databases under torture, each on a small disk of its own where that is permitted. */
import { mountDisk, type Disk } from './disk';
import type { Engine, EngineName } from './engine';
import { startPostgres } from './postgres-engine';
import { startSqlite } from './sqlite-engine';

/** An engine whose troubles come one after the other: a server that is being restarted can't be restarted. */
export interface StagedEngine extends Engine {
  /** Null where no file system may be mounted. */
  disk: Disk | null;
  /** Waits for the trouble before to end. */
  inTurn<T>(trouble: () => Promise<T>): Promise<T>;
  end(keepsFiles: boolean): Promise<void>;
}

/** Room for an empty database with its log. */
const BASE_MB = { sqlite: 64, postgres: 384 };

/** `diskMb`: room for what will be stored; null: as much as the machine has. */
export async function startEngine(name: EngineName, folder: string, diskMb: number | null): Promise<StagedEngine> {
  const disk = diskMb === null ? null : mountDisk(folder, BASE_MB[name] + diskMb);
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
