import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as namedStates from './002-named-states';

/** Rows as the release before wrote them. */
const ROWS = [
  `insert into customer_link (account_id, livemode, customer_id, contact_id, stamp, deleted) values
    ('acct_1', 1, 'cus_alive', 'con_1', 1, 0), ('acct_1', 1, 'cus_gone', 'con_1', 1, 1), ('acct_1', 1, 'cus_unseen', null, 1, 2)`,
  `insert into event (account_id, livemode, id, seq, type, created, received_at, status, outcome, replayed) values
    ('acct_1', 1, 'evt_0', '0', 't', 1, 1, 'processed', '', 0), ('acct_1', 1, 'evt_1', '1', 't', 1, 1, 'processed', '', 1),
    ('acct_1', 1, 'evt_2', '2', 't', 1, 1, 'processed', '', 2)`,
  `insert into run (account_id, livemode, id, workflow_id, contact_id, event_id, run_key, slot, status, reason, started_at) values
    ('acct_1', 1, 'run_1', 'wfl_1', 'con_1', 'evt_0', 'a', 'once con_1', 'finished', null, 1),
    ('acct_1', 1, 'run_2', 'wfl_2', 'con_1', 'evt_0', 'b', 'now con_1', 'running', 'waiting', 1),
    ('acct_1', 1, 'run_3', 'wfl_2', 'con_1', 'evt_1', 'c', 'now con_1 in_1', 'running', null, 1),
    ('acct_1', 1, 'run_4', 'wfl_2', 'con_2', 'evt_2', 'd', null, 'exited', 'invoice.paid', 1)`,
];

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    await first.up(db as unknown as Kysely<never>);
    for (const row of ROWS) await sql.raw(row).execute(db);
    await namedStates.up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it('gives links their states by name', async () => {
    const links = await db
      .selectFrom('customer_link')
      .select(['customer_id', 'state'])
      .orderBy('customer_id')
      .execute();
    expect(links.map(({ customer_id, state }) => [customer_id, state])).toEqual([
      ['cus_alive', 'alive'],
      ['cus_gone', 'deleted'],
      ['cus_unseen', 'deleted_unseen'],
    ]);
  });

  it('keeps how an event was to be replayed', async () => {
    const events = await db.selectFrom('event').select('replay').orderBy('id').execute();
    expect(events.map(({ replay }) => replay)).toEqual([null, 'active_then', 'active_now']);
  });

  it('keeps what runs hold and which of them wait', async () => {
    const runs = await db.selectFrom('run').select(['slot', 'is_waiting', 'reason']).orderBy('id').execute();
    expect(runs).toEqual([
      { slot: 'once', is_waiting: 0, reason: null },
      { slot: 'contact', is_waiting: 1, reason: null },
      { slot: 'in_1', is_waiting: 0, reason: null },
      { slot: null, is_waiting: 0, reason: 'invoice.paid' },
    ]);
  });

  it('still lets one contact hold a slot once', async () => {
    const again = db
      .insertInto('run')
      .values({
        account_id: 'acct_1',
        livemode: 1,
        id: 'run_5',
        workflow_id: 'wfl_2',
        contact_id: 'con_1',
        event_id: 'evt_9',
        run_key: 'e',
        slot: 'in_1',
        status: 'running',
        started_at: 1,
      })
      .execute();
    await expect(again).rejects.toMatchObject({ message: expect.stringMatching(/unique/i) as string });
  });
});
