import { setTimeout as wait } from 'node:timers/promises';
import type { Bench } from './bench';
import type { Contender } from './contenders';
import { cpuOf } from './cpu';
import type { EventKind } from './event-body';
import { prepareLoad, type ServerProcess } from './processes';
import { accountsOf } from './programs';

const WARM_UP = 5_000;
const EVENTS = 20_000;
const POLL_MS = 5;

export interface Throughput {
  perSecond: number;
  /** Microseconds, user and system, of its own processes and PostgreSQL's; undefined where /proc is not there. */
  cpuPerEvent: number | undefined;
}

export interface HowMuch {
  /** Part of every id. */
  key: string;
  kind?: EventKind;
  accounts?: number;
  connections?: number;
  processes?: number;
  /** A database to use; left out: an empty one, dropped afterwards. */
  url?: string;
}

/** From the first request until nothing is left to do; throws when not every event was dealt with. */
export async function throughput(bench: Bench, contender: Contender, how: HowMuch): Promise<Throughput> {
  const { accounts = bench.options.accounts, processes = 1 } = how;
  const url = how.url ?? (await bench.newDatabase(contender.engine));
  const servers: ServerProcess[] = [];
  for (let n = 0; n < processes; n++) servers.push(await contender.start(url, accounts));
  const before = how.url ? await contender.count(url) : 0;
  const events = { warm: bench.size(WARM_UP), run: bench.size(EVENTS) };

  await loadAll('warm');
  if (contender.engine === 'PostgreSQL') await bench.checkpoint();
  const roots = await rootsOf(bench, contender, servers);
  const measured = await loadAll('run', roots);
  for (const server of servers) await server.stop();

  const missing = events.warm + events.run - ((await contender.count(url)) - before);
  if (missing !== 0) throw new Error(`${contender.name}: ${missing} events are not where they should be`);
  if (!how.url) await bench.dropDatabase(url);
  return measured;

  async function loadAll(phase: 'warm' | 'run', roots: number[] = []): Promise<Throughput> {
    const share = Math.floor(events[phase] / processes);
    events[phase] = share * processes;
    const loads = await Promise.all(
      servers.map(({ hello }, n) =>
        prepareLoad({
          port: hello.port,
          requests: share,
          connections: Math.ceil((how.connections ?? bench.options.connections) / processes),
          key: `${phase}${how.key}p${n}`,
          kind: how.kind ?? 'customer.created',
          accounts: accountsOf(accounts),
        }),
      ),
    );
    const cpu = cpuOf(roots);
    const started = performance.now();
    await Promise.all(loads.map((send) => send()));
    for (const server of servers) while (!(await contender.isDone(server))) await wait(POLL_MS);
    const seconds = (performance.now() - started) / 1e3;
    const cpuMs = (cpuOf(roots) ?? NaN) - (cpu ?? NaN);
    return {
      perSecond: events[phase] / seconds,
      cpuPerEvent: Number.isNaN(cpuMs) ? undefined : (cpuMs * 1e3) / events[phase],
    };
  }
}

async function rootsOf(bench: Bench, { engine }: Contender, servers: readonly ServerProcess[]): Promise<number[]> {
  const own = servers.map(({ child }) => child.pid ?? 0);
  const postmaster = engine === 'PostgreSQL' ? await bench.postmaster() : undefined;
  return postmaster ? [...own, postmaster] : own;
}
