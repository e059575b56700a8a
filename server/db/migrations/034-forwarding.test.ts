import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import * as first from './001-first';
import * as forwarding from './034-forwarding';

it.each(ENGINES)('on %s installs of the release before forward nothing, and a contact waits once', async (engine) => {
  const db = openDatabase(await freshDatabase(engine));
  try {
    await first.up(db as unknown as Kysely<never>);
    await sql`insert into install (account_id, livemode, id, kind, status, connected_at)
      values ('acct_1', 1, 'ins_1', 'oauth', 'active', 1)`.execute(db);
    await forwarding.up(db as unknown as Kysely<never>);
    expect(await db.selectFrom('install').select('id').execute()).toEqual([{ id: 'ins_1' }]);
    expect(await db.selectFrom('forwarding').selectAll().execute()).toEqual([]);
    const insert = (id: string, slot: string | null) =>
      sql`insert into forward (account_id, livemode, id, kind, object_id, slot, status, outcome, created_at)
        values ('acct_1', 1, ${id}, 'contact', 'con_1', ${slot}, 'waiting', '', 1)`.execute(db);
    await insert('fwd_1', 'con_1');
    await expect(insert('fwd_2', 'con_1')).rejects.toMatchObject({
      message: expect.stringMatching(/unique/i) as string,
    });
    await insert('fwd_3', null);
    await insert('fwd_4', null);
  } finally {
    await db.destroy();
  }
});
