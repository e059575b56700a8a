/**
 * The end of an install on our side, however it comes (console, Dashboard, uninstalling at Stripe): tokens gone, work
 * stopped, its data kept for 30 days or until the merchant erases it.
 */
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { stopRechecks } from '../audience/recheck-queue';
import type { Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { failQueuedEmails } from '../emails/emails';
import { removeInstall } from '../installs/remove';
import type { Session } from '../installs/sessions';
import { stopRuns } from '../workflows/runs';

/** Harmless when done twice. `session` stays signed in; all others lose the install. `now` in epoch milliseconds. */
export async function endInstall(trx: Trx, tenant: Tenant, now: number, session?: Session): Promise<void> {
  if (!(await removeInstall(trx, tenant, now, session))) return;
  await stopRuns(trx, tenant, {}, 'disconnected', now);
  await failQueuedEmails(trx, tenant, { reason: 'disconnected', outcome: EMAIL_REASONS.disconnected });
  await ignoreWaitingEvents(trx, tenant);
  await stopRechecks(trx, tenant);
}

const ignoreWaitingEvents = (trx: Trx, tenant: Tenant) =>
  trx
    .updateTable('event')
    .set({
      status: 'ignored',
      reason: 'not_installed',
      outcome: 'The account was disconnected before this event was processed',
      due_at: null,
    })
    .where(ofTenant(tenant))
    .where('status', 'in', ['pending', 'waiting'])
    .where('claims', '=', 0)
    // From the queue's index: the log itself may hold millions.
    .where('seq', 'in', (eb) => eb.selectFrom('event as due').select('due.seq').where('due.due_at', 'is not', null))
    .execute();
