import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { RELEASED } from './record-email';

/**
 * Notes the first time that a person went on from the pay page of an email. False once the email's contact was deleted. `now`
 * in epoch milliseconds.
 */
export async function notePayClick(db: Db, tenant: Tenant, emailId: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('email')
    .set((eb) => ({ pay_clicked_at: eb.fn.coalesce('pay_clicked_at', eb.val(now)) }))
    .where(ofTenant(tenant))
    .where('id', '=', emailId)
    .where('to_address', '<>', RELEASED)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
