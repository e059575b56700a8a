/** The end of an install on the merchant's word. */
import type { Context } from '../context';
import type { Tenant } from '../db/tenant';
import { transact } from '../db/transact';
import { endInstall } from '../events/end-install';
import { findInstall, isConnected } from '../installs/installs';
import { deleteEndpoint } from '../installs/key-endpoint';
import type { Session } from '../installs/sessions';

/**
 * Stripe documents no way to revoke an app's tokens but uninstalling, so they are forgotten here; a restricted key's
 * webhook endpoint is deleted at Stripe. `session` (the one that asks) stays signed in, so that it can go on to erase the
 * data; all others lose the install.
 */
export async function disconnect(ctx: Context, tenant: Tenant, session?: Session): Promise<void> {
  const install = await findInstall(ctx.db, tenant);
  if (!isConnected(install)) return;
  await deleteEndpoint(ctx, install);
  await transact(ctx.db, (trx) => endInstall(trx, tenant, ctx.clock.now(), session));
}
