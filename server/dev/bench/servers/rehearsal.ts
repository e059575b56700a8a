/**
 * Rehearses a workflow over a log it fills, and prints how long that took, and how long all else waited for it. Arguments:
 * database URL, name of the case, events, customers.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openSuppressionKey } from '../../../audience/suppression-key';
import { readConfig } from '../../../config';
import { createContext, type Context } from '../../../context';
import { migrate } from '../../../db/migrate';
import { createLog } from '../../../log';
import type { Definition } from '../../../../shared/workflow';
import { rehearse } from '../../../workflows/rehearsal/rehearse';
import { defineFromTemplate } from '../../../workflows/templates';
import { insertConnectedAccount } from '../connected-account';
import { fillLog } from '../fill-log';
import { ACCOUNT } from '../processes';
import type { CaseName, Took } from '../rehearsal';

const WORKFLOWS: Record<CaseName, Definition> = {
  mixed: defineFromTemplate('payment_failed'),
  each: defineFromTemplate('payment_successful'),
};

async function main(): Promise<void> {
  const [url = '', name, events, customers] = process.argv.slice(2) as [string, CaseName, string, string];
  const ctx = createContext(readConfig({ DATABASE_URL: url }), { log: createLog('error') });
  await migrate(ctx.db);
  await openSuppressionKey(ctx);
  await insertConnectedAccount(ctx, ACCOUNT);
  const log = { events: Number(events), customers: Number(customers) };
  await fillLog(ctx.db, name === 'each' ? { ...log, type: 'invoice.paid' } : log, ctx.clock.now());
  const took = await timeRehearsal(ctx, WORKFLOWS[name]);
  await ctx.db.destroy();
  console.log(JSON.stringify(took));
}

async function timeRehearsal(ctx: Context, definition: Definition): Promise<Took> {
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

void main();
