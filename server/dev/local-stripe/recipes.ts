/** How each event comes about: what has to be there, and the one thing that happens to it. */
import type Stripe from 'stripe';
import type { EventType } from '../../../shared/catalogue';
import { mergeDeep, previousAttributes } from './changes';
import { idOf } from './collection';
import type { Params } from './form';
import { createPrice } from './resources/catalog';
import { completeCheckout, createCheckoutSession, detailsOf, expireCheckoutSession } from './resources/checkout';
import { createCustomer, deleteCustomer } from './resources/customers';
import { closeDispute, isOpen } from './resources/disputes';
import { markUncollectible, voidInvoice } from './resources/invoice-ending';
import { finalizeInvoice, payInvoice, tryToPay } from './resources/invoice-payment';
import { announceInvoice, invoiceSubscription, storeInvoice } from './resources/invoices';
import { attachPaymentMethod, createPaymentMethod, renewCard } from './resources/payment-methods';
import { createPaymentIntent } from './resources/payments';
import { createRefund } from './resources/refunds';
import { acceptQuote, cancelQuote, createQuote, finalizeQuote } from './resources/quotes';
import {
  cancelSubscription,
  createSubscription,
  pauseSubscription,
  renewSubscription,
  resumeSubscription,
  updateSubscription,
} from './resources/subscriptions';
import type { Tenant } from './tenant';

const DAY = 86_400;

export type TriggerType = EventType | 'invoice.voided' | 'invoice.marked_uncollectible';

export interface Scene {
  tenant: Tenant;
  email: string | null;
  name: string | null;
  /** The newest customer with that address, if there is one. */
  known: Stripe.Customer | undefined;
  overrides: object;
}

/** Each does it and gives back the object that its event is about. */
export const RECIPES: Record<TriggerType, (scene: Scene) => object> = {
  'customer.created': (scene) => newCustomer(scene),
  'customer.updated': changedCustomer,
  'customer.deleted': (scene) => {
    const customer = customerIn(scene);
    deleteCustomer(scene.tenant, customer);
    return customer;
  },
  'customer.subscription.created': (scene) => subscribe(scene),
  'customer.subscription.updated': (scene) =>
    updateSubscription(scene.tenant, subscriptionIn(scene), { cancel_at_period_end: 'true' }),
  'customer.subscription.trial_will_end': (scene) => subscribe(scene, { trial_period_days: '3' }),
  'customer.subscription.paused': (scene) => pauseSubscription(scene.tenant, subscriptionIn(scene), 'pause_requested'),
  'customer.subscription.resumed': (scene) => resumeSubscription(scene.tenant, pausedSubscription(scene)),
  'customer.subscription.deleted': (scene) =>
    cancelSubscription(scene.tenant, subscriptionIn(scene), {
      cancellation_details: { feedback: 'too_expensive', comment: 'We are cutting costs this quarter.' },
    }),
  'invoice.upcoming': announcedInvoice,
  'invoice.paid': paidInvoice,
  'invoice.finalized': newOpenInvoice,
  'invoice.payment_failed': (scene) => failedInvoice(scene),
  'invoice.payment_action_required': (scene) => failedInvoice(scene, 'pm_card_authenticationRequired'),
  'invoice.overdue': overdueInvoice,
  'invoice.voided': (scene) => voidInvoice(scene.tenant, openInvoiceOf(scene) ?? failedInvoice(scene)),
  'invoice.marked_uncollectible': (scene) =>
    markUncollectible(scene.tenant, openInvoiceOf(scene) ?? failedInvoice(scene)),
  'checkout.session.completed': (scene) => checkout(scene, { type: 'card' }),
  'checkout.session.async_payment_succeeded': (scene) => checkout(scene, debit('AT611904300234573201')),
  'checkout.session.async_payment_failed': (scene) => checkout(scene, debit('AT861904300235473202')),
  'checkout.session.expired': abandonedCheckout,
  'quote.finalized': openQuote,
  'quote.accepted': (scene) => acceptQuote(scene.tenant, openQuote(scene)),
  'quote.canceled': (scene) => cancelQuote(scene.tenant, openQuote(scene)),
  'charge.refunded': refund,
  'payment_method.automatically_updated': ({ tenant, ...scene }) =>
    renewCard(tenant, attachPaymentMethod(tenant, 'pm_card_visa', customerIn({ tenant, ...scene }).id)),
  'charge.dispute.created': dispute,
  'charge.dispute.closed': (scene) => closeDispute(scene.tenant, openDisputeOf(scene) ?? dispute(scene)),
};

