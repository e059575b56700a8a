import { insertNew } from '../../db/bulk';
import { readDue } from '../../db/claim';
import { createFairClaim } from '../../db/fair-claim';
import { migrate } from '../../db/migrate';
import { timeOrderedId } from '../../db/new-id';
import { openDatabase } from '../../db/open';
import type { Db } from '../../db/schema';
import { median } from '../quantile';
import { ENGINES, type Bench } from './bench';
import type { Figure } from './figure';

const INSTALLS = 10_000;
const WAITING_EACH = 10;
const DUE = 100_000;
const BATCH = 200;
const CLAIMS = 30;
const DAY_MS = 86_400_000;

/** What finding work costs with many installs, one of which has a great backlog, and how soon another is served. */
export async function measureClaims(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const engine of ENGINES) figures.push(...(await measureOn(engine, await bench.newDatabase(engine))));
  return figures;
}

const accountOf = (n: number) => `acct_${String(n).padStart(6, '0')}`;
const BUSY = accountOf(INSTALLS / 2);
const LAST = accountOf(INSTALLS - 1);

async function measureOn(engine: string, url: string): Promise<Figure[]> {
  const db = openDatabase(url);
  await migrate(db);
  const now = Date.now();
  await fill(db, now);
  const claimNext = createFairClaim('run');
  const claims: number[] = [];
  let servedAt = 0;
  for (let n = 1; n <= CLAIMS; n++) {
    const started = performance.now();
    const rows = await claimNext(db, { now, limit: BATCH });
    claims.push(performance.now() - started);
    if (rows.some(({ account_id }) => account_id === LAST)) servedAt ||= n;
  }
  const looks: number[] = [];
  for (let n = 0; n < CLAIMS; n++) {
    const started = performance.now();
    await readDue(db, now);
    looks.push(performance.now() - started);
  }
  await db.destroy();
  return [
    { name: `${engine}: a claim of ${BATCH} while one install is behind`, value: `${median(claims).toFixed(1)} ms` },
    { name: `${engine}: the last of all installs is served at claim`, value: servedAt ? `${servedAt}` : 'never' },
    { name: `${engine}: a look whether anything is due`, value: `${median(looks).toFixed(2)} ms` },
  ];
}

async function fill(db: Db, now: number): Promise<void> {
  const runs = (account_id: string, count: number, due_at: number) =>
    Array.from({ length: count }, () => ({
      account_id,
      livemode: 1 as const,
      id: `run_${timeOrderedId(Date.now())}`,
      workflow_id: 'wfl_1',
      contact_id: 'con_1',
      event_id: 'evt_1',
      run_key: timeOrderedId(Date.now()),
      status: 'running' as const,
      step_id: 'wait',
      due_at,
      started_at: now,
    }));
  const accounts = Array.from({ length: INSTALLS }, (_, n) => accountOf(n));
  await db.transaction().execute(async (trx) => {
    const install = { livemode: 1, kind: 'oauth', status: 'active', connected_at: now } as const;
    await insertNew(
      trx,
      'install',
      accounts.map((account_id, n) => ({ account_id, id: `ins_${n}`, ...install })),
    );
    for (const account of accounts) await insertNew(trx, 'run', runs(account, WAITING_EACH, now + DAY_MS));
    for (let n = 0; n < DUE; n += 1_000) await insertNew(trx, 'run', runs(BUSY, 1_000, now - 1_000));
    await insertNew(trx, 'run', runs(LAST, 1, now - 1));
  });
}
