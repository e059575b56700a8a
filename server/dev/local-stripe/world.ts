/** The accounts, what they own in each mode, and the events of it all. */
import Stripe from 'stripe';
import { newAccount, type Account, type NewAccount } from './account';
import type { Deliveries } from './delivery';
import type { Endpoints } from './endpoints';
import type { Random } from './random';
import { createTenant, type Emission, type StripeEvent, type Tenant } from './tenant';

interface WorldOptions {
  /** Epoch seconds. */
  now(): number;
  pagesUrl(): string | null;
  random: Random;
  endpoints: Endpoints;
  deliveries: Deliveries;
  /** Whether the account has the app in live and in test mode. */
  isInBothModes(account: string): boolean;
}

interface PublishOptions {
  id?: string;
  created?: number;
  apiVersion?: string;
  /** Sends it also to endpoints that did not ask for the type. */
  everyType?: boolean;
}

export interface World {
  accounts(): Account[];
  addAccount(given?: NewAccount): Account;
  /** All that were asked for so far. */
  tenants(): Tenant[];
  /** Undefined when there is no such account. */
  findTenant(account: string, livemode: boolean): Tenant | undefined;
  /** Tests name accounts as they please: one that isn't there yet is added. */
  tenant(account: string, livemode: boolean): Tenant;
  /** Keeps the event and sends it. Resolves, with the event as Connect endpoints get it, after the first attempts. */
  publish(of: Tenant, emission: Emission, given?: PublishOptions): Promise<StripeEvent>;
}

export function createWorld({ now, pagesUrl, random, endpoints, deliveries, isInBothModes }: WorldOptions): World {
  const accounts = new Map<string, Account>();
  const tenants = new Map<string, Tenant>();

  const addAccount = (given: NewAccount = {}): Account => {
    const account = newAccount(given, random, now());
    accounts.set(account.id, account);
    return account;
  };

  const findTenant = (id: string, livemode: boolean): Tenant | undefined => {
    const account = accounts.get(id);
    if (!account) return undefined;
    const key = `${id}/${livemode}`;
    const deps = { random, now, pagesUrl, publish: (of: Tenant, emission: Emission) => void publish(of, emission) };
    const found = tenants.get(key) ?? createTenant(account, livemode, deps);
    tenants.set(key, found);
    return found;
  };

  const publish: World['publish'] = async (of, { type, object, previous_attributes }, given = {}) => {
    const event: StripeEvent = {
      id: given.id ?? random.newId('evt'),
      object: 'event',
      api_version: given.apiVersion ?? Stripe.API_VERSION,
      created: given.created ?? now(),
      data: { object, ...(previous_attributes && { previous_attributes }) },
      livemode: of.livemode,
      pending_webhooks: 0,
      request: { id: random.newId('req'), idempotency_key: null },
      type,
    };
    const account = of.account.id;
    const receivers = endpoints.receiversOf(event, account, {
      isInBothModes: isInBothModes(account),
      everyType: given.everyType ?? false,
    });
    event.pending_webhooks = receivers.length;
    of.events.put(event);
    await deliveries.send(event, receivers, (receiver) => (receiver.isConnect ? { ...event, account } : event));
    return { ...event, account };
  };

  return {
    accounts: () => [...accounts.values()],
    tenants: () => [...tenants.values()],
    addAccount,
    findTenant,
    tenant(id, livemode) {
      if (!accounts.has(id)) addAccount({ id });
      return findTenant(id, livemode)!;
    },
    publish,
  };
}
