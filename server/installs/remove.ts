/** Takes an install's credentials away; its data stays for a while. */
import type { Trx } from '../db/schema';
import { ofTenant, type Tenant } from '../db/tenant';
import { failImport } from './import-job';
import { removeInstallFromSessions, type Session } from './sessions';

/** How long the data of a removed install is kept. */
export const KEEP_MS = 30 * 24 * 60 * 60_000;

/** Returns whether it was there. From now on the row is due for erasure. `now` in epoch milliseconds. */
export async function removeInstall(trx: Trx, tenant: Tenant, now: number, keeps?: Session): Promise<boolean> {
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
      due_at: now + KEEP_MS,
      claims: 0,
      attempts: 0,
      last_error: null,
    })
    .where(ofTenant(tenant))
    .where('status', '!=', 'removed')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  await removeInstallFromSessions(trx, tenant, keeps?.idHash);
  await trx.deleteFrom('link_token').where(ofTenant(tenant)).execute();
  await failImport(trx, tenant, 'The account was disconnected', now);
  return true;
}
