/**
 * Tillpost itself for a measurement. Arguments: database URL, secret, accounts with commas between them, `worker`,
 * `receive-only` or `counting-anew`, whose clock goes on with each report by more than any page remembers. Prints its port;
 * on SIGUSR2 how much of its work is done; stops on SIGTERM. With an SMTP URL as a further argument, customers get a mail
 * each time they pay; with `marketing` after it, new customers a welcome instead.
 */
import { readConfig } from '../../../config';
import { createContext } from '../../../context';
import { createLog } from '../../../log';
import { startServer } from '../../../server';
import { insertConnectedAccount } from '../connected-account';
import { activateWorkflow, createWorkflow } from '../../../workflows/workflows';

const [databaseUrl = '', secret = '', accounts = '', mode, smtpUrl, mail] = process.argv.slice(2);
const WELCOME = { template: 'new_customer', trigger: 'customer.created' } as const;
const THANKS = { template: 'payment_successful', trigger: 'invoice.paid' } as const;

/** Longer than numbers are remembered. */
const APART_MS = 60_000;

async function main(): Promise<void> {
  let ahead = 0;
  const started = performance.now();
  const ctx = createContext(
    readConfig({
      PORT: '0',
      DATABASE_URL: databaseUrl,
      STRIPE_SECRET_KEY: 'sk_live_bench00000',
      STRIPE_AUTHORIZE_URL: 'http://127.0.0.1/',
      STRIPE_WEBHOOK_SECRET: secret,
      SMTP_URL: smtpUrl,
      MAIL_FROM: 'bench@mail.example.com',
    }),
    { log: createLog('error'), clock: { now: () => Date.now() + ahead } },
  );
  ctx.metrics.collectDefaults();
  const running = await startServer(ctx, { runsWorker: mode === 'worker' });
  const readyMs = performance.now() - started;
  for (const accountId of accounts.split(',')) {
    const tenant = await insertConnectedAccount(ctx, accountId);
    if (!smtpUrl) continue;
    const { id } = await createWorkflow(ctx.db, tenant, mail === 'marketing' ? WELCOME : THANKS, Date.now());
    await activateWorkflow(ctx.db, tenant, id, Date.now());
  }
  process.on('SIGUSR2', () => void report());
  process.on('SIGTERM', () => void running.stop().then(() => process.exit(0)));

  async function report(): Promise<void> {
    if (mode === 'counting-anew') ahead += APART_MS;
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
