/**
 * The end of an install on our side, however it comes (console, Dashboard, uninstalling at Stripe): tokens gone, work
 * stopped, its data kept for 30 days or until the merchant erases it.
 */
import { EMAIL_REASONS } from '../../shared/words/email-reasons';
import { stopRechecks } from '../audience/recheck-queue';
import { inList } from '../db/bulk';
import { PART, pages } from '../db/parts';
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
  await failQueuedEmails(trx, tenant, { reason: 'disconnected', outcome: EMAIL_REASONS.disconnected, now });
  await ignoreWaitingEvents(trx, tenant);
  await stopRechecks(trx, tenant);
}

async function ignoreWaitingEvents(trx: Trx, tenant: Tenant): Promise<void> {
  // Along the queue's index: the log itself may hold millions. What is ignored is not found again.
  const next = () =>
    trx
      .selectFrom('event')
      .select('seq')
      .where(ofTenant(tenant))
      .where('due_at', '>', 0)
      .where('status', 'in', ['pending', 'waiting'])
      .where('claims', '=', 0)
      .orderBy('due_at')
      .limit(PART)
      .execute();
  for await (const some of pages(next))
    await trx
      .updateTable('event')
      .set({
        status: 'ignored',
        reason: 'not_installed',
        outcome: 'The account was disconnected before this event was processed',
        due_at: null,
      })
      .where(ofTenant(tenant))
      .where('seq', 'in', inList(some.map(({ seq }) => seq)))
      .execute();
}
