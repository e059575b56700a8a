/** Fills a database with a plausible past, by plain SQL: a million rows in seconds. */
import { openDatabase } from '../../db/open';
import { migrate } from '../../db/migrate';
import { Sqlite } from '../../db/sqlite';
import type { Definition } from '../../../shared/workflow';
import { askPostgres } from './bench';
import { ACCOUNT } from './processes';

const DAYS = 90;
const DAY_MS = 86_400_000;

interface Dialect {
  hex(expression: string, width: number): string;
}
const ON_SQLITE: Dialect = {
  hex: (expression, width) => `printf('%0${width}x', ${expression})`,
};
const ON_POSTGRES: Dialect = {
  hex: (expression, width) => `lpad(to_hex((${expression})::bigint), ${width}, '0')`,
};

export interface Past {
  events: number;
  contacts: number;
  /** Of no workflow. One in a hundred is of an invoice whose payment had failed. */
  emails: number;
  /** Of one workflow, with two and a half emails each; left out: there is no workflow. */
  runs?: number;
}

export const WORKFLOW = `wfl_${'0'.repeat(31)}1`;
/** Three emails with waits between them. */
const DEFINITION: Definition = {
  name: 'Long ago',
  trigger: { event: 'customer.created', conditions: [], frequency: 'every_time' },
  exit_events: [{ event: 'invoice.paid', match: 'contact' }],
  steps: [1, 2, 3].flatMap((n) => [
    {
      id: `email${n}`,
      kind: 'email' as const,
      email: { kind: 'marketing' as const, subject: `Number ${n}`, preview_text: '', body: 'Hello' },
    },
    { id: `wait${n}`, kind: 'wait' as const, amount: n, unit: 'days' as const },
  ]),
};

/** Without SQLite's statistics, which a file of a server has none of either. Spread over the last 90 days and the contacts; of the events one in fifty is ignored, one in a thousand failed. */
export async function fill(url: string, past: Past): Promise<void> {
  const db = openDatabase(url);
  await migrate(db);
  await db.destroy();
  if (url.startsWith('postgres:')) {
    const statements = statementsOf(ON_POSTGRES, past);
    for (const statement of [...statements, 'vacuum analyze', 'checkpoint']) await askPostgres(url, statement);
    return;
  }
  const sqlite = new Sqlite(url.replace('sqlite:', ''));
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = OFF');
  sqlite.exec(['begin', ...statementsOf(ON_SQLITE, past), 'commit'].join(';\n'));
  sqlite.close();
}

