import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as namedStates from './002-named-states';
import * as objectStates from './005-object-states';
import * as whyItFailed from './018-why-it-failed';

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    for (const migration of [first, namedStates, objectStates]) await migration.up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it('takes nothing for known of the rows of the release before', async () => {
    await sql`insert into customer_link (account_id, livemode, customer_id, stamp, state)
      values ('acct_1', 1, 'cus_1', 4, 'alive')`.execute(db);
    await sql`insert into subscription_state (account_id, livemode, subscription_id, customer_id, mrr, stamp)
      values ('acct_1', 1, 'sub_1', 'cus_1', 2000, 4)`.execute(db);
    await sql`insert into object_state (account_id, livemode, id, kind, status, properties, stamp, known_at)
      values ('acct_1', 1, 'in_1', 'invoice', 'open', '{}', 4, 1000)`.execute(db);
    await whyItFailed.up(db as unknown as Kysely<never>);
    const unknown = { default_method: null, default_method_at: null };
    expect(await db.selectFrom('customer_link').selectAll().execute()).toMatchObject([
      { customer_id: 'cus_1', stamp: 4, ...unknown },
    ]);
    expect(await db.selectFrom('subscription_state').selectAll().execute()).toMatchObject([
      { subscription_id: 'sub_1', mrr: 2000, ...unknown },
    ]);
    expect(await db.selectFrom('object_state').selectAll().execute()).toMatchObject([{ id: 'in_1', failure: null }]);
  });
});
