/**
 * Everything on one laptop, no account anywhere: Tillpost and a local Stripe, with one account connected in test mode.
 * What the demo, `npm run dev` and the preview stand on.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { CHOICE_TYPES } from '../../shared/catalogue';
import { defaultSettings } from '../../shared/settings';
import { readConfig } from '../config';
import { createContext } from '../context';
import { createLog, type Logger } from '../log';
import { startServer, type Running } from '../server';
import { saveSettings } from '../settings/settings';
import { activateWorkflow, createWorkflow } from '../workflows/workflows';
import { companionOf } from './companion';
import { connectAccount } from './connect-account';
import { holdPort } from './hold-port';
import { listen } from './listen';
import { createLocalStripe, type LocalStripe } from './local-stripe/local-stripe';
import { createMovableClock } from './movable-clock';

const FOLDER = './data/demo';
const PORT = 4242;
export const SANDBOX_PORT = 4243;
const ACTIVE_TEMPLATES = ['new_customer', 'payment_failed'];

export interface LocalStack {
  localStripe: LocalStripe;
  running: Running;
  account: { accountId: string; livemode: boolean };
  url: string;
  stripeUrl: string;
  appSecret: string;
  /** Where the database is, made anew at every start; undefined where DATABASE_URL names another one. */
  folder: string | undefined;
  /** The address of the database in use, without user and password. */
  database: string;
  stop(): Promise<void>;
}

/** The variables a laptop may set; anything else of a production environment must not reach the demo. */
const HONOURED = [
  'HOST',
  'DATABASE_URL',
  'ENCRYPTION_KEY',
  'STRIPE_APP_SECRET',
  'SMTP_URL',
  'MAIL_FROM',
  'MAIL_FROM_MARKETING',
  'DKIM_DOMAIN',
  'DKIM_SELECTOR',
  'DKIM_PRIVATE_KEY',
  'LOG_LEVEL',
  'LOOPS_API_BASE',
];

/**
 * `folder` holds the data and is made anew, unless DATABASE_URL is set; on another port than the usual one, its name ends
 * with the port.
 */
export async function startLocalStack({
  log = createLog('silent'),
  folder: usualFolder = FOLDER,
}: { log?: Logger; folder?: string } = {}): Promise<LocalStack> {
  const host = process.env.HOST ?? '127.0.0.1';
  const bound = createServer((early) => early.destroy());
  const port = await holdPort('PORT', PORT, (wanted) => listen(bound, wanted, host));
  // Only who has the port may touch its folder: another one that is running must not lose its data.
  const ownFolder = port === PORT ? usualFolder : `${usualFolder}-${port}`;
  const folder = process.env.DATABASE_URL ? undefined : ownFolder;
  if (folder) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  const url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  const appSecret = process.env.STRIPE_APP_SECRET?.split(',')[0] || `absec_${randomBytes(12).toString('hex')}`;
  const webhookSecret = `whsec_${randomBytes(16).toString('hex')}`;

  const clock = createMovableClock();
  const localStripe = createLocalStripe({
    now: () => clock.now(),
    move: (ms) => clock.advance(ms),
    webhookUrl: `${url}/webhooks/stripe`,
    webhookSecret,
    appSecret,
  });
  const stripePort = await holdPort('SANDBOX_PORT', SANDBOX_PORT, async (wanted) =>
    Number(new URL((await localStripe.listen(wanted)).url).port),
  );
  const stripeUrl = `http://127.0.0.1:${stripePort}`;
  const honoured = Object.fromEntries(HONOURED.map((name) => [name, process.env[name]]));
  const configuration = readConfig({
    DATABASE_URL: `sqlite:${ownFolder}/tillpost.db`,
    LOG_LEVEL: 'warn',
    STRIPE_APP_SECRET: appSecret,
    ...Object.fromEntries(Object.entries(honoured).filter(([, value]) => value)),
    PORT: String(port),
    PUBLIC_URL: url,
    STRIPE_API_BASE: stripeUrl,
    STRIPE_TEST_SECRET_KEY: 'sk_test_sandbox0000000000',
    STRIPE_TEST_AUTHORIZE_URL: `${stripeUrl}/oauth/v2/authorize?client_id=ca_sandbox_test`,
    STRIPE_TEST_WEBHOOK_SECRET: webhookSecret,
  });
  const ctx = createContext(configuration, { clock, ...(process.env.LOG_LEVEL ? {} : { log }) });
  const running = await startServer(ctx, { bound });
  const account = { accountId: localStripe.defaultAccount.id, livemode: false };
  await connectAccount(ctx, localStripe, account);
  localStripe.accompany(companionOf(ctx));
  return {
    localStripe,
    running,
    account,
    url,
    stripeUrl,
    appSecret,
    folder,
    database: nameDatabase(ctx.secrets.databaseUrl),
    async stop() {
      await localStripe.close();
      await running.stop();
    },
  };
}

/** For a person to read: user, password and options are left out. */
export function nameDatabase(databaseUrl: string): string {
  if (databaseUrl.startsWith('sqlite:')) return databaseUrl.slice('sqlite:'.length);
  const { protocol, host, pathname } = new URL(databaseUrl);
  return `${protocol}//${host}${pathname}`;
}

/** What a merchant would have chosen: all events on, two workflows from templates, both active. */
export async function configureAsMerchant({ running: { ctx }, account }: LocalStack): Promise<void> {
  const { db, clock } = ctx;
  const settings = defaultSettings();
  for (const type of CHOICE_TYPES) settings.events[type] = { ...settings.events[type], enabled: true };
  settings.sender = {
    from_name: 'Rocket Rides',
    reply_to: 'hello@rocketrides.example',
    postal_address: 'Rocket Rides, 1 Launch Street, Springfield',
  };
  await saveSettings(db, account, settings, clock.now());
  for (const template of ACTIVE_TEMPLATES) {
    const { id } = await createWorkflow(db, account, { template }, clock.now());
    await activateWorkflow(db, account, id, clock.now());
  }
}
