import { sql, type Kysely } from 'kysely';
import { noteMrr, readMrr, readMrrHistory } from '../../audience/mrr';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as bounces from './009-bounces';
import * as clicks from './010-clicks';
import * as overview from './028-overview';

const TENANT = { accountId: 'acct_1', livemode: true };

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    for (const { up } of [first, bounces, clicks]) await up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it('counts what contacts of before pay, and begins to note it', async () => {
    for (const [id, mrr, currency] of [
      ['con_1', 500, 'usd'],
      ['con_2', 700, 'usd'],
      ['con_3', 0, 'usd'],
      ['con_4', null, null],
    ])
      await sql`insert into contact (account_id, livemode, id, email, name_stamp, status, source, mrr, currency, created_at, updated_at)
        values ('acct_1', 1, ${id}, ${`${id}@example.com`}, 0, 'subscribed', 'Stripe', ${mrr}, ${currency}, 1, 1)`.execute(
        db,
      );
    await overview.up(db as unknown as Kysely<never>);
    expect(await readMrr(db, TENANT)).toEqual([{ currency: 'usd', mrr: 1200, contacts: 2 }]);
    const days = ['2026-01-01', '2026-01-02', '2026-01-03'];
    expect(await readMrrHistory(db, TENANT, days)).toMatchObject({ since: null });
    for (const again of [1, 2]) {
      expect(again).toBeGreaterThan(0);
      await noteMrr(db, TENANT, '2026-01-02');
    }
    // A day that wasn't noted has what the day before it had.
    expect(await readMrrHistory(db, TENANT, days)).toEqual({
      since: '2026-01-02',
      byDay: [
        { day: '2026-01-01', mrr: {} },
        { day: '2026-01-02', mrr: { usd: 1200 } },
        { day: '2026-01-03', mrr: { usd: 1200 } },
      ],
    });
  });

  it('keeps installs and what is known of their emails', async () => {
    await sql`insert into email (account_id, livemode, id, kind, to_address, subject, status, message_id, is_test, created_at, bounced_at)
      values ('acct_1', 1, 'eml_1', 'transactional', 'a@example.com', '', 'sent', '<m>', 0, 1, 5)`.execute(db);
    await sql`insert into install (account_id, livemode, id, kind, status, connected_at)
      values ('acct_1', 1, 'ins_1', 'oauth', 'active', 1)`.execute(db);
    await overview.up(db as unknown as Kysely<never>);
    expect(await db.selectFrom('email').select(['id', 'bounced_at']).execute()).toEqual([
      { id: 'eml_1', bounced_at: 5 },
    ]);
    expect(await db.selectFrom('install').select('checklist_closed_at').execute()).toEqual([
      { checklist_closed_at: null },
    ]);
  });
});
