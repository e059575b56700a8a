import { sql, type Kysely } from 'kysely';
import { listEvents } from '../../events/events';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as namedStates from './002-named-states';
import * as fewerIndexes from './003-fewer-indexes';

const TENANT = { accountId: 'acct_1', livemode: true };

/** Rows as the release before wrote them: Jenny's customer is linked, nobody knows who `cus_other` is. */
const ROWS = [
  `insert into customer_link (account_id, livemode, customer_id, contact_id, stamp, deleted) values
    ('acct_1', 1, 'cus_jenny', 'con_1', 1, 0), ('acct_2', 1, 'cus_jenny', 'con_2', 1, 0)`,
  `insert into event (account_id, livemode, id, seq, type, created, received_at, status, outcome, replayed, customer_id,
    contact_id) values
    ('acct_1', 1, 'evt_0', '0', 't', 1, 1, 'processed', '', 0, 'cus_jenny', 'con_1'),
    ('acct_1', 1, 'evt_1', '1', 't', 1, 1, 'waiting', '', 0, 'cus_jenny', null),
    ('acct_1', 1, 'evt_2', '2', 't', 1, 1, 'skipped', '', 0, 'cus_other', null),
    ('acct_1', 1, 'evt_3', '3', 't', 1, 1, 'processed', '', 0, null, 'con_1'),
    ('acct_2', 1, 'evt_4', '4', 't', 1, 1, 'processed', '', 0, 'cus_jenny', 'con_2')`,
];

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    await first.up(db as unknown as Kysely<never>);
    for (const row of ROWS) await sql.raw(row).execute(db);
    for (const { up } of [namedStates, fewerIndexes]) await up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it.each([
    ['with a contact and without', 'cus_jenny', ['evt_1', 'evt_0']],
    ['that nobody is known of', 'cus_other', ['evt_2']],
    ['that had none', 'cus_none', []],
  ])('still finds the events of a customer %s', async (_which, customer, ids) => {
    const { data } = await listEvents(db, TENANT, { customer, limit: 10 });
    expect(data.map(({ id }) => id)).toEqual(ids);
  });
});
