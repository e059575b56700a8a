import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import * as first from './001-first';
import * as apiEvents from './027-api-events';

it.each(ENGINES)(
  'on %s knows no names of programs’ events yet, and leaves those in the log as they are',
  async (engine) => {
    const db = openDatabase(await freshDatabase(engine));
    await first.up(db as unknown as Kysely<never>);
    await sql`insert into event (account_id, livemode, id, seq, type, created, received_at, status, outcome)
    values ('acct_1', 1, 'api_1', 's_1', 'api.signup', 1, 1000, 'processed', 'Received from the API')`.execute(db);
    await apiEvents.up(db as unknown as Kysely<never>);
    expect(await db.selectFrom('api_event').selectAll().execute()).toEqual([]);
    expect(await db.selectFrom('event').select(['id', 'status']).execute()).toEqual([
      { id: 'api_1', status: 'processed' },
    ]);
    await db.destroy();
  },
);
