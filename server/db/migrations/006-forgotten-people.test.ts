import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as namedStates from './002-named-states';
import * as fewerIndexes from './003-fewer-indexes';
import * as settingsRevision from './004-settings-revision';
import * as objectStates from './005-object-states';
import * as forgottenPeople from './006-forgotten-people';

const BEFORE = [first, namedStates, fewerIndexes, settingsRevision, objectStates];

/** The rows of one contact as the release before left them, whether the contact is there (`con`) or was deleted (null). */
const rowsOf = (who: string, con: string | null) => {
  const contact = con === null ? 'null' : `'${con}'`;
  const to = con === null ? '' : `${who}@example.com`;
  return [
    `insert into customer_link (account_id, livemode, customer_id, contact_id, stamp, delinquent, customer_since, due_at)
      values ('acct_1', 1, 'cus_${who}', ${contact}, 1, 1, 1, 1)`,
    `insert into event (account_id, livemode, id, seq, type, created, received_at, status, outcome, customer_id, contact_id,
      due_at) values
      ('acct_1', 1, 'evt_1${who}', '1${who}', 't', 1, 1, 'processed', 'Done', 'cus_${who}', ${contact}, null),
      ('acct_1', 1, 'evt_2${who}', '2${who}', 't', 1, 1, 'ignored', 'Off in settings', 'cus_${who}', null, null),
      ('acct_1', 1, 'evt_3${who}', '3${who}', 't', 1, 1, 'pending', '', 'cus_${who}', null, 1)`,
    ...[1, 2, 3].map((n) => `insert into event_payload values ('acct_1', 1, '${n}${who}', '${who}@example.com')`),
    `insert into run (account_id, livemode, id, workflow_id, contact_id, event_id, run_key, slot, invoice_id, subject_kind,
      subject_id, customer_id, outcome, status, started_at) values ('acct_1', 1, 'run_${who}', 'wfl_1',
      '${con ?? 'con_gone'}', 'evt_1${who}', 'customer.created cus_${who} ', 'once', 'in_${who}', 'customer', 'cus_${who}',
      'cus_${who}', 'It was ${who}', 'finished', 1)`,
    `insert into run_step (account_id, livemode, run_id, n, step_id, kind, at, result) values
      ('acct_1', 1, 'run_${who}', 1, 's', 'email', 1, 'Queued “Hello ${who}”')`,
    `insert into email (account_id, livemode, id, contact_id, run_id, kind, to_address, subject, status, outcome,
      last_error, subject_kind, subject_id, customer_id, message_id, is_test, created_at) values
      ('acct_1', 1, 'eml_${who}', ${contact}, 'run_${who}', 'marketing', '${to}', '', 'failed', 'No ${who}', 'No ${who}',
      'customer', 'cus_${who}', 'cus_${who}', '<m>', 0, 1)`,
    `insert into subscription_state (account_id, livemode, subscription_id, customer_id, mrr, stamp)
      values ('acct_1', 1, 'sub_${who}', 'cus_${who}', 1, 1)`,
    `insert into object_state (account_id, livemode, id, kind, customer_id, properties, stamp, known_at)
      values ('acct_1', 1, 'in_${who}', 'invoice', 'cus_${who}', '{}', 1, 1)`,
  ];
};

const ROWS = [
  `insert into contact (account_id, livemode, id, email, name_stamp, status, source, created_at, updated_at)
    values ('acct_1', 1, 'con_1', 'jenny@example.com', 0, 'subscribed', 'Stripe', 1, 1)`,
  ...rowsOf('jenny', 'con_1'),
  ...rowsOf('ghost', null),
  `insert into event (account_id, livemode, id, seq, type, created, received_at, status, outcome, contact_id) values
    ('acct_1', 1, 'evt_moved', '9', 't', 1, 1, 'processed',
     'Updated contact jenny@example.com (the customer moved from ghost@example.com)', 'con_1')`,
  `insert into email (account_id, livemode, id, kind, to_address, subject, status, message_id, is_test, created_at) values
    ('acct_1', 1, 'eml_test', 'marketing', 'me@example.com', 'Hello ghost', 'sent', '<t>', 1, 1)`,
  `insert into email_body values ('acct_1', 1, 'eml_test', 'Hello ghost', 'Hello ghost', '{}')`,
  `insert into suppression values ('acct_1', 1, 'hash', 'marketing', 'unsubscribed', 1)`,
];

describe.each(ENGINES)('on %s', (engine) => {
  let db: Db;
  beforeEach(async () => {
    db = openDatabase(await freshDatabase(engine));
    for (const { up } of BEFORE) await up(db as unknown as Kysely<never>);
    for (const row of ROWS) await sql.raw(row).execute(db);
  });
  afterEach(() => db.destroy());

  /** Every row as text that names this person, by table. */
  async function naming(who: string): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const { name } of await db.introspection.getTables()) {
      const rows = await db
        .selectFrom(name as 'event')
        .selectAll()
        .execute();
      // Ids of our own rows, made from the name for this test alone.
      const texts = rows.map((row) => JSON.stringify(row).replace(/"(?:evt_|run_|eml_)?\d?(?:ghost|jenny)"/g, '""'));
      const named = texts.filter((text) => text.includes(who)).length;
      if (named > 0) found[name] = named;
    }
    return found;
  }

  it('nothing but its tombstone, and what waits, names who was deleted; who is there keeps everything', async () => {
    const before = await naming('jenny');
    expect(Object.keys(await naming('ghost')).length).toBeGreaterThan(7);
    await forgottenPeople.up(db as unknown as Kysely<never>);
    expect(await naming('ghost')).toEqual({ customer_link: 1, event: 1, event_payload: 1 });
    const links = await db.selectFrom('customer_link').selectAll().where('contact_id', 'is', null).execute();
    expect(links).toMatchObject([{ delinquent: null, customer_since: null, due_at: null }]);
    const moved = before.event! - 1;
    expect(await naming('jenny')).toEqual({ ...before, event: moved });
  });

  it('suppressions are not found by the release before, rather than missed', async () => {
    await forgottenPeople.up(db as unknown as Kysely<never>);
    expect(await db.selectFrom('suppression').select('address_mac').execute()).toEqual([{ address_mac: 'hash' }]);
    await expect(sql`select address_hash from suppression`.execute(db)).rejects.toMatchObject({
      message: expect.stringMatching(/address_hash/) as string,
    });
  });
});