const newCustomer = ({ tenant, email, name }: Scene): Stripe.Customer =>
  createCustomer(tenant, { email: email ?? '', name: name ?? '' });

const customerIn = (scene: Scene): Stripe.Customer => scene.known ?? newCustomer(scene);

/** A new name, what the overrides say, or else a note in the metadata: something always changes. */
function changedCustomer(scene: Scene): Stripe.Customer {
  const { tenant, name, overrides } = scene;
  const customer = customerIn(scene);
  const before = structuredClone(customer);
  customer.name = name;
  mergeDeep(customer, overrides);
  if (!previousAttributes(before, customer))
    customer.metadata.updates = String(Number(customer.metadata.updates ?? 0) + 1);
  tenant.emit('customer.updated', customer, previousAttributes(before, customer));
  return customer;
}

export function setCard(tenant: Tenant, customer: Stripe.Customer, card: string): void {
  customer.invoice_settings.default_payment_method = attachPaymentMethod(tenant, card, customer.id).id;
}

export function subscribe(scene: Scene, params: Record<string, string> = {}): Stripe.Subscription {
  const customer = customerIn(scene);
  setCard(scene.tenant, customer, 'pm_card_visa');
  const items = [{ price: monthlyPrice(scene.tenant).id }];
  return createSubscription(scene.tenant, { customer: customer.id, items, ...params });
}

const RUNNING = new Set(['active', 'trialing', 'past_due']);

export const subscriptionIn = (scene: Scene): Stripe.Subscription =>
  subscriptionsOf(scene).find(({ status }) => RUNNING.has(status)) ?? subscribe(scene);

function pausedSubscription(scene: Scene): Stripe.Subscription {
  const paused = subscriptionsOf(scene).find(({ status }) => status === 'paused');
  const subscription = paused ?? pauseSubscription(scene.tenant, subscribe(scene), 'pause_requested');
  setCard(scene.tenant, scene.tenant.customers.find(idOf(subscription.customer))!, 'pm_card_visa');
  return subscription;
}

export const subscriptionsOf = ({ tenant, known }: Scene) => (known ? tenant.subscriptions.list(known.id) : []);

/** The price that everybody subscribes to here. */
const monthlyPrice = (tenant: Tenant): Stripe.Price =>
  priceOnce(tenant, 'pro_monthly', {
    unit_amount: '2900',
    nickname: 'Pro',
    recurring: { interval: 'month' },
    product_data: { name: 'Pro plan' },
  });

const oneTimePrice = (tenant: Tenant): Stripe.Price =>
  priceOnce(tenant, 'starter_kit', { unit_amount: '1500', product_data: { name: 'Starter kit' } });

/** Made when it is first asked for. */
const priceOnce = (tenant: Tenant, lookup_key: string, params: Params): Stripe.Price =>
  tenant.prices.list().find((price) => price.lookup_key === lookup_key) ??
  createPrice(tenant, { currency: tenant.account.default_currency, lookup_key, ...params });

function announcedInvoice(scene: Scene): object {
  const goesOn = ({ status, cancel_at }: Stripe.Subscription) => RUNNING.has(status) && cancel_at === null;
  const subscription = subscriptionsOf(scene).find(goesOn) ?? subscribe(scene);
  return announceInvoice(scene.tenant, subscription)!;
}

const openInvoiceOf = ({ tenant, known }: Scene) =>
  known && tenant.invoices.list(known.id).find(({ status }) => status === 'open');

function paidInvoice(scene: Scene): Stripe.Invoice {
  const { tenant } = scene;
  const open = openInvoiceOf(scene);
  if (open) {
    setCard(tenant, customerIn(scene), 'pm_card_visa');
    return payInvoice(tenant, open);
  }
  const running = subscriptionsOf(scene).find(({ status }) => status === 'active');
  return latestInvoice(tenant, running ? renewSubscription(tenant, running) : subscribe(scene));
}

/** The next attempt at an open invoice, or the first at a new one. */
function failedInvoice(scene: Scene, card = 'pm_card_chargeCustomerFail'): Stripe.Invoice {
  const { tenant } = scene;
  const open = openInvoiceOf(scene);
  const subscription = open ? undefined : subscriptionIn(scene);
  if (subscription) return latestInvoice(tenant, failPayment(tenant, subscription, card));
  setCard(tenant, tenant.customers.find(idOf(open!.customer!))!, card);
  tryToPay(tenant, open!);
  return open!;
}

