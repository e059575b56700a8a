import { join } from 'node:path';
import { throughput } from './end-to-end';
import { fill } from './fill';
import { median } from '../quantile';
import type { Figure } from './figure';

const EVENTS = 5_000_000;
const CONTACTS = 500_000;
const ROUNDS = 3;

/** End to end with millions of rows already there, against an empty database. Takes minutes and about 4 GB of disk. */
export async function measureLarge(folder: string): Promise<Figure[]> {
  const url = `sqlite:${join(folder, 'large.db')}`;
  await fill(url, { events: EVENTS, contacts: CONTACTS });
  const large: number[] = [];
  const empty: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    large.push((await throughput(url, `large${round}`)).perSecond);
    empty.push((await throughput(`sqlite:${join(folder, `empty-${round}.db`)}`, `empty${round}`)).perSecond);
  }
  return [
    { name: 'empty database', value: `${Math.round(median(empty))}/s` },
    {
      name: `${EVENTS.toLocaleString('en')} events, ${CONTACTS.toLocaleString('en')} contacts`,
      value: `${Math.round(median(large))}/s`,
      ratio: `${(median(large) / median(empty)).toFixed(2)} ×`,
      note: 'against the empty one',
    },
  ];
}
