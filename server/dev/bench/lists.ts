import { readConfig } from '../../config';
import { createContext } from '../../context';
import { createLog } from '../../log';
import { openSession } from '../../installs/sessions';
import { ENGINES, type Bench, type Engine } from './bench';
import { cpuOf } from './cpu';
import { fill, WORKFLOW, type Past } from './fill';
import { ACCOUNT } from './processes';
import { startTillpost } from './programs';
import { ratio, type Figure } from './figure';

const EVENTS = 1_000_000;
const CONTACTS = 200_000;
/** Of no workflow; the runs have as many again. */
const EMAILS = 250_000;
const RUNS = 100_000;
/** A page of a list and some. */
const FEW = 100;
const ROUNDS = 20;

const FLOW = `/workflows/${WORKFLOW}`;
const PAGES = [
  '/',
  '/?days=7',
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
  '/audience?subscription_status=active',
  '/audience?mrr_in=usd',
  `/events/evt_past50`,
  '/workflows',
  '/workflows/new',
  FLOW,
  `${FLOW}/flow`,
  `${FLOW}/flow?span=90`,
  `${FLOW}/flow?span=all`,
  `${FLOW}/results`,
  `${FLOW}/results?span=all`,
  `${FLOW}/runs`,
  `${FLOW}/runs?past=wait1`,
  '/emails',
  '/emails?page=last',
  ...['failed', 'sent', 'queued'].map((status) => `/emails?status=${status}`),
  '/emails?kind=marketing',
  '/emails?kind=transactional&status=held',
  ...['delivered', 'bounced', 'complained', 'clicked', 'unsubscribed'].map((fate) => `/emails?fate=${fate}`),
  '/emails?fate=bounced&kind=marketing',
  '/emails?reason=refused',
  '/emails?contact=er777',
  '/emails?contact=example.com',
  `/emails?workflow=${WORKFLOW}`,
  `/emails?workflow=${WORKFLOW}&step=email2&fate=clicked`,
  '/recovery',
  '/recovery/invoices',
  '/events/replay',
  '/events/replay?type=quote.accepted',
  `${FLOW}/try`,
  `${FLOW}/try?search=er777`,
  `${FLOW}/runs?contact=er777`,
  '/workflows/notices',
];

/** How long the server takes for the console's pages when there is a lot to list and count: its own processor, and until it answers. */
export async function measureLists(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const engine of ENGINES) figures.push(...(await measureOn(bench, engine)));
  return figures;
}

async function measureOn(bench: Bench, engine: Engine): Promise<Figure[]> {
  const few = await timePages(bench, engine, { events: FEW, contacts: FEW, emails: FEW, runs: FEW });
  const many = await timePages(bench, engine, {
    events: bench.size(EVENTS),
    contacts: bench.size(CONTACTS),
    emails: bench.size(EMAILS),
    runs: bench.size(RUNS),
  });
  return PAGES.map((page, n) => {
    const [here, there] = [many[n], few[n]];
    return {
      name: `${engine} ${page}`,
      value: `${here?.cpu.toFixed(1)} ms`,
      ratio: ratio(here?.cpu ?? NaN, there?.cpu ?? NaN),
      note: `with ${FEW} of each; the first ${here?.first.toFixed(0)} ms${here?.database === undefined ? '' : `; PostgreSQL ${here.database.toFixed(0)} ms`}; answered in ${here?.answered.toFixed(0)} ms (the quickest)`,
    };
  });
}

/** Milliseconds of the server's processor for the first request, and the least of the others; until the quickest is answered. */
interface Times {
  first: number;
  cpu: number;
  /** Of PostgreSQL's own processes, on average. */
  database: number | undefined;
  answered: number;
}

async function timePages(bench: Bench, engine: Engine, rows: Past): Promise<Times[]> {
  const url = await bench.newDatabase(engine);
  await fill(url, rows);
  const server = await startTillpost(url, { mode: 'counting-anew' });
  const ctx = createContext(readConfig({ DATABASE_URL: url }), { log: createLog('error') });
  const session = await openSession(ctx, {
    tenant: { accountId: ACCOUNT, livemode: true },
    kind: 'full',
    previous: undefined,
  });
  await ctx.db.destroy();
  const all: Times[] = [];
  const postmaster = engine === 'PostgreSQL' ? await bench.postmaster() : undefined;
  const databaseMs = () => (postmaster === undefined ? undefined : cpuOf([postmaster]));
  for (const page of PAGES) {
    const times: number[] = [];
    const cpus: number[] = [];
    const before = databaseMs();
    for (let round = 0; round < ROUNDS; round++) {
      const { cpuMs } = await server.report();
      const started = performance.now();
      const response = await fetch(`http://127.0.0.1:${server.hello.port}${page}`, {
        headers: { Cookie: `tillpost_session=${session}` },
        redirect: 'manual',
      });
      await response.arrayBuffer();
      // With few rows there is no such place.
      if (![200, 400, 404].includes(response.status)) throw new Error(`${page} answered ${response.status}`);
      times.push(performance.now() - started);
      cpus.push((await server.report()).cpuMs - cpuMs);
    }
    const after = databaseMs();
    all.push({
      first: cpus[0] ?? NaN,
      cpu: Math.min(...cpus.slice(1)),
      database: before === undefined || after === undefined ? undefined : (after - before) / ROUNDS,
      answered: Math.min(...times),
    });
  }
  await server.stop();
  await bench.dropDatabase(url);
  return all;
}
