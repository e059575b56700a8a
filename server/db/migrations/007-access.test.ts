import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as access from './007-access';

const DAY = 24 * 60 * 60_000;

/** Sessions as the release before wrote them: one used yesterday, and one that was used for three months. */
const ROWS = [
  `insert into session (id_hash, account_id, livemode, kind, created_at, expires_at) values
    ('new', 'acct_1', 1, 'full', ${100 * DAY}, ${131 * DAY}), ('old', 'acct_1', 1, 'full', ${20 * DAY}, ${131 * DAY})`,
  `insert into install (account_id, livemode, id, kind, status, connected_at) values ('acct_1', 1, 'ins_1', 'oauth', 'active', 1)`,
];

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    await first.up(db as unknown as Kysely<never>);
    for (const row of ROWS) await sql.raw(row).execute(db);
    await access.up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it('knows when sessions were used, and ends them 90 days after their sign-in', async () => {
    const sessions = await db.selectFrom('session').selectAll().orderBy('id_hash').execute();
    expect(sessions).toMatchObject([
      { id_hash: 'new', used_at: 101 * DAY, expires_at: 131 * DAY, browser: null },
      { id_hash: 'old', used_at: 101 * DAY, expires_at: 110 * DAY, browser: null },
    ]);
  });

  it('shuts nobody out by itself', async () =>
    expect(await db.selectFrom('install').selectAll().execute()).toMatchObject([
      { shut_out_at: null, missed_since: null },
    ]));
});
