import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as payments from './021-payments';

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    await first.up(db as unknown as Kysely<never>);
    await sql`insert into contact (account_id, livemode, id, email, name_stamp, status, source, created_at, updated_at)
      values ('acct_1', 1, 'con_1', 'a@example.com', 0, 'subscribed', 'Stripe', 1, 1)`.execute(db);
    await payments.up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it('knows of no payment of the contacts of the release before', async () => {
    expect(await db.selectFrom('payment').selectAll().execute()).toEqual([]);
    expect(await db.selectFrom('contact').selectAll().execute()).toMatchObject([
      {
        id: 'con_1',
        ltv: null,
        ltv_currency: null,
        ltv_others: null,
        payments: 0,
        first_payment_at: null,
        last_payment_at: null,
      },
    ]);
  });
});
