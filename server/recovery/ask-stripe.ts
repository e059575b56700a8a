/** How an invoice stands at this moment, and where it is paid: asked of Stripe while a person waits. */
import type Stripe from 'stripe';
import { saveFetchedStates } from '../audience/save';
import type { Context } from '../context';
import type { Row } from '../db/schema';
import { tenantOf } from '../db/tenant';
import { NeedsReconnect, withStripe } from '../installs/credentials';
import { classifyStripeError, isStripePage, missingPermission, type StripeClient } from '../stripe';
import { readCardProblem, type CardProblem } from '../stripe-objects/card-problem';
import { readFetched } from '../stripe-objects/read-object';
import type { ObjectFacts } from '../stripe-objects/types';
import { createPatience, OutOfPatience } from '../patience';

/** How long a person waits for Stripe, all questions together. */
const PATIENCE_MS = 5_000;
/** Pressing twice makes one session of the portal. */
const SAME_SESSION_MS = 60_000;

/** A page of Stripe's: `invoice` where it is paid, `card` where the card on file is replaced. */
export interface Way {
  kind: 'invoice' | 'card';
  url: string;
}

export type StripesAnswer =
  | { kind: 'unavailable' }
  | { kind: 'gone' }
  | {
      kind: 'invoice';
      facts: ObjectFacts;
      /** Empty unless it is open; the better one first. */
      ways: Way[];
      /** Known only where it matters to which page a person is sent. */
      cardProblem: CardProblem | null;
    };

/** `email` is about an invoice, or a subscription whose latest invoice is meant. `returnUrl` is where the portal leads back to. */
export async function askStripe(ctx: Context, email: Row<'email'>, returnUrl: string): Promise<StripesAnswer> {
  const tenant = tenantOf(email);
  const withinTime = createPatience(PATIENCE_MS);
  const ask = <T>(question: (stripe: StripeClient) => Promise<T>) => withinTime(withStripe(ctx, tenant, question));
  const askedAt = ctx.clock.now();
  const found = await attempt(ctx, email, 'invoice_read', () => ask((stripe) => fetchInvoice(stripe, email)));
  if (!found.ok) return found.failure === 'gone' ? { kind: 'gone' } : { kind: 'unavailable' };
  const invoice = found.value;
  const facts = invoice && readFetched('invoice', invoice);
  if (!facts) return { kind: 'gone' };
  await saveFetchedStates(ctx.db, tenant, [facts], askedAt);
  if (invoice.status !== 'open') return { kind: 'invoice', facts, ways: [], cardProblem: null };

  const hosted = wayTo('invoice', invoice.hosted_invoice_url);
  const cardProblem = isRetriedWithCustomersCard(invoice) ? await findCardProblem() : null;
  const portal = cardProblem ? await openPortal() : [];
  // Without a further attempt a new card alone pays nothing.
  const ways = invoice.next_payment_attempt === null ? [...hosted, ...portal] : [...portal, ...hosted];
  return { kind: 'invoice', facts, ways, cardProblem: portal.length > 0 ? cardProblem : null };

  function wayTo(kind: Way['kind'], url: unknown): Way[] {
    if (isStripePage(url, ctx.config.stripeApiBase)) return [{ kind, url: new URL(url).href }];
    ctx.log.warn({ email: email.id, page: kind }, 'the address that Stripe gave is not one of Stripe’s');
    return [];
  }

  async function findCardProblem(): Promise<CardProblem | null> {
    const payments = await attempt(ctx, email, 'payment_intent_read', () =>
      ask((stripe) =>
        stripe.invoicePayments.list({ invoice: invoice!.id, limit: 10, expand: ['data.payment.payment_intent'] }),
      ),
    );
    if (!payments.ok) return null;
    const { data } = payments.value;
    return readCardProblem((data.find(({ is_default }) => is_default) ?? data[0])?.payment.payment_intent);
  }

  async function openPortal(): Promise<Way[]> {
    const customer = idOf(invoice!.customer);
    if (!customer) return [];
    const idempotencyKey = ['tillpost pay', email.id, customer, Math.floor(ctx.clock.now() / SAME_SESSION_MS)].join(
      ' ',
    );
    const session = await attempt(ctx, email, 'customer_portal_write', () =>
      ask((stripe) =>
        stripe.billingPortal.sessions.create(
          {
            customer,
            return_url: returnUrl,
            // The email may be passed on: its reader gets no further into the portal.
            flow_data: { type: 'payment_method_update', after_completion: { type: 'hosted_confirmation' } },
          },
          { idempotencyKey },
        ),
      ),
    );
    return session.ok ? wayTo('card', session.value.url) : [];
  }
}

type Attempt<T> = { ok: true; value: T } | { ok: false; failure: 'gone' | 'other' };

/** What keeps Stripe from answering is logged, a refusal with the permission that is missing. */
async function attempt<T>(
  ctx: Context,
  email: Row<'email'>,
  permission: string,
  work: () => Promise<T>,
): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    const failure = classifyStripeError(error);
    if (!failure && !(error instanceof NeedsReconnect) && !(error instanceof OutOfPatience)) throw error;
    const missing = failure === 'forbidden' ? { permission: missingPermission(error) ?? permission } : {};
    ctx.log.warn({ err: error, email: email.id, ...missing }, 'Stripe did not answer somebody who wants to pay');
    return { ok: false, failure: failure === 'gone' ? 'gone' : 'other' };
  }
}

/** With its subscription. Null where the subscription has none. */
async function fetchInvoice(
  stripe: StripeClient,
  { subject_kind, subject_id }: Row<'email'>,
): Promise<Stripe.Invoice | null> {
  const id =
    subject_kind === 'subscription'
      ? idOf((await stripe.subscriptions.retrieve(subject_id ?? '')).latest_invoice)
      : subject_id;
  return id ? stripe.invoices.retrieve(id, { expand: ['parent.subscription_details.subscription'] }) : null;
}

/**
 * The portal's new card becomes the customer's default, which Stripe charges for subscriptions without a payment method of
 * their own. https://docs.stripe.com/billing/subscriptions/payment-methods-setting
 */
function isRetriedWithCustomersCard({ collection_method, parent }: Stripe.Invoice): boolean {
  const subscription = parent?.subscription_details?.subscription;
  if (!subscription || collection_method !== 'charge_automatically') return false;
  return typeof subscription === 'string' || !subscription.default_payment_method;
}

const idOf = (object: string | { id?: string } | null | undefined): string | undefined =>
  typeof object === 'string' ? object : object?.id;
