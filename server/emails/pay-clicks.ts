import { noteReminder } from '../audience/note-reminder';
import type { Db } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { RELEASED } from './record-email';

/**
 * Notes the first time that a person went on from the pay page of an email, also on the invoice that it asks to pay. False once the email's contact was deleted. `now`
 * in epoch milliseconds.
 */
export const notePayClick = (db: Db, tenant: Tenant, emailId: string, now: number): Promise<boolean> =>
  transact(db, async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('email')
      .set((eb) => ({ pay_clicked_at: eb.fn.coalesce('pay_clicked_at', eb.val(now)) }))
      .where(ofTenant(tenant))
      .where('id', '=', emailId)
      .where('to_address', '<>', RELEASED)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await noteReminder(trx, tenant, [emailId], { clicked_at: now });
    return true;
  });
