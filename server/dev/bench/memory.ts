import { setTimeout as wait } from 'node:timers/promises';
import { ENGINES, type Bench, type Engine } from './bench';
import { nameOf } from './contenders';
import { ratio, type Figure } from './figure';
import { load } from './processes';
import { programsOf, startTillpost, type Program } from './programs';

const EARLY = 100_000;
const LATE = 1_000_000;
/** The load generator makes its requests beforehand: 3 kB each. */
const AT_ONCE = 20_000;

/** Resident memory, through tsx: some 30 MB more than the built server has. */
export async function measureMemory(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const engine of ENGINES)
    for (const program of programsOf(bench.options)) figures.push(...(await measureOne(bench, engine, program)));
  return figures;
}

async function measureOne(bench: Bench, engine: Engine, program: Program): Promise<Figure[]> {
  const url = await bench.newDatabase(engine);
  const server = await startTillpost(url, { mode: 'worker' }, program);
  const [early, late] = [bench.size(EARLY), bench.size(LATE)];
  let sent = 0;
  const residentAfter = async (count: number): Promise<number> => {
    for (; sent < count; sent += AT_ONCE) {
      const requests = Math.min(AT_ONCE, count - sent);
      await load({ port: server.hello.port, requests, connections: bench.options.connections, key: `at${sent}` });
    }
    sent = count;
    let report = await server.report();
    for (; !report.isDone; report = await server.report()) await wait(50);
    return report.rssMb;
  };
  const name = nameOf(program, engine);
  const idle = server.hello.rssMb ?? NaN;
  const before = await residentAfter(early);
  const after = await residentAfter(late);
  await server.stop();
  await bench.dropDatabase(url);
  return [
    { name: `${name}: at the start`, value: `${Math.round(idle)} MB` },
    {
      name: `${name}: after ${early.toLocaleString('en')} events`,
      value: `${Math.round(before)} MB`,
      ratio: ratio(before, idle),
      note: 'the start',
    },
    {
      name: `${name}: after ${late.toLocaleString('en')} events`,
      value: `${Math.round(after)} MB`,
      ratio: ratio(after, before),
      note: `after ${early.toLocaleString('en')}`,
    },
  ];
}
