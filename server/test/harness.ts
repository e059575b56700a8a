/**
 * A whole Tillpost for a test: the real server over HTTP on a real database, against the local Stripe, on a clock the
 * test moves. Only the far side of the wire is a stand-in.
 */
import { randomBytes } from 'node:crypto';
import { createStripe } from '../stripe';
import type { ExtensionApi } from '../../shared/api';
import { defaultSettings, type EventSettings, type Settings } from '../../shared/settings';
import type { ChoiceType } from '../../shared/catalogue';
import { readConfig } from '../config';
import { createContext, type Context } from '../context';
import type { Tenant } from '../db/tenant';
import { createLocalStripe, type LocalStripe } from '../dev/local-stripe/local-stripe';
import { companionOf } from '../dev/companion';
import { connectAccount } from '../dev/connect-account';
import { createMovableClock, type MovableClock } from '../dev/movable-clock';
import { startServer } from '../server';
import { saveSettings } from '../settings/settings';
import { createLog } from '../log';
import { migratedDatabase, type Engine } from './databases';
import { freePort } from './free-port';
import { closing } from './leftovers';
import { testRendering } from './render-thread';

export const SECRETS = {
  app: 'absec_test0000000000000000',
  webhook: { live: 'whsec_live000000000000000', test: 'whsec_test000000000000000' },
};
export const ACCOUNT = 'acct_1TillpostTest';
export const TEST: Tenant = { accountId: ACCOUNT, livemode: false };
export const LIVE: Tenant = { accountId: ACCOUNT, livemode: true };

/** Moves time on for Tillpost and the local Stripe alike; nothing happens at Stripe by that, unlike `localStripe.advance`. */
export const createClock = (): MovableClock => createMovableClock();

export interface HarnessOptions {
  engine?: Engine;
  /** Another process on the same database. */
  databaseUrl?: string;
  env?: Record<string, string>;
  clock?: MovableClock;
  overrides?: Partial<Context>;
  /** Lets the loop turn by itself; otherwise the test calls worker.drain(). */
  runsWorker?: boolean;
  localStripe?: LocalStripe;
}

export type Tillpost = Awaited<ReturnType<typeof startTillpost>>;

/** A function that runs a test with a Tillpost of its own, made ready by `prepare` and closed afterwards. */
export const lending =
  (prepare: (tillpost: Tillpost) => Promise<unknown> | void = () => undefined, defaults: HarnessOptions = {}) =>
  async (options: HarnessOptions, test: (tillpost: Tillpost) => Promise<void>): Promise<void> => {
    const tillpost = await startTillpost({ ...defaults, ...options, env: { ...defaults.env, ...options.env } });
    try {
      await prepare(tillpost);
      await test(tillpost);
    } finally {
      await tillpost.close();
    }
  };

