import { readConfig } from '../../config';
import { createContext } from '../../context';
import { createLog } from '../../log';
import { openSession } from '../../installs/sessions';
import { median } from '../quantile';
import { ENGINES, type Bench, type Engine } from './bench';
import { fill } from './fill';
import { ACCOUNT } from './processes';
import { startTillpost } from './programs';
import { ratio, type Figure } from './figure';

const EVENTS = 1_000_000;
const CONTACTS = 200_000;
const EMAILS = 250_000;
/** A page of a list and some. */
const FEW = 100;
const ROUNDS = 20;

const PAGES = [
  '/',
  '/?days=90',
  '/events',
  '/events?page=last',
  '/events?starting_after=evt_past50',
  '/events?ending_before=evt_past50',
  '/events?status=failed',
  '/events?type=quote.accepted&status=ignored',
  '/events?type=quote.accepted',
  '/events?contact=customer77777@example.com',
  '/events?contact=er77777%40',
  '/events?contact=er777',
  '/events?contact=nobody-has-this',
  '/events?contact=example.com&type=quote.accepted',
  '/audience',
  '/audience?page=last',
  '/audience?ending_before=con_00000000000000000000000000000050',
  '/audience?status=unsubscribed',
  '/audience?status=unsubscribed&page=last',
  '/audience?user_group=none-has-this',
  '/audience?query=customer1234',
  '/audience?query=nobody-has-this',
  '/audience?query=77777%20customer',
  '/audience?query=cus_past777',
  '/workflows',
  '/emails',
  '/emails?page=last',
  '/emails?status=failed',
  '/emails?kind=marketing',
  '/emails?fate=bounced',
];

/** How long the server takes for the console's lists when there is a lot to list: its own processor, and until it answers. */
export async function measureLists(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const engine of ENGINES) figures.push(...(await measureOn(bench, engine)));
  return figures;
}

async function measureOn(bench: Bench, engine: Engine): Promise<Figure[]> {
  const few = await timePages(bench, engine, { events: FEW, contacts: FEW, emails: FEW });
  const many = await timePages(bench, engine, {
    events: bench.size(EVENTS),
    contacts: bench.size(CONTACTS),
    emails: bench.size(EMAILS),
  });
  return PAGES.map((page, n) => {
    const [here, there] = [many[n], few[n]];
    return {
      name: `${engine} ${page}`,
      value: `${here?.cpu.toFixed(1)} ms`,
      ratio: ratio(here?.cpu ?? NaN, there?.cpu ?? NaN),
      note: `with ${FEW} of each; the first ${here?.first.toFixed(0)} ms; answered in ${here?.answered.toFixed(0)} ms (median)`,
    };
  });
}

/** Milliseconds of the server's processor for the first request, and for the others on average; and until those are answered. */
interface Times {
  first: number;
  cpu: number;
  answered: number;
}

async function timePages(
  bench: Bench,
  engine: Engine,
  rows: { events: number; contacts: number; emails: number },
): Promise<Times[]> {
  const url = await bench.newDatabase(engine);
  await fill(url, rows);
  const server = await startTillpost(url, { mode: 'receive-only' });
  const ctx = createContext(readConfig({ DATABASE_URL: url }), { log: createLog('error') });
  const session = await openSession(ctx, {
    tenant: { accountId: ACCOUNT, livemode: true },
    kind: 'full',
    previous: undefined,
  });
  await ctx.db.destroy();
  const all: Times[] = [];
  for (const page of PAGES) {
    const times: number[] = [];
    let before = await server.report();
    let first = NaN;
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now();
      const response = await fetch(`http://127.0.0.1:${server.hello.port}${page}`, {
        headers: { Cookie: `tillpost_session=${session}` },
        redirect: 'manual',
      });
      await response.arrayBuffer();
      // With few rows there is no such place.
      if (response.status !== 200 && response.status !== 400) throw new Error(`${page} answered ${response.status}`);
      times.push(performance.now() - started);
      if (round > 0) continue;
      const now = await server.report();
      first = now.cpuMs - before.cpuMs;
      before = now;
    }
    const cpu = ((await server.report()).cpuMs - before.cpuMs) / (ROUNDS - 1);
    all.push({ first, cpu, answered: median(times) });
  }
  await server.stop();
  await bench.dropDatabase(url);
  return all;
}
