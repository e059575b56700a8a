import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import * as first from './001-first';
import * as hasLeft from './030-has-left';

it.each(ENGINES)('on %s who had unsubscribed has left, who was only refused has not', async (engine) => {
  const db = openDatabase(await freshDatabase(engine));
  try {
    await first.up(db as unknown as Kysely<never>);
    await sql`insert into suppression values ('acct_1', 1, 'a', 'marketing', 'unsubscribed', 1),
      ('acct_1', 1, 'b', 'all', 'bounced', 1)`.execute(db);
    await hasLeft.up(db as unknown as Kysely<never>);
    expect(await db.selectFrom('suppression').select(['scope', 'has_left']).orderBy('scope').execute()).toEqual([
      { scope: 'all', has_left: 0 },
      { scope: 'marketing', has_left: 1 },
    ]);
    expect(await db.selectFrom('list_left').selectAll().execute()).toEqual([]);
  } finally {
    await db.destroy();
  }
});
