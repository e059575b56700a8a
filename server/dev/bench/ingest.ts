import { join } from 'node:path';
import { median } from '../quantile';
import { ACCOUNT, load, SECRET, startProcess, type LoadResult } from './processes';
import type { Figure } from './figure';

const ROUNDS = 5;
const WARM_UP = 5_000;
const REQUESTS = 30_000;
const CONCURRENCY = 64;

const CONTENDERS = {
  'bare node:http, nothing stored': (_file: string) => ['servers/baselines.ts', 'bare-http', SECRET],
  'bare Express, nothing stored': (_file: string) => ['servers/baselines.ts', 'bare-express', SECRET],
  'Express, an insert per request': (file: string) => ['servers/baselines.ts', 'express-insert', SECRET, file],
  Tillpost: (file: string) => ['servers/tillpost.ts', `sqlite:${file}`, SECRET, ACCOUNT, 'receive-only'],
};

/** Contenders take turns, so that a noisy minute hits all of them. */
export async function measureIngest(folder: string): Promise<Figure[]> {
  const results = new Map<string, LoadResult[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, command] of Object.entries(CONTENDERS)) {
      const file = join(folder, `ingest-${round}-${name.replace(/\W+/g, '-')}.db`);
      const [script = '', ...args] = command(file);
      const server = await startProcess(script, args);
      await load(server.hello.port, { requests: WARM_UP, concurrency: CONCURRENCY, key: `warm${round}` });
      const result = await load(server.hello.port, {
        requests: REQUESTS,
        concurrency: CONCURRENCY,
        key: `run${round}`,
      });
      if (result.refused > 0) throw new Error(`${name} refused ${result.refused} requests`);
      results.set(name, [...(results.get(name) ?? []), result]);
      await server.stop();
    }
  }
  const rate = (name: string) => median((results.get(name) ?? []).map((result) => result.perSecond));
  const generator = Math.max(...[...results.values()].flat().map((result) => result.generatorCpu));
  const tillpost = rate('Tillpost');
  return [
    ...[...results.keys()].map((name) => ({
      name,
      value: `${Math.round(rate(name))}/s`,
      ...(name === 'Tillpost' ? {} : { ratio: `${(tillpost / rate(name)).toFixed(2)} ×`, note: 'Tillpost against it' }),
    })),
    {
      name: 'load generator',
      value: `${(generator * 100).toFixed(0)} %`,
      note: 'of a core at the most; the bottleneck when near 100 %',
    },
  ];
}
