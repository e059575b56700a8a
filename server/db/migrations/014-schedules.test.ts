import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { isPostgres } from '../engine';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as objectStates from './005-object-states';
import * as schedules from './014-schedules';

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    for (const { up } of [first, objectStates]) await up(db as unknown as Kysely<never>);
    await sql`insert into install (account_id, livemode, id, kind, status, connected_at)
      values ('acct_1', 1, 'ins_1', 'oauth', 'active', 1)`.execute(db);
    await sql`insert into object_state (account_id, livemode, id, kind, status, properties, stamp, known_at)
      values ('acct_1', 1, 'sub_1', 'subscription', 'active', '{}', 1, 1)`.execute(db);
    await schedules.up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it('leaves what was known undue: nobody had asked for its dates', async () => {
    expect(await db.selectFrom('object_state').selectAll().execute()).toMatchObject([
      { id: 'sub_1', status: 'active', due_at: null, claims: 0, attempts: 0 },
    ]);
    expect(await db.selectFrom('install').select(['id', 'has_schedules']).execute()).toEqual([
      { id: 'ins_1', has_schedules: 0 },
    ]);
  });

  it('takes one notice of each workflow and period', async () => {
    const notice = {
      account_id: 'acct_1',
      livemode: 1 as const,
      workflow_id: 'wfl_1',
      kind: 'schedule.renewal' as const,
      subject_id: 'sub_1',
      customer_id: null,
      period: 'p',
      date_at: 2,
      planned_at: 1,
      fired_at: 1,
      event_id: 'evt_1',
      missed: null,
    };
    await db
      .insertInto('notice')
      .values({ ...notice, id: 'ntc_1' })
      .execute();
    await db
      .insertInto('notice')
      .values({ ...notice, id: 'ntc_2', workflow_id: 'wfl_2' })
      .execute();
    await expect(
      db
        .insertInto('notice')
        .values({ ...notice, id: 'ntc_3' })
        .execute(),
    ).rejects.toMatchObject({ message: expect.stringMatching(/unique/i) as string });
  });

  it('finds due rows without reading the table', async () => {
    const explain = isPostgres(db) ? 'explain' : 'explain query plan';
    if (isPostgres(db)) await sql`set enable_seqscan = off`.execute(db);
    const { rows } = await sql
      .raw(`${explain} select * from object_state where due_at <= 1 order by due_at`)
      .execute(db);
    expect(JSON.stringify(rows)).toContain('object_state_due');
  });
});
