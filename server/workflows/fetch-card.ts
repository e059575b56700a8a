import type { StripeClient } from '../stripe';
import { cardOf, type ChargedCard } from '../stripe-objects/card';

/** The card that a subscription is charged to; null where it is none. Needs the permission payment_method_read. */
export async function fetchCard(stripe: StripeClient, subscription: string): Promise<ChargedCard | null> {
  const expand = ['default_payment_method', 'customer.invoice_settings.default_payment_method'];
  return cardOf(await stripe.subscriptions.retrieve(subscription, { expand }));
}
