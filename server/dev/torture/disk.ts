/** A small file system of its own for a database's files, so that its disk can be full without anybody else's being. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, statfsSync } from 'node:fs';

export interface Disk {
  /** Leaves no room beyond what is taken; to be repeated, as deleted files make room again. */
  fill(): void;
  /** Gives all the room back. */
  free(): void;
  /** Its files go with it, unless a copy is kept beside it. */
  unmount(keepsFiles: boolean): void;
}

const run = (command: string, args: string[]) => execFileSync(command, args, { stdio: 'ignore' });

/** Null where mounting is not permitted. It lies in memory and takes there what is stored, not its size. */
export function mountDisk(folder: string, megabytes: number): Disk | null {
  const whole = `size=${megabytes}m`;
  mkdirSync(folder, { recursive: true });
  try {
    run('mount', ['-t', 'tmpfs', '-o', `${whole},mode=755`, 'tmpfs', folder]);
  } catch {
    return null;
  }
  let isMounted = true;
  const unmount = () => {
    if (isMounted) run('umount', ['--lazy', folder]);
    isMounted = false;
  };
  process.once('exit', unmount);
  const resize = (size: string) => run('mount', ['-o', `remount,${size}`, folder]);
  return {
    fill() {
      const { blocks, bfree, bsize } = statfsSync(folder);
      try {
        resize(`size=${((blocks - bfree) * bsize) / 1024}k`);
      } catch {
        // Something was written in between: the size would be too small, and the next time comes soon.
      }
    },
    free: () => resize(whole),
    unmount(keepsFiles) {
      if (keepsFiles) cpSync(folder, `${folder}-kept`, { recursive: true });
      unmount();
    },
  };
}
