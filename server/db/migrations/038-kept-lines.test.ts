import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import * as first from './001-first';
import * as bounces from './009-bounces';
import * as clicks from './010-clicks';
import * as results from './011-results';
import * as billingContacts from './020-billing-contacts';
import * as contactWork from './029-contact-work';
import * as keptLines from './038-kept-lines';

it.each(ENGINES)(
  'on %s imports of the release before go on, and of filters of one name the newest stays',
  async (engine) => {
    const db = openDatabase(await freshDatabase(engine));
    try {
      const bare = db as unknown as Kysely<never>;
      for (const { up } of [first, bounces, clicks, results, billingContacts, contactWork]) await up(bare);
      await sql`insert into contact_job_part (account_id, livemode, job_id, n, lines, refused)
      values ('acct_1', 1, 'job_1', 0, '[]', '[{"line":2,"reason":"group"}]')`.execute(db);
      await sql`insert into saved_filter (account_id, livemode, id, name, query, created_at) values
      ('acct_1', 1, 'flt_1', 'Good', '{"status":"subscribed"}', 1), ('acct_1', 1, 'flt_2', 'Good', '{"query":"x"}', 2),
      ('acct_1', 1, 'flt_3', 'Other', '{"query":"x"}', 1), ('acct_1', 0, 'flt_4', 'Good', '{"query":"x"}', 1)`.execute(
        db,
      );
      await keptLines.up(bare);
      expect(await db.selectFrom('contact_job_part').select(['refused', 'refused_lines']).execute()).toEqual([
        { refused: '[{"line":2,"reason":"group"}]', refused_lines: '[]' },
      ]);
      expect(await db.selectFrom('saved_filter').select('id').orderBy('id').execute()).toEqual([
        { id: 'flt_2' },
        { id: 'flt_3' },
        { id: 'flt_4' },
      ]);
      const again = sql`insert into saved_filter (account_id, livemode, id, name, query, created_at)
      values ('acct_1', 1, 'flt_5', 'Good', '{}', 3)`;
      // By its words: a driver's errors are another test file's in the same process.
      await expect(again.execute(db)).rejects.toMatchObject({ message: expect.stringMatching(/unique/i) as string });
    } finally {
      await db.destroy();
    }
  },
);
