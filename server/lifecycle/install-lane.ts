/**
 * The queue of installs. What is due on one follows from its status: a connected one catches up with Stripe, one that
 * lost its connection tells the merchant, a removed one is erased.
 */
import type { Context } from '../context';
import { backOffMs } from '../db/back-off';
import { claim, MAX_CLAIMS } from '../db/claim';
import { NeedsReconnect } from '../installs/credentials';
import type { Install } from '../installs/installs';
import { sendReconnectNotice } from '../installs/reconnect-notice';
import { redact } from '../log';
import { createInbox } from '../webhooks/inbox';
import type { Lane } from '../worker';
import { createBackground } from '../db/background';
import { catchUp, catchUpAll, CATCH_UP_EVERY_MS } from './catch-up';
import { eraseData } from './erase';
import { releaseInstall } from './install-claim';

const AT_ONCE = 3;

export function createInstallLane(): Lane {
  const background = createBackground(AT_ONCE);
  let hasStarted = false;
  return {
    name: 'install',
    async work(ctx) {
      if (!hasStarted) await catchUpAll(ctx);
      hasStarted = true;
      const limit = background.free();
      const installs = limit > 0 ? await claim(ctx.db, 'install', { now: ctx.clock.now(), limit }) : [];
      for (const install of installs) background.start(ctx, () => handle(ctx, install));
      return installs.length;
    },
    settle: () => background.settle(),
  };
}

async function handle(ctx: Context, install: Install): Promise<void> {
  try {
    // Work that keeps crashing the process must not keep it from starting.
    if (install.claims > MAX_CLAIMS)
      await releaseInstall(ctx, install, { due_at: ctx.clock.now() + CATCH_UP_EVERY_MS });
    else await workFor(ctx, install);
  } catch (error) {
    // The row has been made due for the notice already.
    if (error instanceof NeedsReconnect) return;
    ctx.log.warn({ err: error, install: install.id, status: install.status }, 'work for an install is put off');
    ctx.metrics.retries.inc({ queue: 'install' });
    await releaseInstall(ctx, install, {
      due_at: ctx.clock.now() + backOffMs(install.attempts, { longest: CATCH_UP_EVERY_MS }),
      last_error: redact(error instanceof Error ? error.message : String(error)),
    });
  }
}

async function workFor(ctx: Context, install: Install): Promise<void> {
  switch (install.status) {
    case 'active':
      return catchUp(ctx, createInbox(ctx), install);
    case 'needs_reconnect':
      if (install.reconnect_notified_at === null) await sendReconnectNotice(ctx, install);
      return releaseInstall(ctx, install, { due_at: null, attempts: 0, reconnect_notified_at: ctx.clock.now() });
    case 'removed':
      return eraseData(ctx, install);
  }
}
