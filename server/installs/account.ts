import type { Context } from '../context';
import { ofTenant, type Tenant } from '../db/tenant';
import { classifyStripeError } from '../stripe';
import { NeedsReconnect, withStripe } from './credentials';
import type { Install } from './installs';

/** Stores the account's name and address. They are only shown: a failure at Stripe is logged, not thrown. */
export async function readAccount(ctx: Context, tenant: Tenant): Promise<void> {
  try {
    const account = await withStripe(ctx, tenant, (stripe) => stripe.accounts.retrieveCurrent());
    await ctx.db.updateTable('install').set(namesOf(account)).where(ofTenant(tenant)).execute();
  } catch (error) {
    if (!classifyStripeError(error) && !(error instanceof NeedsReconnect)) throw error;
    ctx.log.warn({ err: error }, "the account's name could not be read");
  }
}

/** What is used of GET /v1/account. https://docs.stripe.com/api/accounts/object */
interface Account {
  email?: string | null;
  settings?: { dashboard?: { display_name?: string | null } } | null;
  business_profile?: { name?: string | null } | null;
}

export const namesOf = (account: Account): Pick<Install, 'account_name' | 'account_email'> => ({
  account_name: account.settings?.dashboard?.display_name || account.business_profile?.name || account.email || null,
  account_email: account.email ?? null,
});
