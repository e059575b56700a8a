/**
 * The local Stripe: a small, stateful stand-in for Stripe's API, its install page and its webhooks, over real HTTP. The
 * demo, `npm run dev` and every test run against it; the `stripe` client and the official CLI talk to it as to Stripe.
 */
import { createServer } from 'node:http';
import express from 'express';
import type { LifecycleType } from '../../../shared/lifecycle';
import { listen } from '../listen';
import { createMovableClock } from '../movable-clock';
import type { Account, NewAccount } from './account';
import { createApi } from './api';
import type { RestrictedKey } from './auth';
import { idOf } from './collection';
import { createDeliveries } from './delivery';
import { createEndpoints } from './endpoints';
import { createFaults, type Faults } from './faults';
import { CLIENT_IDS, createOAuth } from './oauth';
import { OLDER_API_VERSION, toOlderShape } from './older-shape';
import { createPages } from './pages/pages';
import { createRandom } from './random';
import type { TriggerType } from './recipes';
import { createRequestLog, type RequestLog } from './request-log';
import { planOf } from './resources/catalog';
import { intentOf } from './resources/invoice-payment';
import { seedCustomers, type SeedOptions } from './seed';
import { signStripe } from './signature';
import type { StripeEvent, Tenant } from './tenant';
import { stage, type Who } from './trigger';
import { createAdvance, type Advanced, type Companion } from './time/advance';
import { createWorld } from './world';

export type { Fault } from './faults';
export { APP_KEYS, CLIENT_IDS } from './oauth';

/** The account that a key without a `Stripe-Account` header acts for. */
export const DEFAULT_ACCOUNT = 'acct_1LocalStripe000';
/** Its restricted keys, with every permission. */
export const RESTRICTED_KEYS = { test: 'rk_test_sandbox0000000000', live: 'rk_live_sandbox0000000000' };

const DEFAULT_RETRY_DELAYS = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000];

export interface LocalStripeOptions {
  /** Milliseconds; everything that has a time or ends at one uses it. */
  now?: () => number;
  /** Moves what `now` says, for others who go by it too. Left out: advancing moves the local Stripe alone. */
  move?: (ms: number) => void;
  /** The Connect endpoint of each mode; can be set later with `setWebhookUrl`. Live events have none unless it is given. */
  webhookUrl?: string | null;
  webhookSecret?: string;
  liveWebhookUrl?: string | null;
  liveWebhookSecret?: string;
  /** Signs the extension's requests and install links. */
  appSecret?: string;
  /** Milliseconds before each further delivery; `[]` leaves it to `retryDeliveries`. */
  retryDelays?: number[];
  /** The same seed gives the same ids and people. */
  seed?: number;
  log?: (message: string) => void;
}

interface TriggerOptions extends Who {
  account?: string;
  livemode?: boolean;
  /** `older` writes the object as an API version before 2025 did. */
  apiShape?: 'current' | 'older';
  /** Laid over the event's object, and kept on the stored one. */
  overrides?: object;
}

export interface LocalStripe {
  appSecret: string;
  webhookSecrets: { test: string; live: string };
  defaultAccount: Account;
  faults: Faults;
  /** What was asked of the API so far. */
  requests: RequestLog;
  /** `port` 0 takes a free one. */
  listen(port: number): Promise<{ url: string }>;
  /** Cuts every connection and drops deliveries that wait. */
  close(): Promise<void>;
  setWebhookUrl(url: string | null, liveUrl?: string | null): void;
  addAccount(account?: NewAccount): Account;
  accounts(): Account[];
  /** A `rk_…` key of the account; without `permissions` (`customer_read`, …) it may do everything. */
  createRestrictedKey(account: string, livemode: boolean, permissions?: string[]): string;
  /** Objects of one account in one mode, to look at or to put something odd in. */
  tenant(account: string, livemode: boolean): Tenant;
  /** Many customers at once, older ones first, without events. */
  seedCustomers(account: string, livemode: boolean, count: number, options?: SeedOptions): void;

  /**
   * Moves time on by so many milliseconds: trials end, subscriptions renew, retries come, each at its own time, and a
   * Tillpost that accompanies does what becomes due on the way.
   * @throws TimeMovesAlready
   */
  advance(ms: number): Promise<Advanced>;
  accompany(by: Companion): void;
  /** Epoch milliseconds. */
  now(): number;

