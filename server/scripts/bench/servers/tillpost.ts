/**
 * Tillpost itself for a measurement. Arguments: database URL, secret, account, `worker` or `receive-only`. Prints its
 * port; on SIGUSR2 how much of its work is done; stops on SIGTERM. With an SMTP URL as the last argument, paying customers get
 * a mail each time.
 */
import { defaultSettings } from '../../../../shared/settings';
import { readConfig } from '../../../config';
import { createContext } from '../../../context';
import { createLog } from '../../../log';
import { connectInstall } from '../../../installs/installs';
import { sealSecret } from '../../../installs/seals';
import { startServer } from '../../../server';
import { saveSettings } from '../../../settings/settings';
import { activateWorkflow, createWorkflow } from '../../../workflows/workflows';

const [databaseUrl = '', secret = '', accountId = '', mode, smtpUrl] = process.argv.slice(2);

async function main(): Promise<void> {
  const started = performance.now();
  const ctx = createContext(
    readConfig({
      PORT: '0',
      DATABASE_URL: databaseUrl,
      STRIPE_SECRET_KEY: 'sk_live_bench00000',
      STRIPE_AUTHORIZE_URL: 'http://127.0.0.1/',
      STRIPE_WEBHOOK_SECRET: secret,
      SMTP_URL: smtpUrl,
      MAIL_FROM: 'bench@example.com',
    }),
    { log: createLog('error') },
  );
  ctx.metrics.collectDefaults();
  const running = await startServer(ctx, { runsWorker: mode === 'worker' });
  const readyMs = performance.now() - started;
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
  if (smtpUrl) {
    const { id } = await createWorkflow(
      ctx.db,
      tenant,
      { template: 'payment_successful', trigger: 'invoice.paid' },
      now,
    );
    await activateWorkflow(ctx.db, tenant, id, now);
  }
  process.on('SIGUSR2', () => void report());
  process.on('SIGTERM', () => void running.stop().then(() => process.exit(0)));

  async function report(): Promise<void> {
    const due = await ctx.db.selectFrom('event').select('id').where('due_at', 'is not', null).limit(1).execute();
    const { user, system } = process.cpuUsage();
    console.log(
      JSON.stringify({
        isDone: due.length === 0,
        rssMb: process.memoryUsage().rss / 1e6,
        cpuMs: (user + system) / 1e3,
      }),
    );
  }
  console.log(JSON.stringify({ port: running.port, readyMs, rssMb: process.memoryUsage().rss / 1e6 }));
}

void main();
