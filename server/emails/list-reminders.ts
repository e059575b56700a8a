import { keyFor, selectByKeys } from '../db/keys';
import type { Db, Row } from '../db/schema';
import { tenantColumns, type Tenant } from '../db/tenant';
import { groupBy } from '../group-by';

interface Reminded {
  invoice: string | null;
  contact: string | null;
}

/** The emails about these invoices that went out, or stand for such in test mode, by invoice; the earliest first. */
export async function listRemindersOf(
  db: Db,
  tenant: Tenant,
  invoices: readonly Reminded[],
): Promise<Map<string, Row<'email'>[]>> {
  const contacts = invoices.flatMap(({ contact }) => (contact ? keyFor(tenantColumns(tenant), contact) : []));
  const wanted = new Set(invoices.map(({ invoice }) => invoice));
  const where = "subject_kind = 'invoice' and status in ('sent', 'captured') and is_test = 0";
  const emails = await selectByKeys(db, 'email', 'contact_id', contacts, { where });
  const about = emails.filter(({ subject_id }) => wanted.has(subject_id));
  about.sort((a, b) => (a.id < b.id ? -1 : 1));
  return groupBy(about, ({ subject_id }) => subject_id ?? '');
}