/** Not paid yet: its customer pays by bank transfer. */
function newOpenInvoice(scene: Scene): Stripe.Invoice {
  const { tenant } = scene;
  const invoice = invoiceSubscription(tenant, subscriptionIn(scene), 'subscription_cycle');
  invoice.collection_method = 'send_invoice';
  invoice.due_date = tenant.now() + 30 * DAY;
  return finalizeInvoice(tenant, storeInvoice(tenant, invoice));
}

function overdueInvoice(scene: Scene): Stripe.Invoice {
  const { tenant } = scene;
  const invoice = openInvoiceOf(scene) ?? newOpenInvoice(scene);
  invoice.due_date = tenant.now() - 3 * DAY;
  tenant.emit('invoice.overdue', invoice);
  return invoice;
}

/** The next period's, by a card that is declined. */
export function failPayment(
  tenant: Tenant,
  subscription: Stripe.Subscription,
  card = 'pm_card_chargeCustomerFail',
): Stripe.Subscription {
  setCard(tenant, tenant.customers.find(idOf(subscription.customer))!, card);
  return renewSubscription(tenant, subscription);
}

export const latestInvoice = (tenant: Tenant, subscription: Stripe.Subscription): Stripe.Invoice =>
  tenant.invoices.find(idOf(subscription.latest_invoice!))!;

interface MeansOfPayment {
  type: 'card' | 'sepa_debit';
  iban?: string;
}

const debit = (iban: string): MeansOfPayment => ({ type: 'sepa_debit', iban });

const openCheckout = ({ tenant, known }: Scene, params: Params): Stripe.Checkout.Session =>
  createCheckoutSession(tenant, {
    mode: 'payment',
    client_reference_id: `order_${tenant.random.letters(8)}`,
    line_items: [{ price: oneTimePrice(tenant).id, quantity: '2' }],
    success_url: 'https://example.com/thanks',
    ...(known && { customer: known.id }),
    ...params,
  });

/** Somebody gave their address, agreed to hear of offers, and left. */
function abandonedCheckout(scene: Scene): Stripe.Checkout.Session {
  const { tenant, known, email, name } = scene;
  const session = openCheckout(scene, { after_expiration: { recovery: { enabled: 'true' } } });
  session.customer_details = detailsOf(known?.email ?? email, known?.name ?? name);
  session.consent = { promotions: 'opt_in', terms_of_service: null };
  return expireCheckoutSession(tenant, session);
}

function checkout(scene: Scene, { type, iban }: MeansOfPayment): Stripe.Checkout.Session {
  const { tenant, known, email, name } = scene;
  const session = openCheckout(scene, { payment_method_types: [type] });
  const payer = { type, billing_details: { email: email ?? '', name: name ?? '' } };
  const method = createPaymentMethod(tenant, { ...payer, ...(iban && { sepa_debit: { iban } }) });
  completeCheckout(tenant, session, method.id);
  session.customer_details!.email = known?.email ?? email;
  return session;
}

function openQuote(scene: Scene): Stripe.Quote {
  const line_items = [{ price: monthlyPrice(scene.tenant).id, quantity: '10' }];
  return finalizeQuote(scene.tenant, createQuote(scene.tenant, { customer: customerIn(scene).id, line_items }));
}

function paidCharge({ tenant, known, email, name }: Scene, payment_method: string): Stripe.Charge {
  const intent = createPaymentIntent(tenant, {
    amount: '4900',
    currency: tenant.account.default_currency,
    confirm: 'true',
    payment_method,
    ...(known && { customer: known.id }),
  });
  const charge = tenant.charges.find(idOf(intent.latest_charge!))!;
  Object.assign(charge.billing_details, { email, name });
  return charge;
}

function refund(scene: Scene): Stripe.Charge {
  const charge = paidCharge(scene, 'pm_card_visa');
  createRefund(scene.tenant, { charge: charge.id, reason: 'requested_by_customer' });
  return charge;
}

function dispute(scene: Scene): Stripe.Dispute {
  const { tenant } = scene;
  const charge = paidCharge(scene, 'pm_card_createDispute');
  return tenant.disputes.list().find((candidate) => candidate.charge === charge.id)!;
}

const openDisputeOf = ({ tenant, email }: Scene): Stripe.Dispute | undefined =>
  tenant.disputes
    .list()
    .find((dispute) => isOpen(dispute) && tenant.charges.find(idOf(dispute.charge))?.billing_details.email === email);
