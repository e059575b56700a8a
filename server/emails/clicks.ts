/** What is known of an email's clicks. */
import type { EmailClick } from '../../shared/api';
import { isoTimeOrNull } from '../db/columns';
import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';

/** The links of an email that were opened, the most clicked first. */
export async function listClicks(db: Db, tenant: Tenant, emailId: string): Promise<EmailClick[]> {
  const rows = await db
    .selectFrom('email_click')
    .selectAll()
    .where(ofTenant(tenant))
    .where('email_id', '=', emailId)
    .orderBy('clicks', 'desc')
    .orderBy('url')
    .execute();
  return rows.map(({ url, first_at, clicks, automatic }) => ({
    url,
    first_at: isoTimeOrNull(first_at),
    clicks,
    automatic,
  }));
}
