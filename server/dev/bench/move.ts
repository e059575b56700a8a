import { cpuUsage } from 'node:process';
import { migrate } from '../../db/migrate';
import { openDatabase } from '../../db/open';
import type { Copied } from '../../tools/move/copy';
import { moveDatabase } from '../../tools/move/move';
import { ENGINES, type Bench } from './bench';
import type { Figure } from './figure';
import { fillLog } from './fill-log';

const EVENTS = 1_000_000;
const CONTACTS = 100_000;

/** `npm run move` from SQLite to PostgreSQL and back, sums and verification included. Takes many minutes and some 10 GB of disk. */
export async function measureMove(bench: Bench): Promise<Figure[]> {
  const [sqlite, postgres] = ENGINES;
  const first = await bench.newDatabase(sqlite);
  const db = openDatabase(first);
  await migrate(db);
  await fillLog(db, { events: bench.size(EVENTS), customers: bench.size(CONTACTS) }, Date.now());
  await db.destroy();
  const there = await bench.newDatabase(postgres);
  const to = await timed(`${sqlite} to ${postgres}`, { from: first, to: there });
  await bench.dropDatabase(first);
  const last = await bench.newDatabase(sqlite);
  const back = await timed(`${postgres} back to ${sqlite}`, { from: there, to: last });
  for (const url of [there, last]) await bench.dropDatabase(url);
  if (sumsOf(to.copied) !== sumsOf(back.copied)) throw new Error('what came back has other sums than what went');
  return [to.figure, back.figure];
}

async function timed(name: string, ends: { from: string; to: string }): Promise<{ copied: Copied[]; figure: Figure }> {
  const before = cpuUsage();
  const started = performance.now();
  const copied = await moveDatabase({ ...ends, say: () => undefined });
  const seconds = (performance.now() - started) / 1e3;
  const { user, system } = cpuUsage(before);
  const rows = copied.reduce((all, one) => all + one.rows, 0);
  const note =
    `${rows.toLocaleString('en')} rows, ${Math.round(rows / seconds).toLocaleString('en')} a second; ` +
    `${((user + system) / 1e6).toFixed(1)} s of the move’s own processor; all verified`;
  return { copied, figure: { name, value: `${seconds.toFixed(1)} s`, note } };
}

const sumsOf = (copied: readonly Copied[]): string =>
  JSON.stringify(copied.map(({ table, sum }) => [table, sum]).sort());
