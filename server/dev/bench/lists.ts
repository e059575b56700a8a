import { readConfig } from '../../config';
import { createContext } from '../../context';
import { createLog } from '../../log';
import { openSession } from '../../installs/sessions';
import { median, quantile } from '../quantile';
import type { Bench } from './bench';
import { fill } from './fill';
import { ACCOUNT } from './processes';
import { startTillpost } from './programs';
import { ratio, type Figure } from './figure';

const EVENTS = 1_000_000;
const CONTACTS = 200_000;
const EMAILS = 100_000;
/** A page of a list and some. */
const FEW = 100;
const ROUNDS = 40;

const PAGES = [
  '/',
  '/?days=90',
  '/events',
  '/events?status=failed',
  '/events?type=quote.accepted',
  '/events?contact=customer77777@example.com',
  '/events?contact=er77777%40',
  '/events?contact=er777',
  '/events?contact=nobody-has-this',
  '/events?contact=example.com&type=quote.accepted',
  '/audience',
  '/audience?status=unsubscribed',
  '/audience?query=customer1234',
  '/audience?query=nobody-has-this',
  '/audience?query=77777%20customer',
  '/audience?query=cus_past777',
  '/workflows',
  '/emails',
];

/** How long the server takes for the console's lists when there is a lot to list. */
export async function measureLists(bench: Bench): Promise<Figure[]> {
  const few = await timePages(bench, { events: FEW, contacts: FEW, emails: FEW });
  const many = await timePages(bench, {
    events: bench.size(EVENTS),
    contacts: bench.size(CONTACTS),
    emails: bench.size(EMAILS),
  });
  return PAGES.map((page, n) => {
    const at = (share: number) => quantile(many[n] ?? [], share);
    return {
      name: page,
      value: `${at(0.5).toFixed(1)} ms`,
      ratio: ratio(at(0.5), median(few[n] ?? [])),
      note: `with ${FEW} events and contacts; p95 ${at(0.95).toFixed(0)} ms`,
    };
  });
}

/** Milliseconds each, page by page. */
async function timePages(bench: Bench, rows: Parameters<typeof fill>[1]): Promise<number[][]> {
  const url = await bench.newDatabase('SQLite');
  await fill(url, rows);
  const server = await startTillpost(url, { mode: 'receive-only' });
  const ctx = createContext(readConfig({ DATABASE_URL: url }), { log: createLog('error') });
  const session = await openSession(ctx, {
    tenant: { accountId: ACCOUNT, livemode: true },
    kind: 'full',
    previous: undefined,
  });
  await ctx.db.destroy();
  const all: number[][] = [];
  for (const page of PAGES) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now();
      const response = await fetch(`http://127.0.0.1:${server.hello.port}${page}`, {
        headers: { Cookie: `tillpost_session=${session}` },
        redirect: 'manual',
      });
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`${page} answered ${response.status}`);
      times.push(performance.now() - started);
    }
    all.push(times);
  }
  await server.stop();
  return all;
}
