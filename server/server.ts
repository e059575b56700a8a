/** One running Tillpost: database migrated, http listening, worker started. The process and the tests start it alike. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { createHandler } from './app';
import { openSuppressionKey } from './audience/suppression-key';
import { startMailboxLoop } from './bounces/mailbox-loop';
import type { Context } from './context';
import { migrate } from './db/migrate';
import { refuseHalfMoved } from './db/move-progress';
import { waitForLock, type DatabaseLock } from './db/sqlite-file';
import { applyAllowedAccounts } from './installs/shut-out';
import { createQueues } from './queues';
import { createWorker, type Worker } from './worker';

export interface Running {
  ctx: Context;
  worker: Worker;
  port: number;
  /** Whether other starts still find the lock of its SQLite file: one that lost it must not go on. */
  isAlone(): boolean;
  /** Finishes requests and work in hand, for 9 s at most; then closes everything. */
  stop(): Promise<void>;
}

/** Milliseconds after which a half-sent request or an idle connection is closed. */
const TIMEOUTS = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  // How often the above are checked.
  connectionsCheckingInterval: 5_000,
};
/** A client that reads none of its response for this long is cut off. */
const UNREAD_MS = 120_000;
/** A stop ends within 10 s, closing included. */
const GRACE_MS = 9_000;
/** What the mail server hasn't replied to by then is cut off, so that its result can still be recorded. */
const CUT_MAIL_MS = 6_000;
/** While stopping, a connection may stay idle this long, and clients that go on sending have this long to notice. */
const LINGER_MS = 500;
/** When no request came for this long, none is under way on a connection that looks idle. */
const QUIET_MS = 20;

interface Options {
  runsWorker?: boolean;
  bound?: NetServer;
}

/**
 * Throws when the SQLite file stays another process's, a move into the database did not end, the database can't be migrated, ENCRYPTION_KEY is another or the
 * port is taken. `bound` is a server that has the port already and hands it over, so that nobody takes it in between;
 * without `runsWorker` only requests are served.
 */
export async function startServer(ctx: Context, options: Options = {}): Promise<Running> {
  const lock = await waitForLock(ctx.secrets.databaseUrl, (holder) =>
    ctx.log.info({ holder }, 'waiting for the process that uses the database to end'),
  );
  try {
    await refuseHalfMoved(ctx.db);
    await migrate(ctx.db);
    await openSuppressionKey(ctx);
    await applyAllowedAccounts(ctx);
    return await serve(ctx, lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function serve(ctx: Context, lock: DatabaseLock, { runsWorker = true, bound }: Options): Promise<Running> {
  const worker = createWorker(ctx, createQueues());
  const handle = createHandler(ctx);
  let isStopping = false;
  let lastRequestAt = 0;
  const unanswered = new Set<ServerResponse>();
  const server = createServer(TIMEOUTS, (req, res) => {
    lastRequestAt = performance.now();
    if (isStopping) res.shouldKeepAlive = false;
    unanswered.add(res);
    res.once('close', () => unanswered.delete(res));
    handle(req, res);
  });
  server.setTimeout(UNREAD_MS);
  const close = async () => {
    isStopping = true;
    // A sender that never pauses would be served for the whole grace period, and cut off at its end.
    for (const res of unanswered) res.shouldKeepAlive = false;
    server.keepAliveTimeout = LINGER_MS;
    const lingerUntil = performance.now() + LINGER_MS;
    const isBusy = () => unanswered.size > 0 || performance.now() < lastRequestAt + QUIET_MS;
    while (isBusy() && performance.now() < lingerUntil) {
      await wait(QUIET_MS);
      // After a pause of the whole process, what has arrived meanwhile is read first.
      for (let turn = 0; turn < 3; turn++) await nextTurn();
    }
    // Cuts what is idle, and waits for the rest.
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  const { port, host } = ctx.config;
  await listen(server, bound ?? { port, host });
  if (runsWorker) await worker.start();
  const mailbox = runsWorker ? startMailboxLoop(ctx) : undefined;
  return {
    ctx,
    worker,
    port: (server.address() as AddressInfo).port,
    isAlone: () => lock.isHeld(),
    async stop() {
      const grace = new AbortController();
      const cut = setTimeout(() => ctx.transport?.cut(), CUT_MAIL_MS);
      // What Stripe, a client or the database still holds by then is retried when its lease ends.
      const isOver = wait(GRACE_MS, undefined, { signal: grace.signal }).catch(() => undefined);
      await Promise.race([Promise.all([close(), worker.stop(), mailbox?.stop()]), isOver]);
      grace.abort();
      clearTimeout(cut);
      server.closeAllConnections();
      ctx.transport?.close();
      await ctx.rendering.close();
      await ctx.db.destroy().finally(() => lock.release());
    },
  };
}

function listen(server: Server, at: NetServer | { port: number; host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => resolve());
  });
}
