/** The one composition root, and the one seam for tests: everything a part needs that isn't an argument is here. */
import type { Config, Secrets } from './config';
import { openDatabase } from './db/open';
import type { Db } from './db/schema';
import { createDns, type Dns } from './deliverability/dns';
import { createRendering, type Rendering } from './emails/turns-to-render';
import { createTransport, type Transport } from './emails/transport';
import { createLog, type Logger } from './log';
import { createMetrics, type Metrics } from './metrics';
import { createStripe, type StripeClient } from './stripe';
import { createVault, type Vault } from './vault';

interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

export interface Context {
  config: Config;
  secrets: Secrets;
  db: Db;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  vault: Vault;
  /** Null without SMTP: emails are captured. */
  transport: Transport | null;
  rendering: Rendering;
  dns: Dns;
  /** The installs (by tenantKey) of which a rehearsal is under way in this process. */
  rehearsing: Set<string>;
  /** A client for an API key, an OAuth access token or a restricted key. */
  stripeFor(apiKey: string): StripeClient;
  /** Tells the loop that a row became due; set by the worker, does nothing before it runs. */
  nudge(): void;
}

export function createContext(
  { config, secrets }: { config: Config; secrets: Secrets },
  overrides: Partial<Context> = {},
): Context {
  return {
    config,
    secrets,
    db: overrides.db ?? openDatabase(secrets.databaseUrl),
    clock: { now: () => Date.now() },
    log: overrides.log ?? createLog(config.logLevel),
    metrics: createMetrics(),
    vault: createVault(secrets.encryptionKeys),
    transport: secrets.smtpUrl
      ? createTransport(secrets.smtpUrl, { publicUrl: config.publicUrl, dkim: secrets.dkim })
      : null,
    rendering: overrides.rendering ?? createRendering(),
    dns: createDns(),
    rehearsing: new Set(),
    stripeFor: (apiKey) => createStripe(apiKey, config.stripeApiBase),
    nudge: () => undefined,
    ...overrides,
  };
}
