/** The life of the process: configuration, context, server, a signal, stop. */
import { ConfigError, readConfig } from './config';
import { createContext } from './context';
import { warnOfConnectEndpoints } from './installs/connect-endpoint';
import { startServer } from './server';

async function main(): Promise<void> {
  const ctx = createContext(readConfig());
  ctx.metrics.collectDefaults();
  const running = await startServer(ctx);
  const { publicUrl, host } = ctx.config;
  ctx.log.info({ url: publicUrl, host, port: running.port }, 'Tillpost is ready');
  void warnOfConnectEndpoints(ctx);

  let isStopping = false;
  const stop = (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    ctx.log.info({ signal }, 'stopping');
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        ctx.log.error({ err: error }, 'could not stop in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(error.message);
  else console.error('Tillpost could not start:', error instanceof Error ? error.message : error);
  process.exit(1);
});
