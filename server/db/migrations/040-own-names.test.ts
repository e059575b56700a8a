import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import * as first from './001-first';
import * as api from './025-api';
import * as apiEvents from './027-api-events';
import * as ownNames from './040-own-names';

it.each(ENGINES)('on %s events of programs that were known were last seen when they were learned', async (engine) => {
  const db = openDatabase(await freshDatabase(engine));
  for (const { up } of [first, api, apiEvents]) await up(db as unknown as Kysely<never>);
  await sql`insert into api_event (account_id, livemode, name, properties, created_at)
    values ('acct_1', 1, 'signup', '{}', 1000)`.execute(db);
  await ownNames.up(db as unknown as Kysely<never>);
  expect(await db.selectFrom('api_event').select(['name', 'last_seen_at']).execute()).toEqual([
    { name: 'signup', last_seen_at: 1000 },
  ]);
  await db.destroy();
});

it('SQLite finds contacts with properties without reading the others', async () => {
  const db = openDatabase(await freshDatabase('sqlite'));
  for (const { up } of [first, api, apiEvents, ownNames]) await up(db as unknown as Kysely<never>);
  const query = `select id, properties from contact where account_id = 'acct_1' and livemode = 1
    and properties is not null and id < 'con_2' order by id desc limit 500`;
  const { rows } = await sql.raw(`explain query plan ${query}`).execute(db);
  expect(JSON.stringify(rows)).toContain('INDEX contact_with_properties');
  await db.destroy();
});
