import { createHash } from 'node:crypto';
import { readConfig } from '../config';
import { createContext } from '../context';
import { insertNew } from '../db/bulk';
import { flag } from '../db/columns';
import { migrate } from '../db/migrate';
import type { Db } from '../db/schema';
import { tenantColumns } from '../db/tenant';
import { transact } from '../db/transact';
import { createLog } from '../log';
import { ENGINES, migratedDatabase } from '../test/databases';
import { openSuppressionKey } from './suppression-key';
import { findSuppression, liftUnsubscribe, suppressAddress } from './suppressions';

const TENANT = { accountId: 'acct_1', livemode: true };
const [FIRST, SECOND, OTHER] = [1, 2, 3].map((n) => Buffer.alloc(32, n).toString('base64'));
const bare = (address: string) => createHash('sha256').update(address).digest('hex');

/** What the release before kept of an address. */
const old = (address: string, scope: 'all' | 'marketing', reason: string) => ({
  ...tenantColumns(TENANT),
  ...{ address_mac: bare(address), scope, reason, has_left: flag(scope === 'marketing'), created_at: 1 },
});

describe.each(ENGINES)('the hashes of suppressed addresses on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    const settings = readConfig({ DATABASE_URL: await migratedDatabase(engine) });
    db = createContext(settings, { log: createLog('silent') }).db;
    await migrate(db);
  });
  afterEach(() => db.destroy());

  /** A start with this ENCRYPTION_KEY, on the same database. */
  const start = (...keys: (string | undefined)[]) => {
    const settings = readConfig({ ENCRYPTION_KEY: keys.join() });
    return openSuppressionKey(createContext(settings, { db, log: createLog('silent') }));
  };
  const macs = async () =>
    (await db.selectFrom('suppression').select('address_mac').execute()).map((row) => row.address_mac);
  const find = (address: string) => findSuppression(db, TENANT, address);

  it('can not be told from trying addresses, and are found inside a transaction', async () => {
    await start(FIRST);
    await suppressAddress(db, TENANT, 'jenny@example.com', { scope: 'marketing', reason: 'unsubscribed', now: 1 });
    expect(await macs()).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
    expect(await transact(db, (trx) => findSuppression(trx, TENANT, 'jenny@example.com'))).toBeDefined();
    await liftUnsubscribe(db, TENANT, 'jenny@example.com');
    expect(await macs()).toEqual([]);
  });

  it('of the release before are keyed at the next start, all of them, and found', async () => {
    const people = Array.from({ length: 1_100 }, (_, n) => old(`p${n}@example.com`, 'marketing', 'unsubscribed'));
    const refused = old('gone@example.com', 'all', '550 5.1.1 <gone@example.com>: no such user');
    await db.transaction().execute((trx) => insertNew(trx, 'suppression', [...people, refused]));
    await start(FIRST);
    const keyed = await macs();
    expect(keyed).toHaveLength(1_101);
    expect(keyed.filter((mac) => mac.length === 64)).toEqual([]);
    expect(await find('p1099@example.com')).toMatchObject({ scope: 'marketing', hasLeft: true, at: 1 });
    expect(await find('gone@example.com')).toEqual({
      ...{ scope: 'all', reason: 'refused with 550 5.1.1', at: 1 },
      hasLeft: false,
    });
    await start(FIRST);
    expect((await macs()).sort()).toEqual(keyed.sort());
  });

  it('of an address that is known by now as well keep the wider scope, and that the owner had left', async () => {
    await start(FIRST);
    for (const address of ['a@example.com', 'b@example.com'])
      await suppressAddress(db, TENANT, address, {
        scope: address.startsWith('a') ? 'all' : 'marketing',
        reason: 'new',
        now: 2,
      });
    const before = [old('a@example.com', 'marketing', 'unsubscribed'), old('b@example.com', 'all', '550 gone')];
    await db.transaction().execute((trx) => insertNew(trx, 'suppression', before));
    await start(FIRST);
    expect(await macs()).toHaveLength(2);
    for (const address of ['a@example.com', 'b@example.com'])
      expect(await find(address)).toMatchObject({ scope: 'all', hasLeft: true });
  });

  it('outlive the rotation of ENCRYPTION_KEY, the old key taken away', async () => {
    await start(FIRST);
    await suppressAddress(db, TENANT, 'jenny@example.com', { scope: 'marketing', reason: 'unsubscribed', now: 1 });
    const before = await macs();
    await start(SECOND, FIRST);
    await start(SECOND);
    expect(await find('jenny@example.com')).toMatchObject({ scope: 'marketing' });
    expect(await macs()).toEqual(before);
  });

  it('are not passed over when ENCRYPTION_KEY is another: nothing starts', async () => {
    await start(FIRST);
    await expect(start(OTHER)).rejects.toThrow(/ENCRYPTION_KEY does not hold the key/);
  });

  it('have one key, however many processes start at once', async () => {
    await Promise.all([start(FIRST), start(FIRST), start(FIRST)]);
    expect(await db.selectFrom('sealed_key').select('name').execute()).toEqual([{ name: 'suppression' }]);
  });
});
