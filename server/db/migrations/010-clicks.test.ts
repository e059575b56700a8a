import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as clicks from './010-clicks';

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    await first.up(db as unknown as Kysely<never>);
    await sql`insert into email (account_id, livemode, id, kind, to_address, subject, status, message_id, is_test, created_at)
      values ('acct_1', 1, 'eml_1', 'marketing', 'a@example.com', '', 'sent', '<m>', 0, 1)`.execute(db);
    await clicks.up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it('knows of no clicks in earlier emails, and of no earlier change of consent', async () => {
    expect(await db.selectFrom('email').selectAll().execute()).toMatchObject([{ id: 'eml_1', clicked_at: null }]);
    for (const table of ['email_click', 'consent_change'] as const)
      expect(await db.selectFrom(table).selectAll().execute()).toEqual([]);
  });

  it('keeps one row for each link of an email', async () => {
    const row = {
      account_id: 'acct_1',
      livemode: 1,
      email_id: 'eml_1',
      url_hash: 'h',
      url: 'https://a.example/',
    } as const;
    const insert = () => db.insertInto('email_click').values({ ...row, first_at: null, clicks: 0, automatic: 1 });
    await insert().execute();
    const message = expect.stringMatching(/unique/i) as string;
    await expect(insert().execute()).rejects.toMatchObject({ message });
  });
});
