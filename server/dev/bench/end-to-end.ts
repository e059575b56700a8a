import { expressUpsert, nameOf, PEER, peer, tillpost, tillposts, type Contender } from './contenders';
import { ENGINES, type Bench } from './bench';
import { canReadCpu } from './cpu';
import { compare, rate, type Figure } from './figure';
import { median } from '../quantile';
import { programsOf } from './programs';
import { inRounds, newAgainstOld } from './rounds';
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
  const accounts = how.accounts ?? bench.options.accounts;
  const contenders = [...ENGINES.flatMap((engine) => tillposts(bench, engine, accounts)), peer];
  const results = await inRounds(bench, contenders, (contender, round) =>
    throughput(bench, contender, { ...how, key: `r${round}` }),
  );
  const rates = (name: string) => results.get(name)?.map(({ perSecond }) => perSecond);
  return [
    ...ratesOf(results),
    ...cpuFigures(results),
    ...ENGINES.flatMap((engine) => {
      const [ours, old] = programsOf(bench.options).map((program) => nameOf(program, engine));
      return [
        ...newAgainstOld(`events a second, ${engine}`, rates(ours ?? ''), rates(old ?? '')),
        ...newAgainstOld(`CPU, ${engine}`, cpuIn(results, ours ?? ''), cpuIn(results, old ?? '')),
      ];
    }),
  ];
}

function ratesOf(results: Map<string, Throughput[]>): Figure[] {
  const rates = (name: string) => (results.get(name) ?? []).map(({ perSecond }) => perSecond);
  return [...results.keys()].map((name) => ({
    name,
    value: rate(rates(name)),
    ...(name === PEER ? {} : compare(rates(name), rates(PEER), 'the peer')),
  }));
}

function cpuFigures(results: Map<string, Throughput[]>): Figure[] {
  if (!canReadCpu()) return [{ name: 'CPU an event', value: 'not measured', note: 'there is no /proc here' }];
  return [...results.keys()].map((name) => {
    const cpu = cpuIn(results, name) ?? [];
    return {
      name: `CPU an event: ${name}`,
      value: `${Math.round(median(cpu))} µs`,
      ...(name === PEER ? {} : compare(cpu, cpuIn(results, PEER) ?? [], 'the peer')),
    };
  });
}

/** Microseconds an event, of all its processes and PostgreSQL's. */
const cpuIn = (results: Map<string, Throughput[]>, name: string): number[] | undefined =>
  results.get(name)?.map(({ cpuPerEvent }) => cpuPerEvent ?? NaN);

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
  const rates = (name: string) => (results.get(name) ?? []).map(({ perSecond }) => perSecond);
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
