/**
 * The queue of installs. What is due on one follows from its status: a connected one catches up with Stripe, one that
 * lost its connection tells the merchant, a removed one is erased.
 */
import { RECONNECT_NOTICE } from '../../shared/words/connection';
import type { Context } from '../context';
import { CrashedTooOften, createQueue, retryLater, type JobFailure, type Lease, type Queue } from '../db/queue';
import { modeOf, tenantOf } from '../db/tenant';
import { sendNotice } from '../emails/send-notice';
import { wakeWaitingEvents } from '../events/event-queue';
import { NeedsReconnect } from '../installs/credentials';
import { makeAllDue, releaseInstall, type Install } from '../installs/installs';
import { updateEndpointTypes } from '../installs/key-endpoint';
import { redact } from '../log';
import { catchUp, CATCH_UP_EVERY_MS } from './catch-up';
import { eraseData } from './erase';

const BACK_OFF = { longest: CATCH_UP_EVERY_MS };

export function createInstallQueue(): Queue {
  /** Those whose endpoints may be as an earlier release made them. */
  const toUpdate = new Set<string>();
  return createQueue<'install'>({
    table: 'install',
    concurrency: 3,
    // At the start of a process every connected install looks back over the whole window.
    async begin(ctx) {
      const installs = await makeAllDue(ctx.db, ctx.clock.now());
      for (const { id, kind } of installs) if (kind === 'restricted_key') toUpdate.add(id);
    },
    work: (_ctx, jobs) => Promise.resolve(jobs),
    async background(ctx, { row }, lease) {
      if (row.shut_out_at !== null && row.status !== 'removed')
        return void (await releaseInstall(ctx.db, row, { due_at: null, attempts: 0 }));
      if (toUpdate.delete(row.id) && row.status === 'active') await updateEndpointTypes(ctx, row);
      return workFor(ctx, row, lease);
    },
    explain,
  });
}

async function workFor(ctx: Context, install: Install, lease: Lease): Promise<undefined> {
  const now = ctx.clock.now();
  switch (install.status) {
    case 'active': {
      // Connected anew, or a new process: what waited for Stripe need not wait longer.
      if (install.catch_up_from === null) await wakeWaitingEvents(ctx.db, tenantOf(install), now);
      await catchUp(ctx, install, lease);
      return;
    }
    case 'needs_reconnect':
      if (install.reconnect_notified_at === null) await sendNotice(ctx, install, reconnectNotice(install));
      await releaseInstall(ctx.db, install, { due_at: null, attempts: 0, reconnect_notified_at: now });
      return;
    case 'removed':
      await eraseData(ctx, install, lease);
  }
}

const reconnectNotice = (install: Install) => ({
  words: RECONNECT_NOTICE,
  path: install.kind === 'oauth' ? `/connect?mode=${modeOf(tenantOf(install))}` : '/',
  id: `${install.id}.${install.needs_reconnect_at}`,
});

function explain(ctx: Context, install: Install, error: unknown): JobFailure<'install'> {
  // Work that keeps crashing the process must not keep it from starting.
  if (error instanceof CrashedTooOften) return { againIn: CATCH_UP_EVERY_MS, fields: {} };
  // The row has been made due for the notice already; it isn't ours any more.
  if (error instanceof NeedsReconnect) return retryLater<'install'>(install, {}, BACK_OFF);
  ctx.log.warn({ err: error, install: install.id, status: install.status }, 'work for an install is put off');
  const last_error = redact(error instanceof Error ? error.message : String(error));
  return retryLater<'install'>(install, { last_error }, BACK_OFF);
}
