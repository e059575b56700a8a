import { join } from 'node:path';
import { startEmbeddedPostgres } from '../embedded-postgres';
import { median } from '../quantile';
import { ACCOUNT, load, SECRET, startProcess, type ServerProcess } from './processes';
import type { Figure } from './figure';

const ROUNDS = 5;
const WARM_UP = 5_000;
const EVENTS = 20_000;
const CONCURRENCY = 64;

/** Events per second from the first request until nothing is left to do, by one process or several on one database. */
export async function throughput(
  databaseUrl: string,
  key: string,
  { processes = 1 } = {},
): Promise<{ perSecond: number; rssMb: number }> {
  const servers: ServerProcess[] = [];
  for (let n = 0; n < processes; n++)
    servers.push(await startProcess('servers/tillpost.ts', [databaseUrl, SECRET, ACCOUNT, 'worker']));
  const loadAll = (requests: number, name: string) =>
    Promise.all(
      servers.map(({ hello }, n) =>
        load(hello.port, { requests: requests / processes, concurrency: CONCURRENCY / processes, key: `${name}p${n}` }),
      ),
    );
  const [first] = servers;
  if (!first) throw new Error('at least one process is needed');
  await loadAll(WARM_UP, `warm${key}`);
  while (!(await first.report()).isDone);
  const results = await loadAll(EVENTS, key);
  const received = performance.now();
  let report = await first.report();
  while (!report.isDone) report = await first.report();
  const seconds =
    Math.max(...results.map(({ perSecond }) => EVENTS / processes / perSecond)) + (performance.now() - received) / 1000;
  for (const server of servers) await server.stop();
  return { perSecond: EVENTS / seconds, rssMb: report.rssMb };
}

async function baseline(which: string, database: string): Promise<number> {
  const server = await startProcess('servers/baselines.ts', [which, SECRET, database]);
  await load(server.hello.port, { requests: WARM_UP, concurrency: CONCURRENCY, key: 'warm' });
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
  const postgres = await startEmbeddedPostgres();
  try {
    const own: number[] = [];
    const two: number[] = [];
    const upserts: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      own.push((await throughput(await postgres.createDatabase(`own_${round}`), `pg${round}`)).perSecond);
      two.push(
        (await throughput(await postgres.createDatabase(`two_${round}`), `two${round}`, { processes: 2 })).perSecond,
      );
      upserts.push(await baseline('express-upsert', await postgres.createDatabase(`upserts_${round}`)));
    }
    return [
      { name: 'Tillpost', value: `${Math.round(median(own))}/s` },
      {
        name: 'Tillpost, two processes',
        value: `${Math.round(median(two))}/s`,
        ratio: `${(median(two) / median(own)).toFixed(2)} ×`,
        note: 'against one; all share this machine’s cores',
      },
      {
        name: 'Express, an upsert per event',
        value: `${Math.round(median(upserts))}/s`,
        ratio: `${(median(own) / median(upserts)).toFixed(2)} ×`,
        note: 'Tillpost against it',
      },
    ];
  } finally {
    await postgres.remove();
  }
}
