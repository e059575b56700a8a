/** The process as it is shipped: built code, started as `npm start` does. */
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readConfig } from '../../config';
import { createContext } from '../../context';
import { migrate } from '../../db/migrate';
import type { Db } from '../../db/schema';
import { createLog } from '../../log';
import { freePort } from '../free-port';
import { insertConnectedAccount } from './connected-account';
import { median } from '../quantile';
import type { Figure } from './figure';
import { ACCOUNT, load, SECRET, stopperOf } from './processes';

const EVENTS = 100_000;
const CONCURRENCY = 64;
const STARTS = 5;
const POLL_MS = 5;
const SETTLE_MS = 5_000;
const ROOT = join(__dirname, '../../..');

/** From starting Node until it is ready, and memory: idle, and after many events. */
export async function measureProcess(folder: string): Promise<Figure[]> {
  execFileSync('npm', ['run', 'build'], { cwd: ROOT, stdio: 'ignore' });
  const port = await freePort();
  const env = environment(`sqlite:${join(folder, 'process.db')}`, port);
  const db = await prepare(env);
  const starts: number[] = [];
  for (let n = 1; n < STARTS; n++) {
    const one = await start(env, port);
    starts.push(one.readyMs);
    await one.stop();
  }
  const server = await start(env, port);
  starts.push(server.readyMs);
  await wait(SETTLE_MS);
  const idleMb = server.residentMb();
  await load(port, { requests: EVENTS, concurrency: CONCURRENCY, key: 'memory' });
  while (await hasWork(db)) await wait(100);
  const loadedMb = server.residentMb();
  await server.stop();
  await db.destroy();
  return [
    { name: 'start to ready', value: `${Math.round(median(starts))} ms`, note: `Node included, median of ${STARTS}` },
    { name: 'resident memory, idle', value: `${Math.round(idleMb)} MB` },
    { name: `resident memory after ${EVENTS.toLocaleString('en')} events`, value: `${Math.round(loadedMb)} MB` },
  ];
}

const environment = (databaseUrl: string, port: number) => ({
  NODE_ENV: 'production',
  PORT: String(port),
  PUBLIC_URL: 'https://bench.example.com',
  ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  DATABASE_URL: databaseUrl,
  STRIPE_API_BASE: 'http://127.0.0.1:9',
  STRIPE_SECRET_KEY: 'sk_live_bench00000',
  STRIPE_AUTHORIZE_URL: 'http://127.0.0.1/',
  STRIPE_WEBHOOK_SECRET: SECRET,
  LOG_LEVEL: 'error',
});

async function prepare(env: Record<string, string>): Promise<Db> {
  const ctx = createContext(readConfig(env), { log: createLog('error') });
  await migrate(ctx.db);
  await insertConnectedAccount(ctx, ACCOUNT);
  return ctx.db;
}

async function start(env: Record<string, string>, port: number) {
  const started = performance.now();
  const child = spawn(process.execPath, ['build/server/main.js'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = stopperOf(child);
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error('the server ended before it was ready');
    await wait(POLL_MS);
  }
  return {
    readyMs: performance.now() - started,
    residentMb: () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)])) / 1024,
    stop,
  };
}

const isReady = (port: number) =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

const hasWork = async (db: Db) =>
  (await db.selectFrom('event').select('id').where('due_at', 'is not', null).limit(1).execute()).length > 0;
