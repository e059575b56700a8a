import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as bounces from './009-bounces';
import * as clicks from './010-clicks';
import * as results from './011-results';
import * as billingContacts from './020-billing-contacts';

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    for (const { up } of [first, bounces, clicks, results]) await up(db as unknown as Kysely<never>);
    await insert('eml_1', 'run_1');
    for (const id of ['eml_2', 'eml_3']) await insert(id, null);
    await sql`insert into contact (account_id, livemode, id, email, name_stamp, status, source, created_at, updated_at)
      values ('acct_1', 1, 'con_1', 'a@example.com', 0, 'subscribed', 'Stripe', 1, 1)`.execute(db);
    await billingContacts.up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  const insert = (id: string, run: string | null, copyTo?: string) => {
    const columns = copyTo === undefined ? sql`` : sql`, copy_to`;
    const values = copyTo === undefined ? sql`` : sql`, ${copyTo}`;
    return sql`insert into email (account_id, livemode, id, run_id, step_id, kind, to_address, subject, status, message_id,
        is_test, created_at ${columns})
      values ('acct_1', 1, ${id}, ${run}, 'mail', 'transactional', 'a@example.com', '', 'sent', ${id}, 0, 1 ${values})`.execute(
      db,
    );
  };

  it('takes earlier emails for those to the contact itself, test sends too', async () => {
    const emails = await db.selectFrom('email').select(['id', 'copy_to']).orderBy('id').execute();
    expect(emails).toEqual(['eml_1', 'eml_2', 'eml_3'].map((id) => ({ id, copy_to: '' })));
    expect(await db.selectFrom('contact').select('billing_emails').execute()).toEqual([{ billing_emails: null }]);
  });

  it('keeps one email of a run’s step for each recipient', async () => {
    await insert('eml_4', 'run_1', 'cfo@example.com');
    const message = expect.stringMatching(/unique/i) as string;
    await expect(insert('eml_5', 'run_1', 'cfo@example.com')).rejects.toMatchObject({ message });
    await expect(insert('eml_6', 'run_1')).rejects.toMatchObject({ message });
  });
});
