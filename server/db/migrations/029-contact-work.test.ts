import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as billingContacts from './020-billing-contacts';
import * as contactWork from './029-contact-work';
import * as clicks from './010-clicks';
import * as results from './011-results';
import * as bounces from './009-bounces';

/** By its words: a driver's errors are another test file's in the same process. */
const NOT_UNIQUE = { message: expect.stringMatching(/unique/i) as string };

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    const bare = db as unknown as Kysely<never>;
    for (const { up } of [first, bounces, clicks, results, billingContacts]) await up(bare);
    await sql`insert into email (account_id, livemode, id, run_id, step_id, kind, to_address, subject, status, message_id,
      is_test, created_at) values ('acct_1', 1, 'eml_1', 'run_1', 'step_1', 'marketing', 'a@example.com', 's', 'sent', '<1>', 0, 1),
      ('acct_1', 1, 'eml_2', null, null, 'marketing', 'a@example.com', 's', 'sent', '<2>', 1, 1)`.execute(db);
    await sql`insert into contact (account_id, livemode, id, email, name_stamp, status, source, created_at, updated_at)
      values ('acct_1', 1, 'con_1', 'a@example.com', 0, 'subscribed', 'Stripe', 1, 1)`.execute(db);
    await contactWork.up(bare);
  });
  afterEach(() => db.destroy());

  it('keeps emails and contacts of the release before: none was sent again, none has a note', async () => {
    expect(await db.selectFrom('email').select(['id', 'again_of']).orderBy('id').execute()).toEqual([
      { id: 'eml_1', again_of: '' },
      { id: 'eml_2', again_of: '' },
    ]);
    expect(await db.selectFrom('contact').select('note').execute()).toEqual([{ note: null }]);
    expect(await db.selectFrom('contact_job').selectAll().execute()).toEqual([]);
  });

  it('lets each email be repeated once', async () => {
    const insert = (id: string, againOf: string) =>
      sql`insert into email (account_id, livemode, id, run_id, step_id, copy_to, again_of, kind, to_address, subject,
        status, message_id, is_test, created_at) values ('acct_1', 1, ${id}, 'run_1', 'step_1', '', ${againOf},
        'marketing', 'a@example.com', 's', 'queued', ${id}, 0, 1)`.execute(db);
    await insert('eml_3', 'eml_1');
    await expect(insert('eml_4', 'eml_1')).rejects.toMatchObject(NOT_UNIQUE);
    await expect(insert('eml_5', '')).rejects.toMatchObject(NOT_UNIQUE);
    await insert('eml_6', 'eml_3');
  });
});
