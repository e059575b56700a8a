/** Fills a SQLite database with a plausible past, by plain SQL: a million rows in seconds. */
import { openDatabase } from '../../db/open';
import { migrate } from '../../db/migrate';
import { Sqlite } from '../../db/sqlite';
import { ACCOUNT } from './processes';

const DAYS = 90;
const DAY_MS = 86_400_000;

/** Events are spread over the last 90 days and the contacts; one in fifty is ignored, one in a thousand failed. */
export async function fill(url: string, { events, contacts }: { events: number; contacts: number }): Promise<void> {
  const db = openDatabase(url);
  await migrate(db);
  await db.destroy();
  const sqlite = new Sqlite(url.replace('sqlite:', ''));
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = OFF');
  const start = Date.now() - DAYS * DAY_MS;
  const step = (DAYS * DAY_MS) / events;
  sqlite.exec(`
    begin;
    insert into contact (account_id, livemode, id, email, first_name, last_name, name_stamp, status, source, mrr, currency, created_at, updated_at)
    with recursive n(i) as (select 0 union all select i + 1 from n where i < ${contacts - 1})
    select '${ACCOUNT}', 1, printf('con_%032d', i), printf('customer%d@example.com', i), 'Customer', printf('Number %d', i), 1,
      case when i % 20 = 0 then 'unsubscribed' else 'subscribed' end, 'Stripe', 2000, 'usd', ${start} + i, ${start} + i from n;
    insert into customer_link (account_id, livemode, customer_id, contact_id, stamp, deleted)
    with recursive n(i) as (select 0 union all select i + 1 from n where i < ${contacts - 1})
    select '${ACCOUNT}', 1, printf('cus_past%d', i), printf('con_%032d', i), 1, 0 from n;
    insert into event (account_id, livemode, id, seq, type, created, received_at, status, reason, outcome, customer_id, contact_id)
    with recursive n(i) as (select 0 union all select i + 1 from n where i < ${events - 1})
    select '${ACCOUNT}', 1, printf('evt_past%d', i), printf('%012x7%019x', ${start} + cast(i * ${step} as integer), i),
      case i % 10 when 0 then 'customer.created' when 1 then 'quote.accepted' when 2 then 'customer.updated' else 'invoice.paid' end,
      (${start} + cast(i * ${step} as integer)) / 1000, ${start} + cast(i * ${step} as integer),
      case when i % 1000 = 7 then 'failed' when i % 50 = 3 then 'ignored' else 'processed' end,
      case when i % 1000 = 7 then 'gave_up' when i % 50 = 3 then 'event_off' end,
      'Updated contact', printf('cus_past%d', i % ${contacts}), printf('con_%032d', i % ${contacts}) from n;
    commit;
    analyze;
  `);
  sqlite.close();
}
