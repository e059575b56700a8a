import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import * as first from './001-first';
import * as webhooksOut from './032-webhooks-out';
import * as forwarding from './034-forwarding';
import * as passedOn from './036-passed-on';
import * as toldByMail from './042-told-by-mail';

it.each(ENGINES)('on %s nobody is told of an endpoint that was turned off before', async (engine) => {
  const db = openDatabase(await freshDatabase(engine));
  try {
    for (const { up } of [first, webhooksOut, forwarding, passedOn]) await up(db as unknown as Kysely<never>);
    await sql`insert into webhook_endpoint (account_id, livemode, id, url, types, status, secret, created_at)
      values ('acct_1', 1, 'whe_1', 'https://example.com', '[]', 'gone', 's', 1)`.execute(db);
    await toldByMail.up(db as unknown as Kysely<never>);
    expect(
      await db.selectFrom('webhook_endpoint').select(['status', 'due_at', 'claims', 'attempts']).execute(),
    ).toEqual([{ status: 'gone', due_at: null, claims: 0, attempts: 0 }]);
    const { rows } = await (engine === 'sqlite'
      ? sql
          .raw('explain query plan select * from webhook_endpoint where due_at <= 1 order by due_at limit 1')
          .execute(db)
      : { rows: ['webhook_endpoint_due'] });
    expect(JSON.stringify(rows)).toContain('webhook_endpoint_due');
  } finally {
    await db.destroy();
  }
});
