/** Servers and load generators as processes of their own, talked to by lines of JSON. */
import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { compile } from './compile';
import type { EventKind } from './event-body';

export const SECRET = 'whsec_bench000000000000';
export const ACCOUNT = 'acct_bench';

export interface Load {
  port: number;
  requests: number;
  connections: number;
  /** Part of every id: another one for each load of a database. */
  key: string;
  kind?: EventKind;
  /** Events are spread over them in turn. Left out: one. */
  accounts?: string[];
  /** Requests a second, whether or not earlier ones are answered. Left out: as fast as they are. */
  perSecond?: number;
}

export interface LoadResult {
  perSecond: number;
  /** Milliseconds until answered. */
  p50: number;
  p99: number;
  refused: number;
  /** Cores the generator itself used: near 1 it is the bottleneck. */
  generatorCpu: number;
}

interface Listening {
  port: number;
  readyMs?: number;
  rssMb?: number;
}

export interface ServerProcess<Hello = Listening> {
  child: ChildProcess;
  /** Its first line. */
  hello: Hello;
  /** How much of its work is done; baselines don't answer. */
  report(): Promise<{ isDone: boolean; rssMb: number; cpuMs: number }>;
  stop(): Promise<void>;
}

interface Where {
  /** The checkout the script is of. */
  root?: string;
  env?: NodeJS.ProcessEnv | undefined;
}

const OURS = resolve(__dirname, '../../..');

function run(script: string, args: string[], { root = OURS, env }: Where = {}) {
  const child = spawn(process.execPath, [compile(root, resolve(__dirname, script)), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: root,
    env: { ...process.env, ...env },
  });
  // A part that throws leaves none behind.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  return child;
}

const nextLine = (lines: Interface) =>
  new Promise<never>((resolve, reject) => {
    const ended = () => reject(new Error('the process ended before it answered'));
    lines.once('close', ended);
    lines.once('line', (line) => {
      lines.off('close', ended);
      resolve(JSON.parse(line) as never);
    });
  });

/** `script` is a path, or relative to this folder. */
export async function startProcess<Hello = Listening>(
  script: string,
  args: string[],
  where?: Where,
): Promise<ServerProcess<Hello>> {
  const child = run(script, args, where);
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

/** Answers, once all requests are made, what sends them. */
export async function prepareLoad(load: Load): Promise<() => Promise<LoadResult>> {
  const child = run('load.ts', [
    JSON.stringify({ accounts: [ACCOUNT], kind: 'invoice.paid', secret: SECRET, ...load }),
  ]);
  const lines = createInterface({ input: child.stdout });
  await nextLine(lines);
  return async () => {
    const result: Promise<LoadResult> = nextLine(lines);
    child.stdin.end('go\n');
    const { refused } = await result;
    if (refused > 0) throw new Error(`${refused} of ${load.requests} requests were refused`);
    return result;
  };
}

export const load = async (options: Load): Promise<LoadResult> => (await prepareLoad(options))();
