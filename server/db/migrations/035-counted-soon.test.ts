import { sql, type Kysely } from 'kysely';
import { tallyEmails } from '../../emails/count-emails';
import { ENGINES, freshDatabase } from '../../test/databases';
import { runsStayingAt, tallyRuns } from '../../workflows/list-runs';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as namedStates from './002-named-states';
import * as objectStates from './005-object-states';
import * as bounces from './009-bounces';
import * as clicks from './010-clicks';
import * as results from './011-results';
import * as billingContacts from './020-billing-contacts';
import * as overview from './028-overview';
import * as contactWork from './029-contact-work';
import * as countedSoon from './035-counted-soon';

const BEFORE = [first, namedStates, objectStates, bounces, clicks, results, billingContacts, overview, contactWork];
const TENANT = { accountId: 'acct_1', livemode: true };

/** As the release before wrote them: two runs at a wait, of which one waits, and one that was sent there but hasn't come. */
const ROWS = [
  `insert into run (account_id, livemode, id, workflow_id, contact_id, event_id, run_key, status, step_id, is_waiting, started_at)
    values ('acct_1', 1, 'run_1', 'wfl_1', 'con_1', 'evt_1', 'k1', 'running', 'pause', 1, 1),
      ('acct_1', 1, 'run_2', 'wfl_1', 'con_2', 'evt_2', 'k2', 'exited', 'pause', 0, 1),
      ('acct_1', 1, 'run_3', 'wfl_1', 'con_3', 'evt_3', 'k3', 'running', 'pause', 0, 1)`,
  `insert into run_step (account_id, livemode, run_id, workflow_id, n, step_id, kind, at, result) values
    ('acct_1', 1, 'run_1', 'wfl_1', 1, 'pause', 'wait', 1, ''), ('acct_1', 1, 'run_2', 'wfl_1', 1, 'pause', 'wait', 1, '')`,
  `insert into email (account_id, livemode, id, workflow_id, run_id, step_id, kind, to_address, subject, status, reason, message_id, is_test,
    created_at, complained_at)
    values ('acct_1', 1, 'eml_1', 'wfl_1', 'run_1', 'mail', 'marketing', 'a@example.com', '', 'sent', null, '<m>', 0, 1, 2),
      ('acct_1', 1, 'eml_2', 'wfl_1', 'run_2', 'mail', 'marketing', 'a@example.com', '', 'suppressed', 'unsubscribed', '<n>', 0, 1, null)`,
];

async function upgraded(engine: (typeof ENGINES)[number], rows: readonly string[]): Promise<Db> {
  const db = openDatabase(await freshDatabase(engine));
  for (const { up } of BEFORE) await up(db as unknown as Kysely<never>);
  for (const row of rows) await sql.raw(row).execute(db);
  await countedSoon.up(db as unknown as Kysely<never>);
  return db;
}

it.each(ENGINES)('counts on %s what the release before has done', async (engine) => {
  const db = await upgraded(engine, ROWS);
  const runs = await tallyRuns(db, TENANT, 'wfl_1', {});
  expect(await runsStayingAt(db, TENANT, 'wfl_1', {}, runs)).toEqual({ pause: 2 });
  expect(await tallyEmails(db, TENANT, 'wfl_1', {})).toMatchObject([
    { step: 'mail', status: 'sent', reason: null, count: 1, complained: 1 },
    { step: 'mail', status: 'suppressed', reason: 'unsubscribed', count: 1, complained: 0 },
  ]);
  await db.destroy();
});

const OF_WORKFLOW = `workflow_id = 'wfl_1'`;
it.each([
  [
    'email',
    `${OF_WORKFLOW} and step_id = 'mail' and status = 'sent' and id > 'eml_'`,
    'count(copy_to), count(clicked_at)',
    'COVERING INDEX email_of_step',
  ],
  ['email', `${OF_WORKFLOW} and step_id > ''`, 'min(step_id)', 'COVERING INDEX email_of_step'],
  ['email', `kind = 'marketing' and id > 'eml_'`, 'count(status)', 'COVERING INDEX email_kind'],
  ['email', `reason = 'refused'`, 'count(*)', 'INDEX email_reason'],
  ['email', `complained_at is not null`, 'count(*)', 'INDEX email_complained'],
  ['email', `unsubscribed_at is not null`, 'count(*)', 'INDEX email_unsubscribed'],
  ['run', `${OF_WORKFLOW} and status = 'running'`, 'count(is_waiting)', 'COVERING INDEX run_workflow'],
])('SQLite finds each %s with %s by an index', async (table, where, counts, index) => {
  const db = await upgraded('sqlite', []);
  const query = `select ${counts} from ${table} where account_id = 'acct_1' and livemode = 1 and ${where}`;
  const { rows } = await sql.raw(`explain query plan ${query}`).execute(db);
  expect(JSON.stringify(rows)).toContain(index);
  await db.destroy();
});
