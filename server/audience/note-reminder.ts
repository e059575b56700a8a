import { inList } from '../db/bulk';
import type { Row, Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { ASKING_FOR_PAYMENT } from './failed-invoices';

type Happened = Partial<Record<'first_mailed_at' | 'clicked_at', number>>;

/**
 * What first happened to emails (epoch milliseconds), noted on the failed invoices that they are about; emails that ask for no
 * payment count for nothing. In the transaction that writes the emails' rows.
 */
export async function noteReminder(
  trx: Trx,
  tenant: Tenant,
  emails: readonly string[],
  happened: Happened,
): Promise<void> {
  if (emails.length === 0) return;
  const reminders = trx
    .selectFrom('email')
    // Not the workflow: that may be deleted, or have another trigger by now.
    .innerJoin('event', (join) =>
      join
        .onRef('event.account_id', '=', 'email.account_id')
        .onRef('event.livemode', '=', 'email.livemode')
        .onRef('event.id', '=', 'email.event_id'),
    )
    .select('email.subject_id')
    .where(ofTenant(tenant, 'email'))
    .where('email.id', 'in', inList(emails))
    .where('email.subject_kind', '=', 'invoice')
    .where('email.is_test', '=', 0)
    .where('event.type', 'in', ASKING_FOR_PAYMENT);
  const invoices = (await reminders.execute()).flatMap(({ subject_id }) => subject_id ?? []);
  if (invoices.length === 0) return;
  for (const [column, at] of Object.entries(happened) as [keyof Happened, number][])
    await trx
      .updateTable('failed_invoice')
      .set({ [column]: at } as Partial<Row<'failed_invoice'>>)
      .where(ofTenant(tenant))
      .where('invoice_id', 'in', inList(invoices))
      .where(column, 'is', null)
      .execute();
}
