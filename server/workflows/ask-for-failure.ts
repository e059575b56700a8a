/** Asks Stripe why the payment of an invoice failed, and keeps the answer with the invoice's state. */
import { propertiesOf, type ObjectState } from '../audience/object-states';
import { saveFetchedStates } from '../audience/save';
import type { Context } from '../context';
import { tenantOf } from '../db/tenant';
import { withStripe } from '../installs/credentials';
import { noteMissingPermission } from '../installs/installs';
import { createPatience } from '../patience';
import { classifyStripeError, missingPermission, type StripeClient } from '../stripe';
import { id } from '../stripe-objects/fields';
import { readPaymentFailure, UNKNOWN_FAILURE, type PaymentFailure } from '../stripe-objects/payment-failure';
import { readFetched } from '../stripe-objects/read-object';

/** In all: an email says what it can, and waits no longer for the cause. */
const PATIENCE_MS = 5_000;

/**
 * Never throws for what Stripe does: the cause is then unknown, for this time where Stripe gave no answer, and for this
 * attempt where it lets us read none. What was heard of the invoice itself is kept in any case.
 */
export async function askForFailure(ctx: Context, state: ObjectState): Promise<void> {
  const tenant = tenantOf(state);
  const askedAt = ctx.clock.now();
  const answer = await askStripe(ctx, state);
  const facts = answer && readFetched('invoice', answer.invoice);
  if (!facts) return;
  const { attempt_count, next_payment_attempt } = facts.properties;
  const failure = answer.failure && {
    ...answer.failure,
    attempt: typeof attempt_count === 'number' ? attempt_count : 0,
    isLastAttempt: facts.status === 'open' ? next_payment_attempt === null : null,
  };
  await saveFetchedStates(ctx.db, tenant, [{ ...facts, ...(failure ? { failure } : {}) }], askedAt);
  await noteMissingPermission(ctx.db, tenant, answer.lacking);
}

/** Undefined where there is no answer in time; what is missing is logged. */
async function askStripe(ctx: Context, state: ObjectState): Promise<Answer | undefined> {
  const withinTime = createPatience(PATIENCE_MS);
  let invoice: object | undefined;
  try {
    const asking = withStripe(ctx, tenantOf(state), async (stripe) => {
      invoice = await stripe.invoices.retrieve(state.id);
      return { invoice, ...(await fetchFailure(stripe, state)) };
    });
    const answer = await withinTime(asking);
    if (answer.lacking !== null)
      ctx.log.warn(
        { invoice: state.id, permission: answer.lacking },
        'Stripe does not let us read why a payment failed',
      );
    return answer;
  } catch (error) {
    // Whatever it is, also a token that can't be refreshed now: it is no reason to keep a mail waiting.
    ctx.log.warn({ err: error, invoice: state.id }, 'Stripe could not be asked why a payment failed');
    return invoice && { invoice, failure: null, lacking: null };
  }
}

interface Answer {
  invoice: object;
  /** Null where there was no answer. */
  failure: PaymentFailure | null;
  /** The permission without which the cause can't be read. */
  lacking: string | null;
}

async function fetchFailure(stripe: StripeClient, state: ObjectState): Promise<Omit<Answer, 'invoice'>> {
  try {
    const failure = readPaymentFailure(await fetchPayment(stripe, state)) ?? UNKNOWN_FAILURE;
    return { failure, lacking: null };
  } catch (error) {
    if (classifyStripeError(error) !== 'forbidden') throw error;
    return { failure: UNKNOWN_FAILURE, lacking: missingPermission(error) ?? 'payment_intent_read' };
  }
}

/** The payment intent, or the charge, by which the invoice is collected; undefined where there is none. */
async function fetchPayment(stripe: StripeClient, state: ObjectState): Promise<unknown> {
  const { data } = await stripe.invoicePayments.list({
    invoice: state.id,
    expand: ['data.payment.payment_intent'],
  });
  const { payment } = data.find(({ is_default }) => is_default) ?? data[0] ?? {};
  const found = payment?.payment_intent ?? payment?.charge;
  if (typeof found === 'object' && found !== null) return found;
  // One made by an older API version may be named by the invoice's own event alone.
  const paymentId = id(found, propertiesOf(state).payment_id);
  if (paymentId === null) return undefined;
  return paymentId.startsWith('pi_') ? stripe.paymentIntents.retrieve(paymentId) : stripe.charges.retrieve(paymentId);
}
