import { ENGINES, freshDatabase } from '../test/databases';
import { insertNew } from './bulk';
import { createFairClaim } from './fair-claim';
import { migrate } from './migrate';
import { newId, timeOrderedId } from './new-id';
import { openDatabase } from './open';
import type { Db } from './schema';
import { tenantColumns } from './tenant';

const tenantOf = (accountId: string) => ({ accountId, livemode: true });
const BUSY = 'acct_busy';
const calm = (n: number) => `acct_calm${String(n).padStart(4, '0')}`;

describe.each(ENGINES)('claims on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    await migrate(db);
  });
  afterEach(() => db.destroy());

  const connect = (...accounts: string[]) =>
    insertNew(
      db,
      'install',
      accounts.map((account) => ({
        ...tenantColumns(tenantOf(account)),
        id: newId('ins', Date.now()),
        kind: 'oauth' as const,
        status: 'active' as const,
        connected_at: 1,
      })),
    );

  const receive = (account: string, events: number, due_at: number) =>
    insertNew(
      db,
      'event',
      Array.from({ length: events }, () => ({
        ...tenantColumns(tenantOf(account)),
        id: `evt_${timeOrderedId(Date.now())}`,
        seq: timeOrderedId(Date.now()),
        type: 'customer.created',
        created: 1,
        received_at: 1,
        status: 'pending' as const,
        outcome: '',
        due_at,
      })),
    );

  it('serves a small install soon, however much a large one has due before it', async () => {
    await connect(BUSY, calm(1), calm(2));
    await receive(BUSY, 600, 1);
    await receive(calm(1), 3, 2);
    await receive(calm(2), 3, 3);
    const claimNext = createFairClaim('event');
    const first = [await claimNext(db, { now: 9, limit: 20 }), await claimNext(db, { now: 9, limit: 20 })].flat();
    const served = first.filter(({ account_id }) => account_id !== BUSY);
    expect(served.map(({ account_id }) => account_id).sort()).toEqual([1, 1, 1, 2, 2, 2].map(calm));
    expect(first).toHaveLength(40);
  });

  it('takes the longest due first as long as it keeps up', async () => {
    await connect(BUSY, calm(1));
    await receive(calm(1), 2, 5);
    await receive(BUSY, 10, 6);
    const claimNext = createFairClaim('event');
    const claimed = await claimNext(db, { now: 9, limit: 20 });
    expect(claimed).toHaveLength(12);
    expect(await claimNext(db, { now: 9, limit: 20 })).toEqual([]);
  });

  it('goes round more installs than one claim can serve, each row given out once', async () => {
    const accounts = Array.from({ length: 600 }, (_, n) => calm(n));
    await connect(BUSY, ...accounts);
    await receive(BUSY, 900, 1);
    for (const account of accounts.filter((_, n) => n % 10 === 0)) await receive(account, 1, 2);
    const claimNext = createFairClaim('event');
    const claimed = [];
    for (let turn = 0; turn < 12; turn++) claimed.push(...(await claimNext(db, { now: 9, limit: 20 })));
    expect(claimed.filter(({ account_id }) => account_id !== BUSY)).toHaveLength(60);
    for (let turn = 0; turn < 12; turn++) claimed.push(...(await claimNext(db, { now: 9, limit: 200 })));
    expect(new Set(claimed.map(({ id }) => id)).size).toBe(960);
    expect(claimed).toHaveLength(960);
  });

  it('gives single places to installs in turn', async () => {
    await connect(BUSY, calm(1), calm(2));
    await receive(BUSY, 50, 1);
    await receive(calm(1), 5, 2);
    await receive(calm(2), 5, 3);
    const claimNext = createFairClaim('event');
    const order = [];
    for (let turn = 0; turn < 7; turn++)
      order.push(...(await claimNext(db, { now: 9, limit: 1 })).map(({ account_id }) => account_id));
    expect(order).toEqual([BUSY, BUSY, calm(1), calm(2), BUSY, calm(1), calm(2)]);
  });
});
