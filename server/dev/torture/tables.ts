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

/** All but those of the account that only disturbs. */
export async function readTables(db: Db, hostile: Tenant): Promise<Tables> {
  const events = await db.selectFrom('event').selectAll().where('account_id', '<>', hostile.accountId).execute();
  const contacts = await db.selectFrom('contact').selectAll().where('account_id', '<>', hostile.accountId).execute();
  const links = await db.selectFrom('customer_link').selectAll().where('account_id', '<>', hostile.accountId).execute();
  return {
    events: new Map(events.map((event) => [event.id, event])),
    contacts: new Map(contacts.map((contact) => [contact.id, contact])),
    links: new Map(links.map((link) => [link.customer_id, link])),
    runs: await db.selectFrom('run').selectAll().where('account_id', '<>', hostile.accountId).execute(),
    runSteps: await db.selectFrom('run_step').selectAll().where('account_id', '<>', hostile.accountId).execute(),
    emails: await db.selectFrom('email').selectAll().where('account_id', '<>', hostile.accountId).execute(),
  };
}
