import { sql, type Kysely } from 'kysely';
import { ENGINES, freshDatabase } from '../../test/databases';
import { openDatabase } from '../open';
import type { Db } from '../schema';
import * as first from './001-first';
import * as namedStates from './002-named-states';
import * as objectStates from './005-object-states';
import * as results from './011-results';
import * as billingContacts from './020-billing-contacts';
import * as bounces from './009-bounces';
import * as clicks from './010-clicks';
import * as nothingStays from './041-nothing-stays';

const BEFORE = [first, namedStates, objectStates, bounces, clicks, results, billingContacts];

/** As the release before wrote them: of a guest, of a customer over and open, and a subscription. */
const ROWS = [
  ['cs_guest', 'checkout_session', null, 'open'],
  ['in_paid', 'invoice', 'cus_1', 'paid'],
  ['in_open', 'invoice', 'cus_1', 'open'],
  ['sub_ended', 'subscription', 'cus_1', 'canceled'],
] as const;

async function upgraded(engine: (typeof ENGINES)[number]): Promise<Db> {
  const db = openDatabase(await freshDatabase(engine));
  for (const { up } of BEFORE) await up(db as unknown as Kysely<never>);
  for (const [id, kind, customer, status] of ROWS)
    await sql`insert into object_state (account_id, livemode, id, kind, customer_id, status, properties, stamp, known_at)
      values ('acct_1', 1, ${id}, ${kind}, ${customer}, ${status}, '{}', 1, 7)`.execute(db);
  await nothingStays.up(db as unknown as Kysely<never>);
  return db;
}

it.each(ENGINES)('on %s what the release before kept of guests, and of what is over, is looked at', async (engine) => {
  const db = await upgraded(engine);
  const rows = await db.selectFrom('object_state').select(['id', 'person_since']).orderBy('id').execute();
  expect(rows.map((row) => [row.id, row.person_since])).toEqual([
    ['cs_guest', 7],
    ['in_open', null],
    ['in_paid', 7],
    ['sub_ended', null],
  ]);
  await db.destroy();
});

it.each([
  ['object_state', 'person_since < 9', 'INDEX object_state_person'],
  ['email', "account_id = 'a' and livemode = 1 and to_address in ('b') and copy_to <> ''", 'INDEX email_copy'],
  ['contact', "account_id = 'a' and livemode = 1 and billing_emails is not null", 'INDEX contact_billing'],
])('SQLite finds them in %s without reading the others', async (table, condition, index) => {
  const db = await upgraded('sqlite');
  const { rows } = await sql.raw(`explain query plan select * from ${table} where ${condition}`).execute(db);
  expect(JSON.stringify(rows)).toContain(index);
  await db.destroy();
});
