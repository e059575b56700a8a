/** What contacts are found by, as a search compares it; and who had an event run again, with what had come of it before. */
import { sql, type Kysely } from 'kysely';
import { searchTextOf } from '../../fold-text';
import { PART, pages } from '../parts';

interface Kept {
  account_id: string;
  livemode: number;
  id: string;
  email: string;
  first_name: string | null;
  last_name: string | null;
}

export async function up(db: Kysely<never>): Promise<void> {
  const { schema } = db;
  await schema
    .alterTable('contact')
    .addColumn('search_text', 'text', (c) => c.notNull().defaultTo(''))
    .execute();
  const next = async (last?: Kept) => {
    const after = last
      ? sql`(account_id, livemode, id) > (${last.account_id}, ${last.livemode}, ${last.id})`
      : sql`true`;
    const { rows } = await sql<Kept>`select account_id, livemode, id, email, first_name, last_name from contact
      where ${after} order by account_id, livemode, id limit ${PART}`.execute(db);
    return rows;
  };
  for await (const some of pages(next)) await write(db, some);

  await schema
    .createTable('event_replay')
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('livemode', 'integer', (c) => c.notNull())
    .addColumn('event_id', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('via', 'text', (c) => c.notNull())
    .addColumn('user_id', 'text')
    .addColumn('scope', 'text', (c) => c.notNull())
    .addColumn('status_before', 'text', (c) => c.notNull())
    .addColumn('outcome_before', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('event_replay_pk', ['account_id', 'livemode', 'event_id', 'id'] as never[])
    .execute();
}

async function write(db: Kysely<never>, contacts: readonly Kept[]): Promise<void> {
  const values = contacts.map(
    (one) => sql`(${one.account_id}, ${sql.lit(Number(one.livemode))}, ${one.id}, ${searchTextOf(one)})`,
  );
  await sql`with folded (account_id, livemode, id, search_text) as (values ${sql.join(values)})
    update contact set search_text = folded.search_text from folded
    where contact.account_id = folded.account_id and contact.livemode = folded.livemode and contact.id = folded.id`.execute(
    db,
  );
}