function statementsOf({ hex }: Dialect, { events, contacts, emails, runs = 0 }: Past): string[] {
  const start = Date.now() - DAYS * DAY_MS;
  const numbers = (count: number) =>
    `with recursive n(i) as (select 0 union all select i + 1 from n where i < ${count - 1})`;
  const spread = (count: number) => `(${start} + cast(cast(i as bigint) * ${(DAYS * DAY_MS) / count} as bigint))`;
  const at = spread(events);
  const idAt = (prefix: string, count: number) => `'${prefix}_' || ${hex(spread(count), 12)} || '7' || ${hex('i', 19)}`;
  const contactId = (expression: string) =>
    `'con_' || ${hex(`(${start} + (${expression}) * cast(${Math.floor((DAYS * DAY_MS) / contacts)} as bigint))`, 12)} || '7' || ${hex(expression, 19)}`;
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
    `insert into email (account_id, livemode, id, contact_id, kind, to_address, subject, status, reason, message_id, is_test, created_at, sent_at, delivered_at, bounced_at, clicked_at)
    ${numbers(emails)}
    select '${ACCOUNT}', 1, ${idAt('eml', emails)}, ${contactId(`i % ${contacts}`)}, case i % 3 when 0 then 'marketing' else 'transactional' end, 'customer' || i || '@example.com', 'Your receipt',
      case when i % 200 = 9 then 'failed' when i % 20 = 3 then 'suppressed' when i % 300 = 2 then 'held' else 'sent' end,
      case when i % 200 = 9 then 'refused' end, 'm' || i, 0, ${spread(emails)}, ${spread(emails)}, case when i % 20 <> 3 then ${spread(emails)} end,
      case when i % 50 = 1 then ${spread(emails)} end, case when i % 4 = 0 then ${spread(emails)} end from n`,
    `insert into failed_invoice (account_id, livemode, id, invoice_id, customer_id, currency, amount, paid_before, first_failed_at, attempts, recovered_at, recovered_amount)
    ${numbers(Math.ceil(emails / 100))}
    select '${ACCOUNT}', 1, ${idAt('fin', Math.ceil(emails / 100))}, 'in_past' || i, 'cus_past' || i, 'usd', 2000, 0, ${spread(Math.ceil(emails / 100))}, 1,
      case when i % 3 > 0 then ${spread(Math.ceil(emails / 100))} end, case when i % 3 > 0 then 2000 end from n`,
    ...(runs === 0 ? [] : ofWorkflow(runs)),
  ];

  /** Of ten runs one waits after the first email and one was ended there, one waits after the second, seven came to the end. */
  function ofWorkflow(count: number): string[] {
    const at = spread(count);
    const own = `'${ACCOUNT}', 1`;
    const contact = contactId(`i % ${contacts}`);
    return [
      `insert into workflow (account_id, livemode, id, name, status, revision, trigger_type, definition, activated_at, created_at, updated_at)
      values (${own}, '${WORKFLOW}', '${DEFINITION.name}', 'active', 1, 'customer.created', '${JSON.stringify(DEFINITION)}', ${start}, ${start}, ${start})`,
      `insert into run (account_id, livemode, id, workflow_id, contact_id, event_id, run_key, status, reason, step_id, is_waiting, due_at, started_at, finished_at)
      ${numbers(count)}
      select ${own}, ${idAt('run', count)}, '${WORKFLOW}', ${contact}, 'evt_past' || i, 'evt_past' || i,
        case i % 10 when 0 then 'running' when 1 then 'exited' when 2 then 'running' else 'finished' end,
        case when i % 10 = 1 then 'invoice.paid' end,
        case i % 10 when 0 then 'wait1' when 1 then 'wait1' when 2 then 'wait2' end,
        case when i % 10 in (0, 2) then 1 else 0 end, case when i % 10 in (0, 2) then ${at} + ${1000 * DAY_MS} end, ${at},
        case when i % 10 not in (0, 2) then ${at} end from n`,
      `insert into run_step (account_id, livemode, run_id, workflow_id, n, step_id, kind, at, result)
      ${numbers(count)}, step(place, step_id, kind) as (values ${DEFINITION.steps.map(({ id, kind }, n) => `(${n}, '${id}', '${kind}')`).join(', ')})
      select ${own}, ${idAt('run', count)}, '${WORKFLOW}', place, step_id, kind, ${at}, '' from n, step
        where place < ${howFar(2)}`,
      `insert into email (account_id, livemode, id, run_id, step_id, workflow_id, contact_id, event_id, kind, to_address, subject, status, reason, message_id, is_test, created_at, sent_at, delivered_at, bounced_at, clicked_at)
      ${numbers(count)}, step(place) as (values (1), (2), (3))
      select ${own}, 'eml_' || ${hex(at, 12)} || '7' || ${hex('i * 4 + place', 18)} || 'f', ${idAt('run', count)}, 'email' || place, '${WORKFLOW}',
        ${contact}, 'evt_past' || i, 'marketing', 'customer' || (i % ${contacts}) || '@example.com', 'Number ' || place,
        case when i % 40 = 9 then 'suppressed' else 'sent' end, case when i % 40 = 9 then 'unsubscribed' end, 'w' || (i * 4 + place), 0, ${at}, ${at},
        case when i % 40 <> 9 then ${at} end, case when i % 60 = 7 then ${at} end, case when i % 5 = 4 then ${at} end
        from n, step where place <= ${howFar(1)}`,
    ];
  }
}

/** To how many of the emails a run came, times so many. */
const howFar = (times: number) =>
  `case i % 10 when 0 then ${times} when 1 then ${times} when 2 then ${2 * times} else ${3 * times} end`;
