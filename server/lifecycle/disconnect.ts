/**
 * The end of an install, however it comes (console, Dashboard, uninstalling at Stripe): tokens gone, work stopped, its
 * data kept for 30 days or until the merchant erases it.
 */
import type { Context } from '../context';
import type { Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { findInstall, isConnected } from '../installs/installs';
import { deleteEndpoint } from '../installs/key-endpoint';
import { removeInstallFromSessions, type Session } from '../installs/sessions';
import { stopRuns } from '../workflows/runs';

/** How long the data of a removed install is kept. */
export const KEEP_MS = 30 * 24 * 60 * 60_000;

/**
 * Ends the install on the merchant's word. Stripe documents no way to revoke an app's tokens but uninstalling, so they
 * are forgotten here; a restricted key's webhook endpoint is deleted at Stripe. `session` (the one that asks) stays
 * signed in, so that it can go on to erase the data; all others lose the install.
 */
export async function disconnect(ctx: Context, tenant: Tenant, session?: Session): Promise<void> {
  const install = await findInstall(ctx.db, tenant);
  if (!isConnected(install)) return;
  await deleteEndpoint(ctx, install);
  await endInstall(ctx, tenant, session);
}

/** Ends the install on our side alone: at uninstalling, Stripe has ended it on its own. Harmless when done twice. */
export function endInstall(ctx: Context, tenant: Tenant, session?: Session): Promise<void> {
  const now = ctx.clock.now();
  return transact(ctx.db, async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('install')
      .set({
        status: 'removed',
        access_token: null,
        refresh_token: null,
        token_expires_at: null,
        token_lease_until: null,
        webhook_endpoint_id: null,
        webhook_secret: null,
        removed_at: now,
        needs_reconnect_at: null,
        // From now on the row is due for erasure.
        due_at: now + KEEP_MS,
        claims: 0,
        attempts: 0,
        last_error: null,
      })
      .where(ofTenant(tenant))
      .where('status', '!=', 'removed')
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    await removeInstallFromSessions(trx, tenant, session?.idHash);
    await trx.deleteFrom('link_token').where(ofTenant(tenant)).execute();
    await stopWork(trx, tenant, now);
  });
}

async function stopWork(trx: Trx, tenant: Tenant, now: number): Promise<void> {
  await stopRuns(trx, tenant, {}, 'disconnected', now);
  await trx
    .updateTable('email')
    .set({ status: 'failed', reason: 'The account was disconnected', due_at: null })
    .where(ofTenant(tenant))
    .where('status', '=', 'queued')
    .where('claims', '=', 0)
    .execute();
  await trx
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
  await trx
    .updateTable('import_job')
    .set({ status: 'failed', due_at: null, claims: 0, last_error: 'The account was disconnected', finished_at: now })
    .where(ofTenant(tenant))
    .where('status', 'in', ['running', 'paused'])
    .execute();
  await trx
    .updateTable('customer_link')
    .set({ due_at: null })
    .where(ofTenant(tenant))
    .where('due_at', 'is not', null)
    .execute();
}
