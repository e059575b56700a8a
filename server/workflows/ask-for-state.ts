/** Asks Stripe how what an email is about stands now, and keeps the answer. */
import { OBJECT_KINDS, type ObjectKind } from '../../shared/api';
import type { EventType } from '../../shared/catalogue';
import { oneOf } from '../../shared/one-of';
import { PAID_SINCE } from '../audience/object-states';
import { saveFetchedStates } from '../audience/save';
import type { Context } from '../context';
import type { Row } from '../db/schema';
import { keyFor, selectByKeys } from '../db/keys';
import { tenantOf } from '../db/tenant';
import { withStripe } from '../installs/credentials';
import { classifyStripeError, missingPermission, type StripeClient } from '../stripe';
import { readPaidInvoice } from '../stripe-objects/invoice';
import { readFetched, readObject } from '../stripe-objects/read-object';
import type { ObjectFacts } from '../stripe-objects/types';
import { askedFor, type AskedFor } from './asked-for';
import { definitionOf } from './definitions';
import { fetchCard } from './fetch-card';
import { openedAt, paidSince } from './only-while';

const RETRIEVE: Readonly<Record<ObjectKind, (stripe: StripeClient, id: string) => Promise<object>>> = {
  invoice: (stripe, id) => stripe.invoices.retrieve(id),
  subscription: (stripe, id) => stripe.subscriptions.retrieve(id),
  checkout_session: (stripe, id) => stripe.checkout.sessions.retrieve(id),
  quote: (stripe, id) => stripe.quotes.retrieve(id),
};

/**
 * A 404 is an answer: it is gone. A 403 leaves what is known, and the log names the missing permission. Throws what else
 * Stripe's client does, and NeedsReconnect.
 */
export async function askForState(ctx: Context, email: Row<'email'>): Promise<void> {
  const kind = oneOf(OBJECT_KINDS, email.subject_kind ?? '');
  const id = email.subject_id;
  if (!kind || id === null) return;
  const tenant = tenantOf(email);
  const askedAt = ctx.clock.now();
  try {
    const wanted = await findAskedFor(ctx, email);
    const facts = await withStripe(ctx, tenant, async (stripe) => [
      await withMore(ctx, stripe, await withPayments(ctx, stripe, email, await fetchState(stripe, kind, id)), wanted),
      ...(kind === 'subscription' ? await fetchOthers(ctx, stripe, email) : []),
    ]);
    await saveFetchedStates(ctx.db, tenant, facts, askedAt);
  } catch (error) {
    if (classifyStripeError(error) !== 'forbidden') throw error;
    ctx.log.warn(
      { err: error, email: email.id, permission: missingPermission(error) ?? `${kind}_read` },
      'Stripe does not let us read what an email is about',
    );
  }
}

async function fetchState(stripe: StripeClient, kind: ObjectKind, id: string): Promise<ObjectFacts> {
  const gone: ObjectFacts = { kind, id, customerId: null, status: 'gone', properties: {} };
  try {
    return readFetched(kind, await RETRIEVE[kind](stripe, id)) ?? gone;
  } catch (error) {
    if (classifyStripeError(error) === 'gone') return gone;
    throw error;
  }
}

async function findAskedFor({ db }: Context, email: Row<'email'>): Promise<AskedFor> {
  const [workflow] = await selectByKeys(db, 'workflow', 'id', [keyFor(email, email.workflow_id ?? '')]);
  return workflow ? askedFor(definitionOf(workflow), email.step_id) : { nextInvoice: false, card: false };
}

