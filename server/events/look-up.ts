/** Asks Stripe whose an event is, and which invoice a refund is of, with the install's credentials. */
import type { Context } from '../context';
import type { Tenant } from '../db/tenant';
import { withStripe } from '../installs/credentials';
import { classifyStripeError, type StripeClient } from '../stripe';
import { emailsOfCharge } from '../stripe-objects/charge';
import { customerFromStripe } from '../stripe-objects/customer';
import { id } from '../stripe-objects/fields';
import type { ReadObject, RefundFacts } from '../stripe-objects/types';
import type { Question } from './decide';
import type { LookupResult } from './whose';

const NOBODY: LookupResult = { customerId: null, email: null, name: null };

/** What Stripe no longer has is an answer: nobody. Every other failure is thrown. */
export async function lookUp(
  ctx: Context,
  tenant: Tenant,
  object: ReadObject | null,
  question: Question,
): Promise<LookupResult> {
  if (!object) return NOBODY;
  const { refund } = object;
  return withStripe(ctx, tenant, async (stripe) => {
    if (refund && question === 'ask_invoice')
      return { ...NOBODY, isOfInvoiceOnly: true, invoiceId: await askInvoice(ctx, stripe, refund) };
    const owner = await askWhose(stripe, object);
    return refund ? { ...owner, invoiceId: await askInvoice(ctx, stripe, refund) } : owner;
  });
}

async function askWhose(stripe: StripeClient, object: ReadObject): Promise<LookupResult> {
  try {
    if (object.customerId === null && object.chargeId !== null)
      return emailsOfCharge(await stripe.charges.retrieve(object.chargeId, { expand: ['customer'] }));
    if (object.customerId === null) return NOBODY;
    const customer = customerFromStripe(await stripe.customers.retrieve(object.customerId));
    return customer && !customer.deleted
      ? { customerId: customer.id, email: customer.email, name: customer.name }
      : NOBODY;
  } catch (error) {
    if (classifyStripeError(error) === 'gone') return NOBODY;
    throw error;
  }
}

/** Null where there is none, or invoices may not be read: then what was refunded of them isn't counted. */
async function askInvoice(ctx: Context, stripe: StripeClient, refund: RefundFacts): Promise<string | null> {
  if (refund.invoiceId !== null || refund.paymentIntentId === null) return null;
  try {
    const payment = { type: 'payment_intent', payment_intent: refund.paymentIntentId } as const;
    const { data } = await stripe.invoicePayments.list({ payment, limit: 1 });
    return id(data[0]?.invoice);
  } catch (error) {
    const failure = classifyStripeError(error);
    if (failure !== 'gone' && failure !== 'forbidden') throw error;
    if (failure === 'forbidden')
      ctx.log.warn({ err: error, permission: 'invoice_read' }, 'the invoice of a refund may not be read');
    return null;
  }
}