  /** Makes one event happen. Resolves, with the event as Connect endpoints get it, after the first delivery. */
  trigger(type: TriggerType | LifecycleType, options?: TriggerOptions): Promise<StripeEvent>;
  /** Sends any event, also of types the endpoints did not ask for. Resolves after the first delivery. */
  emit(
    account: string,
    livemode: boolean,
    type: string,
    object: object,
    options?: { previous_attributes?: object; created?: number; id?: string },
  ): Promise<StripeEvent>;
  /** Sends exactly this again to the Connect endpoints of its mode. */
  deliver(event: StripeEvent): Promise<void>;
  /** Tries again, now, what no endpoint has taken yet. */
  retryDeliveries(): Promise<void>;
  /** Resolves when every delivery has succeeded or been given up. */
  idle(): Promise<void>;

  /** Allows the app for the account: a code for `POST /v1/oauth/token`, without the install page. */
  authorize(account: string, livemode: boolean): string;
  /** Kills the account's tokens without a word, as a revoked grant does. */
  revoke(account: string, livemode: boolean): void;
  /** Removes the app: tokens dead, account.application.deauthorized sent. */
  uninstall(account: string, livemode: boolean): Promise<StripeEvent>;
  /** The `Stripe-Signature` header of the Dashboard extension's requests. `at` is in milliseconds. */
  signExtension(identity: { user_id: string; account_id: string }, at?: number): string;
}

