import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as access from './007-access';
import * as testSends from './015-test-sends';

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    await first.up(db as unknown as Kysely<never>);
    await access.up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it('goes on counting the test emails of the release before, and no others', async () => {
    const email = (id: string, isTest: number, at: number) =>
      sql`insert into email (account_id, livemode, id, kind, to_address, subject, status, message_id, is_test, created_at)
        values ('acct_1', 1, ${id}, 'transactional', 'a@example.com', '', 'sent', ${id}, ${isTest}, ${at})`.execute(db);
    await email('eml_1', 0, 1);
    await email('eml_2', 1, 2);
    await email('eml_3', 1, 3);
    await testSends.up(db as unknown as Kysely<never>);
    const sent = await db.selectFrom('test_send').selectAll().orderBy('sent_at').execute();
    const own = { account_id: 'acct_1', livemode: 1, address_mac: null };
    expect(sent).toEqual([
      { ...own, sent_at: 2, email_id: 'eml_2' },
      { ...own, sent_at: 3, email_id: 'eml_3' },
    ]);
  });
});