export async function startTillpost(options: HarnessOptions = {}) {
  const clock = options.clock ?? createClock();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const localStripe =
    options.localStripe ??
    createLocalStripe({
      now: () => clock.now(),
      move: (ms) => clock.advance(ms),
      webhookUrl: `${url}/webhooks/stripe`,
      webhookSecret: SECRETS.webhook.test,
      liveWebhookUrl: `${url}/webhooks/stripe`,
      liveWebhookSecret: SECRETS.webhook.live,
      appSecret: SECRETS.app,
      retryDelays: [],
      seed: 1,
    });
  const closeStripe = closing(async () => (options.localStripe ? undefined : localStripe.close()));
  const stripe = options.localStripe ? { url: options.env?.STRIPE_API_BASE ?? '' } : await localStripe.listen(0);
  const databaseUrl = options.databaseUrl ?? (await migratedDatabase(options.engine ?? 'sqlite'));
  const settings = readConfig({
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    STRIPE_API_BASE: stripe.url,
    STRIPE_SECRET_KEY: 'sk_live_sandbox0000000000',
    STRIPE_AUTHORIZE_URL: `${stripe.url}/oauth/v2/authorize?client_id=ca_sandbox_live`,
    STRIPE_WEBHOOK_SECRET: SECRETS.webhook.live,
    STRIPE_TEST_SECRET_KEY: 'sk_test_sandbox0000000000',
    STRIPE_TEST_AUTHORIZE_URL: `${stripe.url}/oauth/v2/authorize?client_id=ca_sandbox_test`,
    STRIPE_TEST_WEBHOOK_SECRET: SECRETS.webhook.test,
    STRIPE_APP_SECRET: SECRETS.app,
    ...options.env,
  });
  const ctx = createContext(settings, {
    clock,
    log: createLog('silent'),
    rendering: testRendering(),
    ...options.overrides,
  });
  const running = await startServer(ctx, { runsWorker: options.runsWorker ?? false });
  const stop = closing(() => running.stop());
  if (!options.localStripe)
    localStripe.accompany(companionOf(ctx, options.runsWorker ? undefined : () => running.worker.drain()));

  return {
    ...running,
    stop,
    url,
    clock,
    localStripe,
    stripeUrl: stripe.url,
    databaseUrl,
    db: ctx.db,

    /** Connects an account by the OAuth flow, the browser's part played here. */
    async connect(tenant: Tenant = TEST): Promise<void> {
      if (!localStripe.accounts().some(({ id }) => id === tenant.accountId))
        localStripe.addAccount({ id: tenant.accountId, name: 'Test account' });
      await connectAccount(ctx, localStripe, tenant);
    },

    /** Turns every event on, with what the test wants otherwise. */
    async enable(
      choices: Partial<Record<ChoiceType, Partial<EventSettings>>> = {},
      rest: Partial<Settings> = {},
      tenant: Tenant = TEST,
    ): Promise<void> {
      const settings = { ...defaultSettings(), ...rest };
      for (const type of Object.keys(settings.events) as ChoiceType[])
        settings.events[type] = { ...settings.events[type], enabled: true, ...choices[type] };
      await saveSettings(ctx.db, tenant, settings, clock.now());
    },

    /** Delivers an event as Stripe would: signed, over HTTP. */
    async deliver(
      event: object,
      secret: string = secretOf(event),
      headers: Record<string, string> = {},
    ): Promise<Response> {
      const body = JSON.stringify(event);
      return fetch(`${url}/webhooks/stripe`, {
        method: 'POST',
        body,
        headers: {
          'Content-Type': 'application/json',
          'Stripe-Signature': sign(body, secret, clock.now()),
          ...headers,
        },
      });
    },

    /** Calls the extension API as the Dashboard would; the answer's body and status. */
    async call<N extends keyof ExtensionApi>(
      name: N,
      args: ExtensionApi[N]['args'] = {},
      { tenant = TEST, user = 'usr_1' }: { tenant?: Tenant; user?: string } = {},
    ): Promise<ExtensionApi[N]['answer'] & { status_code: number }> {
      const identity = { user_id: user, account_id: tenant.accountId };
      const response = await fetch(`${url}/api/app/${name}`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Stripe-Signature': sign(JSON.stringify(identity), SECRETS.app, clock.now()),
        },
        body: JSON.stringify({ ...args, ...identity, livemode: tenant.livemode }),
      });
      return { ...((await response.json()) as ExtensionApi[N]['answer']), status_code: response.status };
    },

    async close(): Promise<void> {
      // A delivery under way would be waited for, its connection with it.
      if (!options.localStripe) await localStripe.idle();
      await stop();
      await closeStripe();
    },
  };
}

const secretOf = (event: object) =>
  'livemode' in event && event.livemode === true ? SECRETS.webhook.live : SECRETS.webhook.test;

/** A Stripe-Signature header, made by Stripe's own library. */
export function sign(payload: string, secret: string, ms: number): string {
  return createStripe('sk_test_signatures', 'https://api.stripe.com').webhooks.generateTestHeaderString({
    payload,
    secret,
    timestamp: Math.floor(ms / 1000),
  });
}

/** Parts of a Stripe-Signature header that no signature looks like. */
export const MALFORMED_SIGNATURES = ['v1=', 'v1', 'v1=zz', 'v1=é', `v1=${'a'.repeat(63)}`, `v1=${'a'.repeat(65)}`];

export const uniqueId = (prefix: string): string => `${prefix}_${randomBytes(9).toString('hex')}`;
