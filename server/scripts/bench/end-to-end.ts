import { join } from 'node:path';
import { median } from './ingest';
import { ACCOUNT, load, SECRET, startProcess } from './processes';
import { startPostgres } from './postgres';
import type { Figure } from './parts';

const ROUNDS = 3;
const EVENTS = 15_000;
const CONCURRENCY = 64;
const POSTGRES_PORT = 54_399;

/** Events per second from the first request until nothing is left to do. */
export async function throughput(databaseUrl: string, key: string): Promise<{ perSecond: number; rssMb: number }> {
  const server = await startProcess('servers/tillpost.ts', [databaseUrl, SECRET, ACCOUNT, 'worker']);
  await load(server.hello.port, { requests: 2_000, concurrency: CONCURRENCY, key: `warm${key}` });
  while (!(await server.report()).isDone);
  const loading = load(server.hello.port, { requests: EVENTS, concurrency: CONCURRENCY, key });
  const result = await loading;
  const received = performance.now();
  let report = await server.report();
  while (!report.isDone) report = await server.report();
  const seconds = EVENTS / result.perSecond + (performance.now() - received) / 1000;
  await server.stop();
  return { perSecond: EVENTS / seconds, rssMb: report.rssMb };
}

async function baseline(which: string, database: string): Promise<number> {
  const server = await startProcess('servers/baselines.ts', [which, SECRET, database]);
  await load(server.hello.port, { requests: 2_000, concurrency: CONCURRENCY, key: 'warm' });
  const { perSecond } = await load(server.hello.port, { requests: EVENTS, concurrency: CONCURRENCY, key: 'run' });
  await server.stop();
  return perSecond;
}

export async function measureEndToEnd(folder: string): Promise<Figure[]> {
  const own: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    own.push((await throughput(`sqlite:${join(folder, `e2e-${round}.db`)}`, `e2e${round}`)).perSecond);
    bare.push(await baseline('bare-express', ''));
  }
  return [
    { name: 'Tillpost', value: `${Math.round(median(own))}/s` },
    {
      name: 'bare Express, nothing stored',
      value: `${Math.round(median(bare))}/s`,
      ratio: `${(median(own) / median(bare)).toFixed(2)} ×`,
      note: 'Tillpost against it',
    },
  ];
}

export async function measurePostgres(): Promise<Figure[]> {
  const postgres = await startPostgres(POSTGRES_PORT);
  try {
    const own: number[] = [];
    const upserts: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      own.push((await throughput(await postgres.fresh(), `pg${round}`)).perSecond);
      upserts.push(await baseline('express-upsert', await postgres.fresh()));
    }
    return [
      { name: 'Tillpost', value: `${Math.round(median(own))}/s` },
      {
        name: 'Express, an upsert per event',
        value: `${Math.round(median(upserts))}/s`,
        ratio: `${(median(own) / median(upserts)).toFixed(2)} ×`,
        note: 'Tillpost against it',
      },
    ];
  } finally {
    await postgres.stop();
  }
}