export function createLocalStripe(options: LocalStripeOptions = {}): LocalStripe {
  const receiversNow = options.now ?? Date.now;
  const clock = options.move ? { now: receiversNow, advance: options.move } : createMovableClock(receiversNow);
  const now = () => clock.now();
  const seconds = () => Math.floor(now() / 1000);
  const log = options.log ?? (() => undefined);
  const random = createRandom(options.seed);
  const secret = (prefix: string) => `${prefix}_${random.letters(32)}`;
  const appSecret = options.appSecret ?? secret('absec');
  const webhookSecrets = {
    test: options.webhookSecret ?? secret('whsec'),
    live: options.liveWebhookSecret ?? secret('whsec'),
  };

  const restrictedKeys = new Map<string, RestrictedKey>();
  const faults = createFaults();
  const requests = createRequestLog();
  const endpoints = createEndpoints(seconds, random.newId);
  const connect = {
    test: endpoints.addConnect(false, '', webhookSecrets.test),
    live: endpoints.addConnect(true, '', webhookSecrets.live),
  };
  // Signatures are judged by the receiver's clock.
  const deliveries = createDeliveries({
    now: receiversNow,
    retryDelays: options.retryDelays ?? DEFAULT_RETRY_DELAYS,
    log,
  });
  const isInBothModes = (account: string) => oauth.isInstalled(account, true) && oauth.isInstalled(account, false);
  let url: string | null = null;
  const world = createWorld({ now: seconds, pagesUrl: () => url, random, endpoints, deliveries, isInBothModes });
  const { accounts, addAccount, tenant, publish } = world;
  const oauth = createOAuth({
    now: seconds,
    random,
    onInstalled(account, livemode) {
      const type = 'account.application.authorized';
      void publish(tenant(account.id, livemode), { type, object: application(livemode) });
    },
  });

  let companion: Companion | undefined;
  const { advance, lastAdvanced } = createAdvance({
    clock,
    tenants: world.tenants,
    landed: deliveries.landed,
    companion: () => companion,
  });

  const setWebhookUrl = (url: string | null, liveUrl?: string | null): void => {
    for (const [endpoint, to] of [
      [connect.test, url],
      [connect.live, liveUrl ?? null],
    ] as const) {
      endpoint.webhook.url = to ?? '';
      endpoint.webhook.status = to ? 'enabled' : 'disabled';
    }
  };

  const trigger: LocalStripe['trigger'] = (type, { account, livemode = false, apiShape, overrides, ...who } = {}) => {
    const of = tenant(account ?? DEFAULT_ACCOUNT, livemode);
    const emission = stage(of, type, who, overrides);
    if (apiShape !== 'older') return publish(of, emission);
    const older = { ...emission, object: toOlderShape(emission.object, lookUpsIn(of)) };
    return publish(of, older, { apiVersion: OLDER_API_VERSION });
  };

  const defaultAccount = addAccount({ id: DEFAULT_ACCOUNT, name: 'Rosen Coffee', email: 'owner@rosencoffee.example' });
  const addKey = (key: RestrictedKey) => void restrictedKeys.set(key.key, key);
  addKey({ key: RESTRICTED_KEYS.test, account: DEFAULT_ACCOUNT, livemode: false, permissions: 'all' });
  addKey({ key: RESTRICTED_KEYS.live, account: DEFAULT_ACCOUNT, livemode: true, permissions: 'all' });
  setWebhookUrl(options.webhookUrl ?? null, options.liveWebhookUrl);

  const app = express().disable('x-powered-by').disable('etag');
  // Its own time, which tests move.
  app.use((_req, res, next) => {
    res.set('Date', new Date(now()).toUTCString());
    next();
  });
  app.use(
    createPages({
      accounts,
      authorize: oauth.authorize,
      trigger,
      appSecret,
      now,
      advance,
      lastAdvanced,
      findTenant: world.findTenant,
    }),
  );
  app.use(
    createApi({
      keyring: { oauth, restrictedKeys, defaultAccount: DEFAULT_ACCOUNT, findTenant: world.findTenant },
      endpoints,
      faults,
      requests,
      random,
      log,
    }),
  );
  const server = createServer(app);

  return {
    appSecret,
    webhookSecrets,
    defaultAccount,
    faults,
    requests,
    async listen(port) {
      url = `http://127.0.0.1:${await listen(server, port)}`;
      return { url };
    },
    async close() {
      deliveries.stop();
      faults.clear();
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
    setWebhookUrl,
    addAccount,
    accounts,
    createRestrictedKey(account, livemode, permissions) {
      const key = `rk_${livemode ? 'live' : 'test'}_${random.letters(24)}`;
      tenant(account, livemode);
      addKey({ key, account, livemode, permissions: permissions ? new Set(permissions) : 'all' });
      return key;
    },
    tenant,
    seedCustomers: (account, livemode, count, seedOptions) =>
      seedCustomers(tenant(account, livemode), count, seedOptions),
    trigger,
    now,
    advance,
    accompany: (by) => void (companion = by),
    emit: (account, livemode, type, object, { previous_attributes, ...given } = {}) =>
      publish(
        tenant(account, livemode),
        { type, object: structuredClone(object), ...(previous_attributes && { previous_attributes }) },
        { ...given, everyType: true },
      ),
    async deliver(event) {
      const account = event.account ?? DEFAULT_ACCOUNT;
      const receivers = endpoints
        .receiversOf(event, account, { isInBothModes: false, everyType: true })
        .filter((receiver) => receiver.isConnect);
      await deliveries.send({ ...event, pending_webhooks: receivers.length }, receivers, () => event);
    },
    retryDeliveries: () => deliveries.retryNow(),
    idle: () => deliveries.idle(),
    authorize: (account, livemode) => oauth.authorize(tenant(account, livemode).account, livemode),
    revoke: oauth.revoke,
    uninstall(account, livemode) {
      oauth.revoke(account, livemode);
      return publish(tenant(account, livemode), {
        type: 'account.application.deauthorized',
        object: application(livemode),
      });
    },
    signExtension: ({ user_id, account_id }, at = now()) =>
      signStripe(JSON.stringify({ user_id, account_id }), appSecret, at),
  };
}

const lookUpsIn = (of: Tenant): Parameters<typeof toOlderShape>[1] => ({
  findPlan(id) {
    const price = of.prices.find(id);
    return price && planOf(price);
  },
  findPayment(id) {
    const intent = of.invoices.find(id) && intentOf(of, of.invoices.find(id)!);
    return intent && { payment_intent: intent.id, charge: intent.latest_charge ? idOf(intent.latest_charge) : null };
  },
});

const application = (livemode: boolean) => ({
  id: livemode ? CLIENT_IDS.live : CLIENT_IDS.test,
  object: 'application',
  name: 'Tillpost',
});
