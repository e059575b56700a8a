import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import * as first from './001-first';
import * as outbox from './031-outbox';

it.each(ENGINES)('on %s an install of before wants to be told of nothing', async (engine) => {
  const db = openDatabase(await freshDatabase(engine));
  try {
    await first.up(db as unknown as Kysely<never>);
    await sql`insert into install (account_id, livemode, id, kind, status, connected_at)
      values ('acct_1', 1, 'ins_1', 'oauth', 'active', 1)`.execute(db);
    await outbox.up(db as unknown as Kysely<never>);
    expect(await db.selectFrom('install').select(['id', 'wants']).execute()).toEqual([{ id: 'ins_1', wants: null }]);
    const row = {
      account_id: 'acct_1',
      livemode: 1,
      seq: '1',
      type: 'contact.created',
      object_kind: 'contact',
    } as const;
    await db
      .insertInto('outbox')
      .values({ ...row, object_id: 'con_1', contact_id: null, details: '{}', at: 1, due_at: 1 })
      .execute();
    expect(await db.selectFrom('outbox').select(['seq', 'claims', 'attempts']).execute()).toEqual([
      { seq: '1', claims: 0, attempts: 0 },
    ]);
  } finally {
    await db.destroy();
  }
});
