/** Asks Stripe whose an event is, with the install's credentials. */
import type { Context } from '../context';
import type { Tenant } from '../db/tenant';
import { withStripe } from '../installs/credentials';
import { classifyStripeError } from '../stripe';
import { emailsOfCharge } from '../stripe-objects/charge';
import { customerFromStripe } from '../stripe-objects/customer';
import type { ReadObject } from '../stripe-objects/types';
import type { LookupResult } from './whose';

const NOBODY: LookupResult = { customerId: null, email: null, name: null };

/** What Stripe no longer has is an answer: nobody. Every other failure is thrown. */
export async function lookUp(ctx: Context, tenant: Tenant, object: ReadObject | null): Promise<LookupResult> {
  if (!object) return NOBODY;
  try {
    return await withStripe(ctx, tenant, async (stripe) => {
      if (object.customerId === null && object.chargeId !== null)
        return emailsOfCharge(await stripe.charges.retrieve(object.chargeId, { expand: ['customer'] }));
      if (object.customerId === null) return NOBODY;
      const customer = customerFromStripe(await stripe.customers.retrieve(object.customerId));
      return customer && !customer.deleted
        ? { customerId: customer.id, email: customer.email, name: customer.name }
        : NOBODY;
    });
  } catch (error) {
    if (classifyStripeError(error) === 'gone') return NOBODY;
    throw error;
  }
}
