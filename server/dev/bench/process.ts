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
import type { Bench } from './bench';
import { insertConnectedAccount } from './connected-account';
import { median } from '../quantile';
import { compare, ratio, type Figure } from './figure';
import { ACCOUNT, load, SECRET, stopperOf } from './processes';

const EVENTS = 100_000;
/** The load generator makes its requests beforehand. */
const AT_ONCE = 20_000;
const STARTS = 5;
const POLL_MS = 5;
const SETTLE_MS = 5_000;
const ROOT = join(__dirname, '../../..');
const SERVER = ['build/server/main.js'];
const BARE = 'a bare Express that only answers';

/** What a process costs that only answers, started and watched in the same way. */
const BARE_EXPRESS = `require('express')().get('/readyz', (req, res) => res.send('ok')).listen(Number(process.env.PORT))`;

/** From starting Node until it is ready, and memory: idle, and after many events. */
export async function measureProcess(bench: Bench): Promise<Figure[]> {
  execFileSync('npm', ['run', 'build'], { cwd: ROOT, stdio: 'ignore' });
  const port = await freePort();
  const env = environment(await bench.newDatabase('SQLite'), port);
  const db = await prepare(env);
  const starts: number[] = [];
  const bareStarts: number[] = [];
  let bareMb = 0;
  for (let n = 0; n < STARTS; n++) {
    const bare = await start(['-e', BARE_EXPRESS], env, port);
    bareStarts.push(bare.readyMs);
    bareMb = bare.residentMb();
    await bare.stop();
    const one = await start(SERVER, env, port);
    starts.push(one.readyMs);
    await one.stop();
  }
  const server = await start(SERVER, env, port);
  await wait(SETTLE_MS);
  const idleMb = server.residentMb();
  const events = bench.size(EVENTS);
  for (let n = 0; n < EVENTS; n += AT_ONCE)
    await load({ port, requests: events / (EVENTS / AT_ONCE), connections: bench.options.connections, key: `at${n}` });
  while (await hasWork(db)) await wait(100);
  const loadedMb = server.residentMb();
  await server.stop();
  await db.destroy();
  return [
    { name: 'start to ready', value: `${Math.round(median(starts))} ms`, ...compare(starts, bareStarts, BARE) },
    {
      name: 'resident memory, idle',
      value: `${Math.round(idleMb)} MB`,
      ratio: ratio(idleMb, bareMb),
      note: BARE,
    },
    {
      name: `resident memory after ${events.toLocaleString('en')} events`,
      value: `${Math.round(loadedMb)} MB`,
      ratio: ratio(loadedMb, idleMb),
      note: 'idle',
    },
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

async function start(args: readonly string[], env: Record<string, string>, port: number) {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
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
