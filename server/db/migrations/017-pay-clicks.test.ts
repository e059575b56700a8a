import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import * as first from './001-first';
import * as payClicks from './017-pay-clicks';

it.each(ENGINES)('knows of nobody who paid by earlier emails on %s', async (engine) => {
  const db = openDatabase(await freshDatabase(engine));
  try {
    await first.up(db as unknown as Kysely<never>);
    await sql`insert into email (account_id, livemode, id, kind, to_address, subject, status, message_id, is_test, created_at)
      values ('acct_1', 1, 'eml_1', 'transactional', 'a@example.com', '', 'sent', '<m>', 0, 1)`.execute(db);
    await payClicks.up(db as unknown as Kysely<never>);
    expect(await db.selectFrom('email').select(['id', 'pay_clicked_at']).execute()).toEqual([
      { id: 'eml_1', pay_clicked_at: null },
    ]);
  } finally {
    await db.destroy();
  }
});