/** With what Stripe says besides, empty where it has no answer: an email never waits for that. */
async function withMore(
  ctx: Context,
  stripe: StripeClient,
  facts: ObjectFacts,
  { nextInvoice, card }: AskedFor,
): Promise<ObjectFacts> {
  if (facts.kind !== 'subscription' || facts.status === 'gone') return facts;
  const ask = async <T>(permission: string, answer: () => Promise<T>): Promise<T | null> => {
    try {
      return await answer();
    } catch (error) {
      const failure = classifyStripeError(error);
      if (failure === undefined || failure === 'dead_credentials' || failure === 'rate_limited') throw error;
      ctx.log.warn({ err: error, subscription: facts.id, permission }, 'an email says less: Stripe gave no answer');
      return null;
    }
  };
  const preview = nextInvoice && (await ask('invoice_read', () => previewNextInvoice(stripe, facts.id)));
  const charged = card && (await ask('payment_method_read', () => askForCard(stripe, facts.id)));
  return { ...facts, properties: { ...facts.properties, ...(preview || {}), ...(charged || {}) } };
}

async function askForCard(stripe: StripeClient, subscription: string) {
  const card = await fetchCard(stripe, subscription);
  return { card_month: card?.month ?? null, card_brand: card?.brand ?? null, card_last4: card?.last4 ?? null };
}

/** https://docs.stripe.com/api/invoices/create_preview */
async function previewNextInvoice(stripe: StripeClient, subscription: string) {
  const { properties } = readObject('invoice.upcoming', await stripe.invoices.createPreview({ subscription }));
  return { next_amount: properties.amount_due ?? null, next_currency: properties.currency ?? null };
}

async function customersOf({ db }: Context, email: Row<'email'>): Promise<string[]> {
  if (email.contact_id === null) return [];
  const links = await selectByKeys(db, 'customer_link', 'contact_id', [keyFor(email, email.contact_id)]);
  return links.filter(({ state }) => state === 'alive').map(({ customer_id }) => customer_id);
}

/** The subscriptions of all customers of the contact: one that ended may have been followed by another. */
async function fetchOthers(ctx: Context, stripe: StripeClient, email: Row<'email'>): Promise<ObjectFacts[]> {
  const found: ObjectFacts[] = [];
  for (const customer_id of await customersOf(ctx, email)) {
    const { data } = await stripe.subscriptions.list({ customer: customer_id, status: 'all', limit: 100 });
    found.push(...data.flatMap((one) => readFetched('subscription', one) ?? []));
  }
  return found.filter(({ id }) => id !== email.subject_id);
}

/** An expired checkout, with whether its contact has paid since: in another checkout since this was opened, or otherwise. */
async function withPayments(
  ctx: Context,
  stripe: StripeClient,
  email: Row<'email'>,
  facts: ObjectFacts,
): Promise<ObjectFacts> {
  if (facts.kind !== 'checkout_session' || !(await hasPaid(ctx, stripe, email, facts))) return facts;
  return { ...facts, properties: { ...facts.properties, [PAID_SINCE]: true } };
}

async function hasPaid(
  ctx: Context,
  stripe: StripeClient,
  email: Row<'email'>,
  { properties }: ObjectFacts,
): Promise<boolean> {
  const [contact] = await selectByKeys(ctx.db, 'contact', 'id', [keyFor(email, email.contact_id ?? '')]);
  const [event] = await selectByKeys(ctx.db, 'event', 'id', [keyFor(email, email.event_id ?? '')]);
  if (!contact || !event) return false;
  const since = (payment: EventType) => paidSince(payment, { created: event.created, openedAt: openedAt(properties) });
  const complete = {
    status: 'complete',
    created: { gte: since('checkout.session.completed') },
    limit: 1,
  } as const;
  const customers = await customersOf(ctx, email);
  // Guests have no customer, but the address they gave.
  for (const whose of [...customers.map((customer) => ({ customer })), { customer_details: { email: contact.email } }])
    if ((await stripe.checkout.sessions.list({ ...whose, ...complete })).data.length > 0) return true;
  for (const customer of customers) {
    const { data } = await stripe.invoices.list({ customer, status: 'paid', limit: 100 });
    if (data.some((invoice) => isPaidAfter(readPaidInvoice(invoice).properties, since('invoice.paid')))) return true;
  }
  return false;
}

const isPaidAfter = ({ paid_at, amount }: ObjectFacts['properties'], seconds: number): boolean =>
  typeof paid_at === 'string' && Date.parse(paid_at) > seconds * 1000 && amount !== 0;
