/** Who is measured until every outcome is committed: each starts on an empty database and takes events at one address. */
import { Sqlite } from '../../db/sqlite';
import { askPostgres, ENGINES, type Bench, type Engine } from './bench';
import type { Figure } from './figure';
import { PEER_ROWS, startPeer } from './peer';
import { SECRET, startProcess, type ServerProcess } from './processes';
import { programsOf, startTillpost, type Program } from './programs';
import { newAgainstOld } from './rounds';

export interface Contender {
  name: string;
  engine: Engine;
  start(url: string, accounts: number): Promise<ServerProcess>;
  isDone(server: ServerProcess): Promise<boolean>;
  /** How many events it has dealt with. */
  count(url: string): Promise<number>;
}

export const PEER = 'stripe-sync-engine behind Fastify';

/** Its outcome is committed before it answers. */
const atOnce = () => Promise.resolve(true);

export const peer: Contender = {
  name: PEER,
  engine: 'PostgreSQL',
  start: (url) => startPeer(url),
  isDone: atOnce,
  count: (url) => countIn(url, PEER_ROWS),
};

export const expressUpsert: Contender = {
  name: 'Express, an upsert per event',
  engine: 'PostgreSQL',
  start: (url) => startProcess('servers/baselines.ts', ['express-upsert', SECRET, url]),
  isDone: atOnce,
  count: (url) => countIn(url, 'select count(*) as count from synced_invoice'),
};

export const nameOf = (program: Program, engine: Engine) => `${program.name}, ${engine}`;

export const tillpost = (program: Program, engine: Engine): Contender => ({
  name: nameOf(program, engine),
  engine,
  start: (url, accounts) => startTillpost(url, { mode: 'worker', accounts }, program),
  isDone: async (server) => (await server.report()).isDone,
  count: (url) => countIn(url, `select count(*) as count from event where status = 'processed'`),
});

export const tillposts = ({ options }: Bench): Contender[] =>
  ENGINES.flatMap((engine) => programsOf(options).map((program) => tillpost(program, engine)));

/** What this checkout has against the other one on each engine, of the values that `valuesOf` gives by name. */
export const againstOld = ({ options }: Bench, what: string, valuesOf: (name?: string) => number[]): Figure[] =>
  ENGINES.flatMap((engine) => {
    const [own, old] = programsOf(options).map((program) => nameOf(program, engine));
    return newAgainstOld(`${what}, ${engine}`, valuesOf(own), valuesOf(old));
  });

async function countIn(url: string, query: string): Promise<number> {
  if (url.startsWith('postgres:')) return Number((await askPostgres(url, query))[0]?.count);
  const sqlite = new Sqlite(url.replace('sqlite:', ''), { readonly: true });
  const row = sqlite.prepare(query).get() as { count: number };
  sqlite.close();
  return row.count;
}
