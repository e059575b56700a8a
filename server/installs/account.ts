import type { Context } from '../context';
import { ofTenant, type Tenant } from '../db/tenant';
import { classifyStripeError } from '../stripe';
import { NeedsReconnect, withStripe } from './credentials';

/** Keeps the account's name and address as Stripe has them. They are for people only: without them all else works. */
export async function readAccount(ctx: Context, tenant: Tenant): Promise<void> {
  try {
    const account = await withStripe(ctx, tenant, (stripe) => stripe.accounts.retrieveCurrent());
    await ctx.db
      .updateTable('install')
      .set({ account_name: nameOf(account), account_email: account.email ?? null })
      .where(ofTenant(tenant))
      .execute();
  } catch (error) {
    if (!classifyStripeError(error) && !(error instanceof NeedsReconnect)) throw error;
    ctx.log.warn({ err: error }, "the account's name could not be read");
  }
}

/** What GET /v1/account says of the account's name, best first. */
export interface AccountNames {
  email?: string | null;
  settings?: { dashboard?: { display_name?: string | null } } | null;
  business_profile?: { name?: string | null } | null;
}

export const nameOf = (account: AccountNames): string | null =>
  account.settings?.dashboard?.display_name || account.business_profile?.name || account.email || null;
