import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as api from './025-api';

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    await first.up(db as unknown as Kysely<never>);
    await contact('con_1');
    await contact('con_2');
    await sql`insert into email (account_id, livemode, id, kind, to_address, subject, status, message_id, is_test, created_at)
      values ('acct_1', 1, 'eml_1', 'transactional', 'con_1@example.com', '', 'sent', 'eml_1', 0, 1)`.execute(db);
    await api.up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  const contact = (id: string) =>
    sql`insert into contact (account_id, livemode, id, email, name_stamp, status, source, created_at, updated_at)
      values ('acct_1', 1, ${id}, ${`${id}@example.com`}, 0, 'subscribed', 'Stripe', 1, 1)`.execute(db);
  const setUserId = (id: string, userId: string) =>
    db.updateTable('contact').set({ user_id: userId }).where('id', '=', id).execute();

  it('leaves contacts and emails of the release before as they are, with nothing of the API', async () => {
    const none = { user_id: null, properties: null };
    expect(await db.selectFrom('contact').select(['user_id', 'properties']).execute()).toEqual([none, none]);
    expect(await db.selectFrom('email').select('transactional_id').execute()).toEqual([{ transactional_id: null }]);
  });

  it('keeps a user id to one contact', async () => {
    await setUserId('con_1', 'u_1');
    await expect(setUserId('con_2', 'u_1')).rejects.toMatchObject({
      message: expect.stringMatching(/unique/i) as string,
    });
  });
});
