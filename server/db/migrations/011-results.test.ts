import { sql, type Kysely } from 'kysely';
import { tallyEmails } from '../../emails/count-emails';
import { countRunsThrough, tallyRuns } from '../../workflows/list-runs';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as namedStates from './002-named-states';
import * as fewerIndexes from './003-fewer-indexes';
import * as settingsRevision from './004-settings-revision';
import * as objectStates from './005-object-states';
import * as forgottenPeople from './006-forgotten-people';
import * as access from './007-access';
import * as bounces from './009-bounces';
import * as clicks from './010-clicks';
import * as results from './011-results';
import * as billingContacts from './020-billing-contacts';

const BEFORE = [
  first,
  namedStates,
  fewerIndexes,
  settingsRevision,
  objectStates,
  forgottenPeople,
  access,
  bounces,
  clicks,
];
const TENANT = { accountId: 'acct_1', livemode: true };

/** Rows as the release before wrote them: a run with two steps and its email, and a step whose run is gone. */
const ROWS = [
  `insert into run (account_id, livemode, id, workflow_id, contact_id, event_id, run_key, status, step_id, started_at)
    values ('acct_1', 1, 'run_1', 'wfl_1', 'con_1', 'evt_1', 'k', 'running', 'pause', 1)`,
  `insert into run_step (account_id, livemode, run_id, n, step_id, kind, at, result) values
    ('acct_1', 1, 'run_1', 1, 'mail', 'email', 1, ''), ('acct_1', 1, 'run_1', 2, 'pause', 'wait', 1, ''),
    ('acct_1', 1, 'run_gone', 1, 'mail', 'email', 1, '')`,
  `insert into email (account_id, livemode, id, workflow_id, step_id, kind, to_address, subject, status, message_id, is_test,
    created_at, delivered_at)
    values ('acct_1', 1, 'eml_1', 'wfl_1', 'mail', 'marketing', 'a@example.com', '', 'sent', '<m>', 0, 1, 2)`,
];

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    for (const { up } of BEFORE) await up(db as unknown as Kysely<never>);
    for (const row of ROWS) await sql.raw(row).execute(db);
    // What counts them today asks for copies, too.
    for (const { up } of [results, billingContacts]) await up(db as unknown as Kysely<never>);
  });
  afterEach(() => db.destroy());

  it('counts what the release before has done', async () => {
    for (const [step, count] of [
      ['mail', 1],
      ['pause', 1],
      ['other', 0],
    ] as const)
      expect(await countRunsThrough(db, TENANT, { workflow: 'wfl_1', step }, {})).toBe(count);
    expect(await tallyRuns(db, TENANT, 'wfl_1', {})).toEqual([
      { status: 'running', reason: null, step: 'pause', isWaiting: false, count: 1 },
    ]);
    expect(await tallyEmails(db, TENANT, 'wfl_1', {})).toMatchObject([{ step: 'mail', status: 'sent', delivered: 1 }]);
    expect(await db.selectFrom('email').select('decided_at').execute()).toEqual([{ decided_at: null }]);
  });
});

it.each([
  [
    `step_id, status, reason`,
    'count(delivered_at), count(bounced_at), count(complained_at), count(clicked_at)',
    'email',
  ],
  [`status, reason, step_id`, 'count(*)', 'run'],
  [`step_id`, 'count(distinct run_id)', 'run_step'],
])('SQLite counts by %s from an index alone', async (group, counts, table) => {
  const db = openDatabase(await freshDatabase('sqlite'));
  for (const { up } of [...BEFORE, results, billingContacts]) await up(db as unknown as Kysely<never>);
  const tenant = `account_id = 'acct_1' and livemode = 1 and workflow_id = 'wfl_1'`;
  const query = `select ${group}, ${counts} from ${table} where ${tenant} group by ${group}`;
  const { rows } = await sql.raw(`explain query plan ${query}`).execute(db);
  expect(JSON.stringify(rows)).toContain(`USING COVERING INDEX ${table}_workflow`);
  await db.destroy();
});
