import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as webhooksOut from './032-webhooks-out';
import * as forwarding from './034-forwarding';
import * as passedOn from './036-passed-on';

async function upgraded(engine: (typeof ENGINES)[number], rows: readonly string[]): Promise<Db> {
  const db = openDatabase(await freshDatabase(engine));
  for (const { up } of [first, webhooksOut, forwarding]) await up(db as unknown as Kysely<never>);
  for (const row of rows) await sql.raw(row).execute(db);
  await passedOn.up(db as unknown as Kysely<never>);
  return db;
}

it.each(ENGINES)('on %s endpoints and forwarding of the release before go on', async (engine) => {
  const db = await upgraded(engine, [
    `insert into webhook_endpoint (account_id, livemode, id, url, types, status, secret, created_at)
      values ('acct_1', 1, 'whe_1', 'https://example.com/', '[]', 'active', 's', 1)`,
    `insert into forwarding (account_id, livemode, status, api_key, key_hint, contacts, events, known, updated_at)
      values ('acct_1', 1, 'on', 'k', 'k', 1, '[]', '{}', 1)`,
  ]);
  expect(await db.selectFrom('webhook_endpoint').select(['id', 'deleted_at']).execute()).toEqual([
    { id: 'whe_1', deleted_at: null },
  ]);
  expect(await db.selectFrom('forwarding').select(['status', 'resume_place']).execute()).toEqual([
    { status: 'on', resume_place: null },
  ]);
  await db.destroy();
});

it('SQLite finds the first that waits of a contact without reading those that went', async () => {
  const db = await upgraded('sqlite', []);
  const query = `select id from forward where account_id = 'acct_1' and livemode = 1 and contact_id = 'con_1'
    and due_at is not null order by id limit 1`;
  const { rows } = await sql.raw(`explain query plan ${query}`).execute(db);
  expect(JSON.stringify(rows)).toContain('INDEX forward_waiting');
  await db.destroy();
});
