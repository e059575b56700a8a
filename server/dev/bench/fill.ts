/** Fills a database with a plausible past, by plain SQL: a million rows in seconds. */
import { openDatabase } from '../../db/open';
import { migrate } from '../../db/migrate';
import { Sqlite } from '../../db/sqlite';
import { askPostgres } from './bench';
import { ACCOUNT } from './processes';

const DAYS = 90;
const DAY_MS = 86_400_000;

interface Dialect {
  padded(expression: string, width: number): string;
  hex(expression: string, width: number): string;
}
const ON_SQLITE: Dialect = {
  padded: (expression, width) => `printf('%0${width}d', ${expression})`,
  hex: (expression, width) => `printf('%0${width}x', ${expression})`,
};
const ON_POSTGRES: Dialect = {
  padded: (expression, width) => `lpad((${expression})::text, ${width}, '0')`,
  hex: (expression, width) => `lpad(to_hex((${expression})::bigint), ${width}, '0')`,
};

/** Events are spread over the last 90 days and the contacts; one in fifty is ignored, one in a thousand failed. */
export async function fill(
  url: string,
  { events, contacts, emails = 0 }: { events: number; contacts: number; emails?: number },
): Promise<void> {
  const db = openDatabase(url);
  await migrate(db);
  await db.destroy();
  if (url.startsWith('postgres:')) {
    const statements = statementsOf(ON_POSTGRES, { events, contacts, emails });
    for (const statement of [...statements, 'vacuum analyze', 'checkpoint']) await askPostgres(url, statement);
    return;
  }
  const sqlite = new Sqlite(url.replace('sqlite:', ''));
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = OFF');
  sqlite.exec(['begin', ...statementsOf(ON_SQLITE, { events, contacts, emails }), 'commit', 'analyze'].join(';\n'));
  sqlite.close();
}

function statementsOf(
  { padded, hex }: Dialect,
  { events, contacts, emails }: { events: number; contacts: number; emails: number },
): string[] {
  const start = Date.now() - DAYS * DAY_MS;
  const numbers = (count: number) =>
    `with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1})`;
  const spread = (count: number) => `(${start} + cast(cast(i as bigint) * ${(DAYS * DAY_MS) / count} as bigint))`;
  const at = spread(events);
  const contactId = (expression: string) => `'con_' || ${padded(expression, 32)}`;
  return [
    `insert into contact (account_id, livemode, id, email, first_name, last_name, name_stamp, status, source, mrr, currency, search_text, created_at, updated_at)
    ${numbers(contacts)}
    select '${ACCOUNT}', 1, ${contactId('i')}, 'customer' || i || '@example.com', 'Customer', 'Number ' || i, 1,
      case when i % 20 = 0 then 'unsubscribed' else 'subscribed' end, 'Stripe', 2000, 'usd',
      'customer' || i || '@example.com customer number ' || i, ${start} + i, ${start} + i from n`,
    `insert into customer_link (account_id, livemode, customer_id, contact_id, stamp, state)
    ${numbers(contacts)}
    select '${ACCOUNT}', 1, 'cus_past' || i, ${contactId('i')}, 1, 'alive' from n`,
    `insert into event (account_id, livemode, id, seq, type, created, received_at, status, reason, outcome, customer_id, contact_id)
    ${numbers(events)}
    select '${ACCOUNT}', 1, 'evt_past' || i, ${hex(at, 12)} || '7' || ${hex('i', 19)},
      case i % 10 when 0 then 'customer.created' when 1 then 'quote.accepted' when 2 then 'customer.updated' else 'invoice.paid' end,
      ${at} / 1000, ${at},
      case when i % 1000 = 7 then 'failed' when i % 50 = 3 then 'ignored' else 'processed' end,
      case when i % 1000 = 7 then 'gave_up' when i % 50 = 3 then 'event_off' end,
      'Updated contact', 'cus_past' || (i % ${contacts}), ${contactId(`i % ${contacts}`)} from n`,
    ...(emails === 0
      ? []
      : [
          `insert into email (account_id, livemode, id, contact_id, kind, to_address, subject, status, reason, message_id, is_test, created_at, sent_at)
    ${numbers(emails)}
    select '${ACCOUNT}', 1, 'eml_' || ${hex(spread(emails), 12)} || '7' || ${hex('i', 19)}, ${contactId(`i % ${contacts}`)},
      case i % 3 when 0 then 'marketing' else 'transactional' end, 'customer' || (i % ${contacts}) || '@example.com', 'Subject',
      case i % 100 when 7 then 'failed' else 'sent' end, case i % 100 when 7 then 'refused' end, '<' || i || '@x>', 0,
      ${spread(emails)}, ${spread(emails)} from n`,
        ]),
  ];
}
