import { join } from 'node:path';
import type { Bench } from './bench';
import { compare, rate, type Figure } from './figure';
import { load, SECRET, startProcess, type LoadResult, type ServerProcess } from './processes';
import { programsOf, startTillpost } from './programs';
import { byRound, inRounds, newAgainstOld } from './rounds';

const WARM_UP = 5_000;
const REQUESTS = 30_000;

interface Receiver {
  name: string;
  /** `file` is for a database. */
  start(file: string): Promise<ServerProcess>;
  /** Left out: one. */
  share?: number;
}

const baseline = (which: string, file = '', env?: NodeJS.ProcessEnv) =>
  startProcess('servers/baselines.ts', [which, SECRET, file], { env });

/** Receiving only: nothing is done with what was stored. */
export async function measureIngest(bench: Bench): Promise<Figure[]> {
  return measureReceivers(bench, [
    { name: 'bare node:http, nothing stored', start: () => baseline('bare-http') },
    { name: 'bare Express, nothing stored', start: () => baseline('bare-express') },
    insertPerRequest(),
    ...tillposts(bench),
  ]);
}

export const insertPerRequest = (env?: NodeJS.ProcessEnv): Receiver => ({
  name: 'Express, an insert per request',
  start: (file) => baseline('express-insert', file, env),
});

export const tillposts = ({ options }: Bench, env?: NodeJS.ProcessEnv): Receiver[] =>
  programsOf(options).map((program) => ({
    name: program.name,
    start: (file) => startTillpost(`sqlite:${file}`, { mode: 'receive-only', ...(env ? { env } : {}) }, program),
  }));

export async function measureReceivers(bench: Bench, receivers: readonly Receiver[]): Promise<Figure[]> {
  const results = await inRounds(bench, receivers, async ({ name, start, share = 1 }, round): Promise<LoadResult> => {
    const server = await start(join(bench.folder, `ingest-${round}-${name.replace(/\W+/g, '-')}.db`));
    const send = (key: string, requests: number) =>
      load({
        port: server.hello.port,
        requests: Math.ceil(bench.size(requests) * share),
        connections: bench.options.connections,
        key: `${key}${round}`,
      });
    await send('warm', WARM_UP);
    const result = await send('run', REQUESTS);
    await server.stop();
    return result;
  });
  const rates = byRound(results, ({ perSecond }) => perSecond);
  const generator = Math.max(...[...results.values()].flat().map(({ generatorCpu }) => generatorCpu));
  return [
    ...[...results.keys()].map((name) => ({
      name,
      value: rate(rates(name)),
      ...(name.startsWith('Tillpost') ? {} : compare(rates('Tillpost'), rates(name), 'Tillpost against it')),
    })),
    ...newAgainstOld('requests a second', rates('Tillpost'), rates('Tillpost, old')),
    {
      name: 'load generator',
      value: `${(generator * 100).toFixed(0)} %`,
      note: 'of a core at the most; the bottleneck when near 100 %',
    },
  ];
}
