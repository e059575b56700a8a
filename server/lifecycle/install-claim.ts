/** A claim on an install row while its background work goes on. Connecting, disconnecting or another claim ends it. */
import type { Context } from '../context';
import { LEASE_MS } from '../db/claim';
import type { Install } from '../installs/installs';

const held = (ctx: Context, install: Install) =>
  ctx.db
    .updateTable('install')
    .where('id', '=', install.id)
    .where('status', '=', install.status)
    .where('attempts', '=', install.attempts)
    .where('claims', '>', 0);

/** Extends the lease; false when the claim is lost and the work must end. */
export async function holdInstall(ctx: Context, install: Install): Promise<boolean> {
  const { numUpdatedRows } = await held(ctx, install)
    .set({ due_at: ctx.clock.now() + LEASE_MS })
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Ends the claim with its result; without effect when it is lost. */
export async function releaseInstall(
  ctx: Context,
  install: Install,
  fields: Partial<Pick<Install, 'due_at' | 'attempts' | 'last_error' | 'catch_up_from' | 'reconnect_notified_at'>>,
): Promise<void> {
  await held(ctx, install)
    .set({ ...fields, claims: 0 })
    .execute();
}
