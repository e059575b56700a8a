import type { Bench } from './bench';
import { againstOld, expressUpsert, PEER, peer, tillpost, tillposts, type Contender } from './contenders';
import { canReadCpu } from './cpu';
import { compare, rate, type Figure } from './figure';
import { median } from '../quantile';
import { programsOf } from './programs';
import { byRound, inRounds } from './rounds';
import { throughput, type HowMuch, type Throughput } from './throughput';

const MANY_ACCOUNTS = 40;
const CONNECTIONS = [16, 64, 256];

/** Tillpost on both engines and the peer; rates and CPU, each against the peer. */
export const measureEndToEnd = (bench: Bench) => againstPeer(bench, {});

export const measureAccounts = (bench: Bench) => againstPeer(bench, { accounts: MANY_ACCOUNTS });

export async function measureConnections(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const connections of CONNECTIONS)
    for (const figure of await againstPeer(bench, { connections }))
      figures.push({ ...figure, name: `${connections} connections: ${figure.name}` });
  return figures;
}

async function againstPeer(bench: Bench, how: Omit<HowMuch, 'key'>): Promise<Figure[]> {
  const contenders = [...tillposts(bench), peer];
  const results = await inRounds(bench, contenders, (contender, round) =>
    throughput(bench, contender, { ...how, key: `r${round}` }),
  );
  return [
    ...ratesOf(results),
    ...cpuFigures(results),
    ...againstOld(bench, 'events a second', ratesIn(results)),
    ...againstOld(bench, 'CPU', cpuIn(results)),
  ];
}

function ratesOf(results: Map<string, Throughput[]>): Figure[] {
  const rates = ratesIn(results);
  return [...results.keys()].map((name) => ({
    name,
    value: rate(rates(name)),
    ...(name === PEER ? {} : compare(rates(name), rates(PEER), 'the peer')),
  }));
}

function cpuFigures(results: Map<string, Throughput[]>): Figure[] {
  if (!canReadCpu()) return [{ name: 'CPU an event', value: 'not measured', note: 'there is no /proc here' }];
  const cpu = cpuIn(results);
  return [...results.keys()].map((name) => {
    return {
      name: `CPU an event: ${name}`,
      value: `${Math.round(median(cpu(name)))} µs`,
      ...(name === PEER ? {} : compare(cpu(name), cpu(PEER), 'the peer')),
    };
  });
}

const ratesIn = (results: Map<string, Throughput[]>) => byRound(results, ({ perSecond }) => perSecond);

/** Microseconds an event, of all its processes and PostgreSQL's. */
const cpuIn = (results: Map<string, Throughput[]>) => byRound(results, ({ cpuPerEvent }) => cpuPerEvent ?? NaN);

/** Invoices: two processes against one, and one against a server that upserts each. */
export async function measurePostgres(bench: Bench): Promise<Figure[]> {
  const [ours] = programsOf(bench.options);
  if (!ours) return [];
  const one = tillpost(ours, 'PostgreSQL');
  const two = { ...one, name: 'Tillpost, two processes', processes: 2 };
  const contenders: (Contender & { processes?: number })[] = [one, two, expressUpsert];
  const results = await inRounds(bench, contenders, (contender, round) =>
    throughput(bench, contender, { key: `r${round}`, kind: 'invoice.paid', processes: contender.processes ?? 1 }),
  );
  const rates = ratesIn(results);
  const upserts = rates(expressUpsert.name);
  return [
    { name: one.name, value: rate(rates(one.name)), ...compare(rates(one.name), upserts, 'an upsert per event') },
    {
      name: two.name,
      value: rate(rates(two.name)),
      ...compare(rates(two.name), rates(one.name), 'one process; all share this machine’s cores'),
    },
    { name: expressUpsert.name, value: rate(upserts) },
  ];
}
