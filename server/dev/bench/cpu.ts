/** CPU time of processes, as Linux tells it in /proc (proc_pid_stat(5)). */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** USER_HZ: 100 on every architecture that Node.js runs on. */
const MS_PER_TICK = 10;

interface ProcessTimes {
  pid: number;
  parent: number;
  /** Its own, and that of its children which have ended. */
  ms: number;
}

export const canReadCpu = (): boolean => existsSync('/proc/self/stat');

/** Milliseconds, user and system, of these processes and all below them so far; undefined where /proc is not there. */
export function cpuOf(roots: readonly number[]): number | undefined {
  if (!canReadCpu()) return undefined;
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readTimes(Number(name)) ?? []);
  const tree = new Set(roots);
  for (let size = 0; size < tree.size;) {
    size = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  return all.filter(({ pid }) => tree.has(pid)).reduce((sum, { ms }) => sum + ms, 0);
}

export const parentOf = (pid: number): number | undefined => readTimes(pid)?.parent;

/** Undefined when it has ended. */
function readTimes(pid: number): ProcessTimes | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name before it is in brackets, and may have some itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid, parent: Number(fields[1]), ms: ticks * MS_PER_TICK };
}
