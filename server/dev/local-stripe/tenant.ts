/** Everything one account owns in one mode. */
import type Stripe from 'stripe';
import type { Account } from './account';
import { createCollection, type Collection } from './collection';
import type { Random } from './random';
import type { Decline } from './resources/declines';

/** An event as the account's own API shows it; a Connect delivery adds `account`. */
export interface StripeEvent {
  id: string;
  object: 'event';
  account?: string;
  api_version: string;
  /** Epoch seconds. */
  created: number;
  data: { object: object; previous_attributes?: object };
  livemode: boolean;
  /** Endpoints that have not taken it yet. */
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: string;
}

export interface Emission {
  type: string;
  object: object;
  previous_attributes?: object;
}

/** What happens when a payment method is charged; `later` ones settle after the checkout is complete. */
export type CardBehaviour = 'pays' | 'declines' | 'dispute' | 'inquiry' | 'pays_later' | 'declines_later';

export interface Tenant {
  account: Account;
  livemode: boolean;
  random: Random;
  /** Epoch seconds. */
  now(): number;
  newId(prefix: string): string;
  /** What Stripe does after every change: note the event and send it. */
  emit(type: string, object: object, previous_attributes?: object): void;
  /** Where the pages for customers are; Stripe's own addresses before it listens. */
  pagesUrl(): string | null;
  /** Runs `work`, and gives back what it would have emitted in place of emitting it. */
  holdBack<T>(work: () => T): { result: T; emissions: Emission[] };

  customers: Collection<Stripe.Customer>;
  deletedCustomers: Set<string>;
  products: Collection<Stripe.Product>;
  prices: Collection<Stripe.Price>;
  subscriptions: Collection<Stripe.Subscription>;
  invoiceItems: Collection<Stripe.InvoiceItem>;
  invoices: Collection<Stripe.Invoice>;
  invoicePayments: Collection<Stripe.InvoicePayment>;
  quotes: Collection<Stripe.Quote>;
  quoteLines: Map<string, Stripe.LineItem[]>;
  paymentMethods: Collection<Stripe.PaymentMethod>;
  cardBehaviours: Map<string, CardBehaviour>;
  /** Of payment methods that decline. */
  declines: Map<string, Decline>;
  paymentIntents: Collection<Stripe.PaymentIntent>;
  charges: Collection<Stripe.Charge>;
  refunds: Collection<Stripe.Refund>;
  disputes: Collection<Stripe.Dispute>;
  checkoutSessions: Collection<Stripe.Checkout.Session>;
  checkoutLines: Map<string, Stripe.LineItem[]>;
  events: Collection<StripeEvent>;
  portalSessions: Collection<Stripe.BillingPortal.Session>;
  /** Whether the merchant has saved a configuration of the customer portal. */
  hasPortal: boolean;
  /** What has been told ahead of its time, so that it is told once: `<event type> <id> <time>`. */
  announced: Set<string>;
}

export interface TenantDeps {
  random: Random;
  now(): number;
  pagesUrl(): string | null;
  publish(tenant: Tenant, emission: Emission): void;
}

export function createTenant(
  account: Account,
  livemode: boolean,
  { random, now, pagesUrl, publish }: TenantDeps,
): Tenant {
  let held: Emission[] | null = null;
  const tenant: Tenant = {
    account,
    livemode,
    random,
    now,
    newId: random.newId,
    pagesUrl,
    emit(type, object, previous_attributes) {
      const emission: Emission = {
        type,
        object: structuredClone(object),
        ...(previous_attributes && { previous_attributes }),
      };
      if (held) held.push(emission);
      else publish(tenant, emission);
    },
    holdBack(work) {
      const emissions: Emission[] = [];
      const outer = held;
      held = emissions;
      try {
        return { result: work(), emissions };
      } finally {
        held = outer;
      }
    },
    customers: createCollection(),
    deletedCustomers: new Set(),
    products: createCollection(),
    prices: createCollection(),
    subscriptions: createCollection(),
    invoiceItems: createCollection(),
    invoices: createCollection(),
    invoicePayments: createCollection(),
    quotes: createCollection(),
    quoteLines: new Map(),
    paymentMethods: createCollection(),
    cardBehaviours: new Map(),
    declines: new Map(),
    paymentIntents: createCollection(),
    charges: createCollection(),
    refunds: createCollection(),
    disputes: createCollection(),
    checkoutSessions: createCollection(),
    checkoutLines: new Map(),
    events: createCollection(),
    portalSessions: createCollection(),
    hasPortal: true,
    announced: new Set(),
  };
  return tenant;
}
