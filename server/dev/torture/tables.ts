/** The database as the invariants read it. */
import type { Db, Row } from '../../db/schema';

export interface Tables {
  events: Map<string, Row<'event'>>;
  contacts: Map<string, Row<'contact'>>;
  links: Map<string, Row<'customer_link'>>;
  runs: Row<'run'>[];
  runSteps: Row<'run_step'>[];
  emails: Row<'email'>[];
}

export async function readTables(db: Db): Promise<Tables> {
  const events = await db.selectFrom('event').selectAll().execute();
  const contacts = await db.selectFrom('contact').selectAll().execute();
  const links = await db.selectFrom('customer_link').selectAll().execute();
  return {
    events: new Map(events.map((event) => [event.id, event])),
    contacts: new Map(contacts.map((contact) => [contact.id, contact])),
    links: new Map(links.map((link) => [link.customer_id, link])),
    runs: await db.selectFrom('run').selectAll().execute(),
    runSteps: await db.selectFrom('run_step').selectAll().execute(),
    emails: await db.selectFrom('email').selectAll().execute(),
  };
}
