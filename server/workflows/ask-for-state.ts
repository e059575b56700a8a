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
import { readFetched } from '../stripe-objects/read-object';
import type { ObjectFacts } from '../stripe-objects/types';
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
    const facts = await withStripe(ctx, tenant, async (stripe) => [
      await withPayments(ctx, stripe, email, await fetchState(stripe, kind, id)),
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
