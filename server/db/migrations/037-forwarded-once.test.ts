import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import * as first from './001-first';
import * as webhooksOut from './032-webhooks-out';
import * as forwarding from './034-forwarding';
import * as passedOn from './036-passed-on';
import * as forwardedOnce from './037-forwarded-once';

const DAY = 24 * 3_600_000;

it.each(ENGINES)(
  'on %s an event that the release before has tried may have arrived with its first try',
  async (engine) => {
    const db = openDatabase(await freshDatabase(engine));
    try {
      for (const { up } of [first, webhooksOut, forwarding, passedOn]) await up(db as unknown as Kysely<never>);
      const insert = (id: string, kind: string, due_at: number | null, give_up_at: number | null) =>
        sql`insert into forward (account_id, livemode, id, kind, object_id, status, outcome, due_at, give_up_at, created_at)
        values ('acct_1', 1, ${id}, ${kind}, 'evt_1', 'waiting', '', ${due_at}, ${give_up_at}, 1)`.execute(db);
      await insert('fwd_1', 'event', 10 * DAY, 10 * DAY);
      await insert('fwd_2', 'event', 10 * DAY, null);
      await insert('fwd_3', 'event', null, 10 * DAY);
      await insert('fwd_4', 'contact', 10 * DAY, 10 * DAY);
      await forwardedOnce.up(db as unknown as Kysely<never>);
      expect(await db.selectFrom('forward').select(['id', 'sent_since']).orderBy('id').execute()).toEqual([
        { id: 'fwd_1', sent_since: 7 * DAY },
        { id: 'fwd_2', sent_since: null },
        { id: 'fwd_3', sent_since: null },
        { id: 'fwd_4', sent_since: null },
      ]);
    } finally {
      await db.destroy();
    }
  },
);
