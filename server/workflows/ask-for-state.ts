/** Asks Stripe how what an email is about stands now, and keeps the answer. */
import { OBJECT_KINDS, type ObjectKind } from '../../shared/api';
import { oneOf } from '../../shared/one-of';
import { saveFetchedStates } from '../audience/save';
import type { Context } from '../context';
import type { Row } from '../db/schema';
import { keyFor, selectByKeys } from '../db/keys';
import { tenantOf } from '../db/tenant';
import { withStripe } from '../installs/credentials';
import { classifyStripeError, type StripeClient } from '../stripe';
import { readFetched } from '../stripe-objects/read-object';
import type { ObjectFacts } from '../stripe-objects/types';

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
      await fetchState(stripe, kind, id),
      ...(kind === 'subscription' ? await fetchOthers(ctx, stripe, email) : []),
    ]);
    await saveFetchedStates(ctx.db, tenant, facts, askedAt);
  } catch (error) {
    if (classifyStripeError(error) !== 'forbidden') throw error;
    ctx.log.warn(
      { err: error, email: email.id, permission: `${kind}_read` },
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

/** The subscriptions of all customers of the contact: one that ended may have been followed by another. */
async function fetchOthers({ db }: Context, stripe: StripeClient, email: Row<'email'>): Promise<ObjectFacts[]> {
  if (email.contact_id === null) return [];
  const links = await selectByKeys(db, 'customer_link', 'contact_id', [keyFor(email, email.contact_id)]);
  const found: ObjectFacts[] = [];
  for (const { customer_id } of links.filter(({ state }) => state === 'alive')) {
    const { data } = await stripe.subscriptions.list({ customer: customer_id, status: 'all', limit: 100 });
    found.push(...data.flatMap((one) => readFetched('subscription', one) ?? []));
  }
  return found.filter(({ id }) => id !== email.subject_id);
}
