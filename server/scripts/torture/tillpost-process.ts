/** One real Tillpost as a process of its own, to be killed, stopped and started again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const ENTRY = join(__dirname, '../../main.ts');
const READY_MS = 60_000;
/** A stop may take 10 s by the server's own promise; the rest is for the machine. */
const STOP_MS = 12_000;
const LOG_LINES = 400;

export interface TillpostProcess {
  port: number;
  isUp(): boolean;
  /** Resolves once it answers /readyz. */
  start(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** SIGTERM; what was wrong with how it ended, if anything. */
  stop(): Promise<string | undefined>;
  /** What was wrong since the last time this was asked: it ended by itself. */
  takeFaults(): string[];
  /** The last lines it logged. */
  log(): readonly string[];
}

export function createProcess(port: number, env: Record<string, string>): TillpostProcess {
  let child: ChildProcess | undefined;
  let isReady = false;
  let isEndExpected = false;
  let faults: string[] = [];
  let lines: string[] = [];

  function launch(): ChildProcess {
    const started = spawn(process.execPath, ['--import', 'tsx', ENTRY], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (chunk: Buffer) => {
        lines = [...lines, ...chunk.toString('utf8').split('\n').filter(Boolean)].slice(-LOG_LINES);
      });
    started.once('exit', (code, signal) => {
      isReady = false;
      if (!isEndExpected) faults.push(`the process on port ${port} ended by itself (${signal ?? `code ${code}`})`);
    });
    return started;
  }

  const isAlive = (one: ChildProcess) => one.exitCode === null && one.signalCode === null;

  async function end(signal: 'SIGKILL' | 'SIGTERM', patienceMs: number): Promise<ChildProcess | undefined> {
    const ending = child;
    if (!ending || !isAlive(ending)) return undefined;
    isEndExpected = true;
    isReady = false;
    const ended = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
    ending.kill(signal);
    await Promise.race([ended, wait(patienceMs)]);
    return ending;
  }

  return {
    port,
    isUp: () => isReady,
    async start() {
      isEndExpected = false;
      child = launch();
      const giveUpAt = performance.now() + READY_MS;
      while (isAlive(child)) {
        const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
        if (answer?.status === 200) break;
        if (performance.now() > giveUpAt) throw new Error(`Tillpost on port ${port} was not ready in ${READY_MS} ms`);
        await wait(50);
      }
      isReady = isAlive(child);
    },
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
    takeFaults() {
      const taken = faults;
      faults = [];
      return taken;
    },
    log: () => lines,
  };
}
