/**
 * Accounts that were connected before ALLOWED_ACCOUNTS left them out. Nothing of theirs is deleted: their events are logged
 * as ignored, and what waits is set aside (db/queue.ts), until they are allowed again (lifecycle/housekeeping.ts).
 */
import { isAllowed } from '../allowed';
import type { Context } from '../context';
import type { Db } from '../db/schema';
import { listInstalls, type Install } from './installs';

/** At the start of a process, the only time at which the configuration changes. */
export async function applyAllowedAccounts(ctx: Context): Promise<void> {
  const installs = await listInstalls(ctx.db);
  const now = ctx.clock.now();
  for (const install of installs) {
    const isIn = isAllowed(ctx, install.account_id);
    if (isIn && install.shut_out_at !== null) await letIn(ctx.db, install, now);
    if (!isIn && install.shut_out_at === null) await shutOut(ctx.db, install, now);
  }
  const accounts = installs.filter(({ account_id }) => !isAllowed(ctx, account_id)).map(nameOf);
  if (accounts.length > 0) ctx.log.warn({ accounts }, 'ALLOWED_ACCOUNTS shuts out accounts that are connected here');
}

const nameOf = ({ account_id, livemode }: Install) => `${account_id} (${livemode ? 'live' : 'test'})`;

/** A removed one is erased in its time all the same. */
const shutOut = (db: Db, { id, status }: Install, now: number) =>
  db
    .updateTable('install')
    .set({ shut_out_at: now, ...(status === 'removed' ? {} : { due_at: null, claims: 0 }) })
    .where('id', '=', id)
    .execute();

const letIn = (db: Db, { id, status, shut_out_at, missed_since }: Install, now: number) =>
  db
    .updateTable('install')
    .set({
      shut_out_at: null,
      missed_since: missed_since ?? shut_out_at,
      catch_up_from: null,
      ...(status === 'removed' ? {} : { due_at: now, claims: 0, attempts: 0 }),
    })
    .where('id', '=', id)
    .execute();
