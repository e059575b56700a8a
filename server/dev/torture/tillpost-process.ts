/** One real Tillpost as a process of its own, to be killed, stopped and started again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CLOCK_OFFSET } from './clock';

const ENTRY = join(__dirname, '../../main.ts');
const SKEWED_CLOCK = join(__dirname, 'skewed-clock.ts');
/** Generous: a busy machine takes long to start one. */
const READY_MS = 180_000;
/** A stop may take 10 s by the server's own promise. */
const STOP_MS = 15_000;
const LOG_LINES = 400;
const LAST_WORDS = 12;

export interface TillpostProcess {
  port: number;
  isUp(): boolean;
  /** Resolves once it answers /readyz; should it end by itself, it is started again. */
  start(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** SIGTERM; what was wrong with how it ended, if anything. */
  stop(): Promise<string | undefined>;
  /** Makes its clock wrong by so much, from now on and after a start too. */
  setClock(offsetMs: number): void;
  /** Memory in use; 0 where the system doesn't tell. */
  residentMb(): number;
  /** What was wrong since the last time this was asked: it ended by itself. */
  takeFaults(): string[];
  /** The last lines it logged. */
  log(): readonly string[];
}

export const isAlive = (one: ChildProcess) => one.exitCode === null && one.signalCode === null;

const started = new Set<ChildProcess>();
// Whatever ends the torture, nothing of it lives on.
process.once('exit', () => started.forEach((one) => one.kill('SIGKILL')));

/** Just the process: it is not started again when it ends. */
export function spawnTillpost(env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', '--import', SKEWED_CLOCK, ENTRY], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

export function createProcess(port: number, env: Record<string, string>): TillpostProcess {
  let child: ChildProcess | undefined;
  let isReady = false;
  let clockOffset = 0;
  let starting: Promise<void> | undefined;
  let faults: string[] = [];
  let lines: string[] = [];

  function launch(): ChildProcess {
    const started = spawnTillpost({ ...env, [CLOCK_OFFSET]: String(clockOffset) });
    for (const stream of [started.stdout, started.stderr])
      stream?.on('data', (chunk: Buffer) => {
        lines = [...lines, ...chunk.toString('utf8').split('\n').filter(Boolean)].slice(-LOG_LINES);
      });
    started.once('exit', (code, signal) => {
      if (isReady) {
        faults.push([`port ${port}: ${signal ?? `code ${code}`}`, ...lines.slice(-LAST_WORDS)].join('\n      '));
        isReady = false;
        // As whoever runs it would.
        start().catch((error: unknown) => faults.push(String(error)));
      }
    });
    return started;
  }

  function start(): Promise<void> {
    starting ??= startAnew().finally(() => (starting = undefined));
    return starting;
  }

  /** While the database is away a start fails, and is tried again. */
  async function startAnew(): Promise<void> {
    const giveUpAt = performance.now() + READY_MS;
    while (performance.now() < giveUpAt) {
      const launched = launch();
      child = launched;
      while (isAlive(launched) && performance.now() < giveUpAt) {
        const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5_000) }).catch(
          () => undefined,
        );
        isReady = answer?.status === 200 && isAlive(launched);
        if (isReady) return;
        await wait(50);
      }
    }
    throw new Error(`the process on port ${port} was not ready within ${READY_MS / 1000} s`);
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM', patienceMs: number): Promise<ChildProcess | undefined> {
    const ending = child;
    if (!ending || !isAlive(ending)) return undefined;
    isReady = false;
    const ended = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
    ending.kill(signal);
    await Promise.race([ended, wait(patienceMs)]);
    return ending;
  }

  return {
    port,
    isUp: () => isReady,
    start,
    async kill() {
      await end('SIGKILL', STOP_MS);
    },
    async stop() {
      const ended = await end('SIGTERM', STOP_MS);
      if (!ended) return undefined;
      if (isAlive(ended)) {
        await end('SIGKILL', STOP_MS);
        return `SIGTERM did not end the process on port ${port} within ${STOP_MS / 1000} s`;
      }
      return ended.exitCode === 0 ? undefined : `after SIGTERM the process on port ${port} ended with an error`;
    },
    setClock(offsetMs) {
      clockOffset = offsetMs;
      // One that is just ending starts with it.
      if (child?.connected) child.send(offsetMs, () => undefined);
    },
    residentMb: () => readResidentMb(child?.pid),
    takeFaults() {
      const taken = faults;
      faults = [];
      return taken;
    },
    log: () => lines,
  };
}

function readResidentMb(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
