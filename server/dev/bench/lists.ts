import { join } from 'node:path';
import { readConfig } from '../../config';
import { createContext } from '../../context';
import { createLog } from '../../log';
import { openSession } from '../../installs/sessions';
import { quantile } from '../quantile';
import { fill } from './fill';
import { ACCOUNT, SECRET, startProcess } from './processes';
import type { Figure } from './figure';

const EVENTS = 1_000_000;
const CONTACTS = 200_000;
const ROUNDS = 40;

const PAGES = [
  '/events',
  '/events?status=failed',
  '/events?type=quote.accepted',
  '/events?contact=customer77777@example.com',
  '/audience',
  '/audience?status=unsubscribed',
  '/audience?query=customer1234',
  '/audience?query=nobody-has-this',
  '/workflows',
  '/emails',
];

/** How long the server takes for the console's lists when there is a lot to list. */
export async function measureLists(folder: string): Promise<Figure[]> {
  const url = `sqlite:${join(folder, 'lists.db')}`;
  await fill(url, { events: EVENTS, contacts: CONTACTS });
  const server = await startProcess('servers/tillpost.ts', [url, SECRET, ACCOUNT, 'receive-only']);
  const ctx = createContext(readConfig({ DATABASE_URL: url }), { log: createLog('error') });
  const session = await openSession(ctx, {
    tenant: { accountId: ACCOUNT, livemode: true },
    kind: 'full',
    previous: undefined,
  });
  await ctx.db.destroy();
  const figures: Figure[] = [];
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
    const at = (share: number) => `${quantile(times, share).toFixed(0)} ms`;
    figures.push({ name: page, value: at(0.5), note: `median; p95 ${at(0.95)}` });
  }
  await server.stop();
  return figures;
}
