/** The database as the invariants read it. */
import type { Db, Row } from '../../db/schema';
import { ofTenant, type Tenant } from '../../db/tenant';

export interface Tables {
  events: Map<string, Row<'event'>>;
  contacts: Map<string, Row<'contact'>>;
  links: Map<string, Row<'customer_link'>>;
  runs: Row<'run'>[];
  runSteps: Row<'run_step'>[];
  emails: Row<'email'>[];
}

/** Of one account. */
export async function readTables(db: Db, tenant: Tenant): Promise<Tables> {
  const own = ofTenant(tenant);
  const events = await db.selectFrom('event').selectAll().where(own).execute();
  const contacts = await db.selectFrom('contact').selectAll().where(own).execute();
  const links = await db.selectFrom('customer_link').selectAll().where(own).execute();
  return {
    events: new Map(events.map((event) => [event.id, event])),
    contacts: new Map(contacts.map((contact) => [contact.id, contact])),
    links: new Map(links.map((link) => [link.customer_id, link])),
    runs: await db.selectFrom('run').selectAll().where(own).execute(),
    runSteps: await db.selectFrom('run_step').selectAll().where(own).execute(),
    emails: await db.selectFrom('email').selectAll().where(own).execute(),
  };
}
