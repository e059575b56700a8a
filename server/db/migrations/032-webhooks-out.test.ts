import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import * as first from './001-first';
import * as webhooksOut from './032-webhooks-out';

it.each(ENGINES)('on %s an install of before has no endpoints and no troubles', async (engine) => {
  const db = openDatabase(await freshDatabase(engine));
  try {
    await first.up(db as unknown as Kysely<never>);
    await sql`insert into install (account_id, livemode, id, kind, status, connected_at)
      values ('acct_1', 1, 'ins_1', 'oauth', 'active', 1)`.execute(db);
    await webhooksOut.up(db as unknown as Kysely<never>);
    expect(await db.selectFrom('install').select(['id', 'troubles']).execute()).toEqual([
      { id: 'ins_1', troubles: null },
    ]);
    expect(await db.selectFrom('webhook_endpoint').selectAll().execute()).toEqual([]);
    expect(await db.selectFrom('webhook_delivery').selectAll().execute()).toEqual([]);
  } finally {
    await db.destroy();
  }
});
