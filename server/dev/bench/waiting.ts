import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase } from '../../db/open';
import { migrate } from '../../db/migrate';
import { timeOrderedId } from '../../db/new-id';
import { insertNew } from '../../db/bulk';
import type { Bench } from './bench';
import { ACCOUNT } from './processes';
import { startTillpost } from './programs';
import { ratio, type Figure } from './figure';

const RUNS = 100_000;
/** Starting, and asking Stripe for what was missed, is not idling. */
const SETTLE_MS = 10_000;
const IDLE_MS = 20_000;
const DAY_MS = 86_400_000;

/** What the loop costs while many runs wait and none is due, and while there is none at all. */
export async function measureWaiting(bench: Bench): Promise<Figure[]> {
  const idle = await shareOf(await bench.newDatabase('SQLite'));
  const url = await bench.newDatabase('SQLite');
  await fillRuns(url);
  const waiting = await shareOf(url);
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  return [
    { name: 'no runs', value: percent(idle), note: 'of one core, over twenty seconds' },
    {
      name: `${RUNS.toLocaleString('en')} waiting runs, none due`,
      value: percent(waiting),
      ratio: ratio(waiting, idle),
      note: 'no runs',
    },
  ];
}

/** Of one core. */
async function shareOf(url: string): Promise<number> {
  const server = await startTillpost(url, { mode: 'worker' });
  await wait(SETTLE_MS);
  const before = await server.report();
  await wait(IDLE_MS);
  const after = await server.report();
  await server.stop();
  return (after.cpuMs - before.cpuMs) / IDLE_MS;
}

async function fillRuns(url: string): Promise<void> {
  const db = openDatabase(url);
  await migrate(db);
  const now = Date.now();
  const tenant = { account_id: ACCOUNT, livemode: 1 as const };
  for (let start = 0; start < RUNS; start += 10_000) {
    const rows = Array.from({ length: 10_000 }, (_, i) => ({
      ...tenant,
      id: `run_${timeOrderedId(Date.now())}`,
      workflow_id: 'wfl_1',
      contact_id: `con_${start + i}`,
      event_id: `evt_${start + i}`,
      run_key: `key_${start + i}`,
      status: 'running' as const,
      step_id: 'wait',
      due_at: now + DAY_MS + start + i,
      started_at: now,
    }));
    await db.transaction().execute((trx) => insertNew(trx, 'run', rows));
  }
  await db.destroy();
}
