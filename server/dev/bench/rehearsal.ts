import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Definition } from '../../../shared/workflow';
import { readConfig } from '../../config';
import { createContext, type Context } from '../../context';
import { migrate } from '../../db/migrate';
import { createLog } from '../../log';
import { rehearse } from '../../workflows/rehearsal/rehearse';
import { defineFromTemplate } from '../../workflows/templates';
import { openSuppressionKey } from '../../audience/suppression-key';
import { ENGINES, type Bench } from './bench';
import { insertConnectedAccount } from './connected-account';
import type { Figure } from './figure';
import { fillLog, type LoggedType } from './fill-log';
import { ACCOUNT } from './processes';

const EVENTS = 200_000;
const CUSTOMERS = 20_000;

interface Case {
  name: string;
  workflow: Definition;
  /** Of all events; left out: some of many. */
  type?: LoggedType;
}

const CASES: Case[] = [
  { name: 'one in five starts a run', workflow: defineFromTemplate('payment_failed') },
  { name: 'each starts a run', workflow: defineFromTemplate('payment_successful'), type: 'invoice.paid' },
];

/** A workflow rehearsed over the events of 90 days: how long it takes, and how long all else waits for it. */
export async function measureRehearsal(bench: Bench): Promise<Figure[]> {
  const events = bench.size(EVENTS);
  const figures: Figure[] = [];
  for (const engine of ENGINES)
    for (const { name, workflow, type } of CASES) {
      const url = await bench.newDatabase(engine);
      const ctx = createContext(readConfig({ DATABASE_URL: url }), { log: createLog('error') });
      await migrate(ctx.db);
      await openSuppressionKey(ctx);
      await insertConnectedAccount(ctx, ACCOUNT);
      await fillLog(ctx.db, { events, customers: bench.size(CUSTOMERS), ...(type ? { type } : {}) }, ctx.clock.now());
      const { seconds, cpuSeconds, longestMs, wouldStart } = await timeRehearsal(ctx, workflow);
      await ctx.db.destroy();
      await bench.dropDatabase(url);
      figures.push({
        name: `${engine}: ${events.toLocaleString('en')} events, ${name}`,
        value: `${seconds.toFixed(1)} s`,
        note: `CPU ${cpuSeconds.toFixed(1)} s; longest pause ${longestMs.toFixed(0)} ms; ${wouldStart.toLocaleString('en')} runs`,
      });
    }
  return figures;
}

/** CPU is this process's, without PostgreSQL's own. */
async function timeRehearsal(ctx: Context, definition: Definition) {
  const tenant = { accountId: ACCOUNT, livemode: true };
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let longestMs = 0;
  let last = performance.now();
  const turn = () => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
  };
  const started = performance.now();
  const cpu = process.cpuUsage();
  delay.enable();
  const timer = setInterval(turn, 1);
  const { would_start } = await rehearse(ctx, tenant, { definition, days: 90 }, new AbortController().signal);
  turn();
  clearInterval(timer);
  delay.disable();
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - started) / 1e3,
    cpuSeconds: (user + system) / 1e6,
    longestMs: Math.max(longestMs, delay.max / 1e6),
    wouldStart: would_start,
  };
}
