/** All that takes part: database, local Stripe, mail server, one connected account, and the Tillposts themselves. */
import { join } from 'node:path';
import { defaultSettings, type Settings } from '../../../shared/settings';
import { readConfig } from '../../config';
import { createContext } from '../../context';
import { migrate } from '../../db/migrate';
import type { Db } from '../../db/schema';
import type { Tenant } from '../../db/tenant';
import { createLog } from '../../log';
import { createLocalStripe, type LocalStripe } from '../local-stripe/local-stripe';
import { saveSettings } from '../../settings/settings';
import { connectAccount } from '../connect-account';
import { freePort } from '../free-port';
import { createClock, type Clock } from './clock';
import { createDeliveries, type Deliveries } from './deliveries';
import { createDice, type Dice } from './dice';
import type { EngineName } from './engine';
import { startEngine, type StagedEngine } from './engines';
import { createHappenings, type Happenings, type Mix } from './happenings';
import { startMoodyMailServer, type MoodyMailServer } from './mail-server';
import { createStripePast, type StripePast } from './stripe-past';
import type { Checked } from './tables';
import { createProcess, type TillpostProcess } from './tillpost-process';
import { activateHostileWorkflow, activateWorkflows, type ActiveWorkflow } from './workflows';

const WEBHOOK_SECRET = 'whsec_torture0000000000000';
const TENANT: Tenant = { accountId: 'acct_1Torture00000000', livemode: true };
/** Somebody whose templates are made to take up time. */
const HOSTILE: Tenant = { accountId: 'acct_1Hostile00000000', livemode: true };

export interface Stage {
  engine: StagedEngine;
  clock: Clock;
  /** What is looked at is of this one. */
  tenant: Tenant;
  hostile: Tenant;
  webhookSecret: string;
  /** The torture's own way into the database. */
  db: Db;
  localStripe: LocalStripe;
  mail: MoodyMailServer;
  processes: readonly TillpostProcess[];
  /** What each of them is started with, but its port. */
  env: Readonly<Record<string, string>>;
  happenings: Happenings;
  past: StripePast;
  deliveries: Deliveries;
  settings: Settings;
  workflows: readonly ActiveWorkflow[];
  dice: Dice;
  /** Where what was checked before ends, and how much that was; filled where a round is too large to look at all of it again. */
  checked: Checked;
  /** When mail server and Stripe were both away, by the torture's clock. */
  away: { from: number; until: number }[];
  /** The databases are kept for whoever wants to know what went wrong. */
  close(options: { keepsFiles: boolean }): Promise<void>;
}

export async function setStage(
  name: EngineName,
  folder: string,
  { seed, diskMb, mix }: { seed: number; diskMb: number | null; mix: Mix },
): Promise<Stage> {
  const dice = createDice(seed).fork(name);
  const clock = createClock();
  const engine = await startEngine(name, join(folder, name), diskMb);
  const mail = await startMoodyMailServer(dice.fork('mail'), clock);
  const past = createStripePast(clock);
  const localStripe = createLocalStripe({ seed, webhookSecret: WEBHOOK_SECRET, now: () => clock.now() });
  const { url: stripeUrl } = await localStripe.listen(0);
  const ports = await Promise.all(Array.from({ length: engine.processes }, freePort));
  const env = {
    DATABASE_URL: engine.url,
    PUBLIC_URL: `http://127.0.0.1:${ports[0]}`,
    ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    STRIPE_API_BASE: stripeUrl,
    STRIPE_SECRET_KEY: 'sk_live_sandbox0000000000',
    STRIPE_AUTHORIZE_URL: `${stripeUrl}/oauth/v2/authorize?client_id=ca_sandbox_live`,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    SMTP_URL: mail.url,
    MAIL_FROM: 'Torture <torture@example.com>',
    LOG_LEVEL: 'warn',
    PATH: process.env.PATH ?? '',
  };
  const processes = ports.map((port) => createProcess(port, { ...env, PORT: String(port) }));

  const ctx = createContext(readConfig(env), { log: createLog('silent'), transport: null });
  await migrate(ctx.db);
  const settings = defaultSettings();
  for (const choice of Object.values(settings.events)) choice.enabled = true;
  const connect = async (tenant: Tenant, name: string) => {
    localStripe.addAccount({ id: tenant.accountId, name });
    await connectAccount(ctx, localStripe, tenant);
    return saveSettings(ctx.db, tenant, settings, Date.now());
  };
  const saved = await connect(TENANT, 'Torture & Co.');
  const workflows = await activateWorkflows(ctx.db, TENANT);
  await connect(HOSTILE, 'Loops Ltd.');
  await activateHostileWorkflow(ctx.db, HOSTILE);
  await Promise.all(processes.map((one) => one.start()));

  return {
    engine,
    clock,
    tenant: TENANT,
    hostile: HOSTILE,
    webhookSecret: WEBHOOK_SECRET,
    db: ctx.db,
    localStripe,
    mail,
    processes,
    env,
    happenings: createHappenings(TENANT.accountId, localStripe.tenant(TENANT.accountId, TENANT.livemode), {
      dice: dice.fork('happenings'),
      clock,
      past,
      mix,
      prefix: `${name}${seed}`,
    }),
    deliveries: createDeliveries({ ports, secret: WEBHOOK_SECRET, dice: dice.fork('deliveries'), clock }),
    settings: saved,
    workflows,
    past,
    dice,
    checked: { seq: '', runId: '', emailId: '', events: 0, runs: 0, emails: 0 },
    away: [],
    async close({ keepsFiles }) {
      await Promise.all(processes.map((one) => one.kill()));
      await ctx.db.destroy();
      await localStripe.close();
      await mail.close();
      await engine.end(keepsFiles);
    },
  };
}
