/** One account, connected and with every event on, as measurements need it. */
import { defaultSettings } from '../../../shared/settings';
import type { Context } from '../../context';
import type { Tenant } from '../../db/tenant';
import { connectInstall } from '../../installs/installs';
import { sealSecret } from '../../installs/seals';
import { saveSettings } from '../../settings/settings';

export async function insertConnectedAccount(ctx: Context, accountId: string): Promise<Tenant> {
  const tenant = { accountId, livemode: true };
  const now = ctx.clock.now();
  await connectInstall(
    ctx.db,
    tenant,
    {
      kind: 'oauth',
      access_token: sealSecret(ctx, 'token', tenant, 'none'),
      refresh_token: sealSecret(ctx, 'refresh', tenant, 'none'),
      token_expires_at: now + 3_600_000_000,
      webhook_endpoint_id: null,
      webhook_secret: null,
    },
    { now },
  );
  // Nothing listens where Stripe would be: catching up isn't what is measured.
  await ctx.db.updateTable('install').set({ due_at: null }).execute();
  const settings = defaultSettings();
  for (const choice of Object.values(settings.events)) choice.enabled = true;
  await saveSettings(ctx.db, tenant, settings, now);
  return tenant;
}
