import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { isPostgres } from '../engine';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as bounces from './009-bounces';

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    await first.up(db as unknown as Kysely<never>);
    await sql`insert into email (account_id, livemode, id, kind, to_address, subject, status, message_id, is_test, created_at)
      values ('acct_1', 1, 'eml_1', 'marketing', 'a@example.com', '', 'sent', '<m>', 0, 1)`.execute(db);
    await bounces.up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it('says nothing of what became of earlier emails', async () =>
    expect(await db.selectFrom('email').selectAll().execute()).toMatchObject([
      { id: 'eml_1', status: 'sent', delivered_at: null, bounced_at: null, complained_at: null, remote_id: null },
    ]));

  it('finds an email by the mail server’s id without reading the table', async () => {
    const explain = isPostgres(db) ? 'explain' : 'explain query plan';
    if (isPostgres(db)) await sql`set enable_seqscan = off`.execute(db);
    const { rows } = await sql.raw(`${explain} select * from email where remote_id = 'x'`).execute(db);
    expect(JSON.stringify(rows)).toContain('email_remote_id');
  });
});
