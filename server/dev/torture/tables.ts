/** The database as the invariants read it. */
import type { Db, Row } from '../../db/schema';
import type { Tenant } from '../../db/tenant';

export interface Tables {
  events: Map<string, Row<'event'>>;
  contacts: Map<string, Row<'contact'>>;
  links: Map<string, Row<'customer_link'>>;
  runs: Row<'run'>[];
  runSteps: Row<'run_step'>[];
  emails: Row<'email'>[];
}

/** What was looked at already: the last keys, which sort by time, and how many rows there were up to them. */
export interface Checked {
  seq: string;
  runId: string;
  emailId: string;
  events: number;
  runs: number;
  emails: number;
}

/** All but those of the account that only disturbs. Events, runs and emails since `checked`. */
export async function readTables(db: Db, hostile: Tenant, { seq, runId, emailId }: Checked): Promise<Tables> {
  const others = hostile.accountId;
  const events = await db
    .selectFrom('event')
    .selectAll()
    .where('account_id', '<>', others)
    .where('seq', '>', seq)
    .execute();
  const contacts = await db.selectFrom('contact').selectAll().where('account_id', '<>', others).execute();
  const links = await db.selectFrom('customer_link').selectAll().where('account_id', '<>', others).execute();
  const since = (table: 'run' | 'email', id: string) =>
    db.selectFrom(table).selectAll().where('account_id', '<>', others).where('id', '>', id).execute();
  return {
    events: new Map(events.map((event) => [event.id, event])),
    contacts: new Map(contacts.map((contact) => [contact.id, contact])),
    links: new Map(links.map((link) => [link.customer_id, link])),
    runs: (await since('run', runId)) as Row<'run'>[],
    runSteps: await db
      .selectFrom('run_step')
      .selectAll()
      .where('account_id', '<>', others)
      .where('run_id', '>', runId)
      .execute(),
    emails: (await since('email', emailId)) as Row<'email'>[],
  };
}

/** Moves on to what comes next. */
export async function markChecked(db: Db, hostile: Tenant, checked: Checked): Promise<void> {
  const { events, runs, emails } = await readTables(db, hostile, checked);
  const last = (keys: string[], before: string) => keys.reduce((most, key) => (key > most ? key : most), before);
  checked.seq = last(
    [...events.values()].map(({ seq }) => seq),
    checked.seq,
  );
  checked.runId = last(
    runs.map(({ id }) => id),
    checked.runId,
  );
  checked.emailId = last(
    emails.map(({ id }) => id),
    checked.emailId,
  );
  checked.events += events.size;
  checked.runs += runs.length;
  checked.emails += emails.length;
}

/** How many there are of the account that is looked at: what was checked must still be there, and nothing besides. */
export async function countRows(db: Db, hostile: Tenant): Promise<Pick<Checked, 'events' | 'runs' | 'emails'>> {
  const count = async (table: 'event' | 'run' | 'email') => {
    const { rows } = await db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .where('account_id', '<>', hostile.accountId)
      .executeTakeFirstOrThrow();
    return Number(rows);
  };
  return { events: await count('event'), runs: await count('run'), emails: await count('email') };
}
