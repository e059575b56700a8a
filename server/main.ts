/** The life of the process: configuration, context, server, a signal, stop. */
import { ConfigError, readConfig } from './config';
import { createContext } from './context';
import { warnOfConnectEndpoints } from './installs/connect-endpoint';
import { startServer } from './server';

/** Two stat calls: how long two processes may work on one file if somebody deletes its lock. */
const LOOK_AT_LOCK_MS = 1_000;
const LOST_LOCK =
  'the SQLite file or its .lock was deleted, moved or replaced: another process may work on the database, so this one ends';

async function main(): Promise<void> {
  const ctx = createContext(readConfig());
  ctx.metrics.collectDefaults();
  const running = await startServer(ctx);
  const { publicUrl, host } = ctx.config;
  ctx.log.info({ url: publicUrl, host, port: running.port }, 'Tillpost is ready');
  void warnOfConnectEndpoints(ctx);

  let isStopping = false;
  const stop = (code: number, signal?: string) => {
    if (isStopping) return;
    isStopping = true;
    ctx.log.info({ signal }, 'stopping');
    running.stop().then(
      () => process.exit(code),
      (error: unknown) => {
        ctx.log.error({ err: error }, 'could not stop in order');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(0, signal));
  setInterval(() => {
    if (isStopping || running.isAlone()) return;
    ctx.log.error(LOST_LOCK);
    stop(1);
  }, LOOK_AT_LOCK_MS).unref();
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(error.message);
  else console.error('Tillpost could not start:', error instanceof Error ? error.message : error);
  process.exit(1);
});
