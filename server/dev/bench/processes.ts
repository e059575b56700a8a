/** Servers and load generators as processes of their own, talked to by lines of JSON. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

export interface LoadResult {
  perSecond: number;
  p50: number;
  p99: number;
  refused: number;
  /** Cores the generator itself used: near 1 it is the bottleneck. */
  generatorCpu: number;
}

export interface ServerProcess {
  child: ChildProcess;
  hello: { port: number; readyMs?: number; rssMb?: number };
  /** How much of its work is done; only Tillpost answers. */
  report(): Promise<{ isDone: boolean; rssMb: number; cpuMs: number }>;
  stop(): Promise<void>;
}

const run = (script: string, args: string[]) =>
  spawn(process.execPath, ['--import', 'tsx', join(__dirname, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });

const nextLine = (lines: Interface) =>
  new Promise<never>((resolve, reject) => {
    const ended = () => reject(new Error('the process ended before it answered'));
    lines.once('close', ended);
    lines.once('line', (line) => {
      lines.off('close', ended);
      resolve(JSON.parse(line) as never);
    });
  });

export async function startProcess(script: string, args: string[]): Promise<ServerProcess> {
  const child = run(script, args);
  const lines = createInterface({ input: child.stdout });
  return {
    child,
    hello: await nextLine(lines),
    report() {
      const answer = nextLine(lines);
      child.kill('SIGUSR2');
      return answer;
    },
    stop: stopperOf(child),
  };
}

/** Returns what ends the child in order, and waits for it. */
export function stopperOf(child: ChildProcess): () => Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return async () => {
    child.kill('SIGTERM');
    await ended;
  };
}

export async function load(
  port: number,
  { requests, concurrency, key }: { requests: number; concurrency: number; key: string },
): Promise<LoadResult> {
  const child = run('load.ts', [String(port), String(requests), String(concurrency), SECRET, ACCOUNT, key]);
  return nextLine(createInterface({ input: child.stdout }));
}

export const SECRET = 'whsec_bench000000000000';
export const ACCOUNT = 'acct_bench';
