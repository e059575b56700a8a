import { ENGINES, type Bench, type Engine } from './bench';
import { tillpost } from './contenders';
import { fill } from './fill';
import { compare, rate, type Figure } from './figure';
import { programsOf } from './programs';
import { byRound, inRounds } from './rounds';
import { throughput } from './throughput';

const EVENTS = 5_000_000;
const CONTACTS = 500_000;

/** With millions of rows already there, against an empty database. Takes many minutes and some 10 GB of disk. */
export async function measureLarge(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const engine of ENGINES) figures.push(...(await measureOn(bench, engine)));
  return figures;
}

async function measureOn(bench: Bench, engine: Engine): Promise<Figure[]> {
  const [program] = programsOf(bench.options);
  if (!program) return [];
  const [events, contacts] = [bench.size(EVENTS), bench.size(CONTACTS)];
  const url = await bench.newDatabase(engine);
  await fill(url, { events, contacts, emails: 100 });
  const contenders = [{ name: 'large', url }, { name: 'empty' }];
  const results = await inRounds(bench, contenders, ({ name, ...database }, round) =>
    throughput(bench, tillpost(program, engine), { key: `${name}${round}`, ...database }),
  );
  await bench.dropDatabase(url);
  const rates = byRound(results, ({ perSecond }) => perSecond);
  return [
    { name: `${engine}, empty database`, value: rate(rates('empty')) },
    {
      name: `${engine}, ${events.toLocaleString('en')} events, ${contacts.toLocaleString('en')} contacts`,
      value: rate(rates('large')),
      ...compare(rates('large'), rates('empty'), 'the empty one'),
    },
  ];
}
