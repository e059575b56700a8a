import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as searchAndReplays from './024-search-and-replays';

/** More than one part of them. */
const MANY = 1_203;

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    await first.up(db as unknown as Kysely<never>);
    const names = Array.from(
      { length: MANY },
      (_, n) => sql`('acct_1', ${sql.lit(n % 2)}, ${`con_${n}`}, ${`${n}@example.com`}, ${`Zoë${n}`}, 'Öztürk', 0,
        'subscribed', 'Stripe', 1, 1)`,
    );
    const columns = sql`account_id, livemode, id, email, first_name, last_name, name_stamp, status, source, created_at,
      updated_at`;
    await sql`insert into contact (${columns}) values ${sql.join(names)}`.execute(db);
    await sql`insert into contact (${columns}) values ('acct_2', 1, 'con_1', 'plain@example.com', null, null, 0,
      'subscribed', 'Stripe', 1, 1)`.execute(db);
    await searchAndReplays.up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it('finds the contacts of the release before by folded names', async () => {
    const rows = await db.selectFrom('contact').select(['id', 'account_id', 'search_text']).execute();
    expect(rows).toHaveLength(MANY + 1);
    for (const { id, account_id, search_text } of rows) {
      const n = id.slice('con_'.length);
      expect(search_text).toBe(account_id === 'acct_2' ? 'plain@example.com' : `${n}@example.com zoe${n} ozturk`);
    }
  });

  it('knows of no replay before', async () => {
    expect(await db.selectFrom('event_replay').selectAll().execute()).toEqual([]);
  });
});
